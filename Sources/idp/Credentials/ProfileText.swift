/// A file such as `~/.aws/config`: sections, settings, comments, byte for byte as somebody wrote it.
///
/// Changes touch the lines that they are about and no other. What a line is, is decided as Python's configparser does,
/// which AWS's own command line reads the file with: a line that is indented deeper than the setting above goes on with it.
struct ProfileText: Equatable {
  private struct Line: Equatable {
    enum Kind: Equatable {
      case header(String)
      /// The name in lower case: nobody tells them apart.
      case setting(String)
      /// More of the value above.
      case continuation
      /// Blank, a comment, or nothing that has a meaning.
      case other
    }

    /// With its end.
    var bytes: ArraySlice<UInt8>
    let kind: Kind
  }

  private var lines: [Line]

  init(_ bytes: [UInt8]) {
    var reader = Reader()
    lines = Self.split(bytes).map { Line(bytes: $0, kind: reader.kind(of: $0)) }
  }

  var bytes: [UInt8] { lines.flatMap { Array($0.bytes) } }

  /// The names of the sections, in order, each as it stands between its brackets.
  var sections: [String] {
    lines.compactMap { if case .header(let name) = $0.kind { name } else { nil } }
  }

  /// The value of a setting, with more lines of it if it has them; nil when the section does not hold it. Of sections
  /// with the same name the last one counts.
  func value(_ name: String, in section: String) -> String? {
    guard let index = places(of: name, in: section).last else { return nil }
    let first = lines[index].bytes
    let sign = first.firstIndex { Self.isDelimiter($0) } ?? first.startIndex
    let parts = [first[first.index(after: sign)...]] + continuation(of: index).map { lines[$0].bytes }
    return parts.map { String(decoding: Self.trimmed($0), as: UTF8.self) }.joined(separator: "\n")
  }

  // MARK: Changes

  /// Gives settings of a section these values, in their order; a nil takes the setting out. A section that is not there
  /// is put at the end.
  mutating func set(_ settings: [(name: String, value: String?)], in section: String) {
    for setting in settings where setting.value == nil { remove(setting.name, from: section) }
    for case (let name, let value?) in settings {
      guard let place = places(of: name, in: section).last else {
        insert(name, value, into: section)
        continue
      }
      // As far in as before: what follows would else be taken for a part of it.
      let indentation = lines[place].bytes.prefix { $0 == 0x20 || $0 == 0x09 }
      lines[place] = line(name, value, indentation)
      for index in continuation(of: place).reversed() { lines.remove(at: index) }
    }
  }

  private mutating func remove(_ name: String, from section: String) {
    for index in places(of: name, in: section).reversed() {
      for index in ([index] + continuation(of: index)).reversed() { lines.remove(at: index) }
    }
  }

  /// Behind the last setting of the section, before the blank lines and comments that lead to the next one.
  private mutating func insert(_ name: String, _ value: String, into section: String) {
    guard let range = ranges(of: section).last else {
      endLastLine()
      if !lines.isEmpty { lines.append(Line(bytes: Self.end(of: lines), kind: .other)) }
      lines.append(Line(bytes: ArraySlice("[\(section)]".utf8) + Self.end(of: lines), kind: .header(section)))
      lines.append(line(name, value))
      return
    }
    let last = range.last { lines[$0].kind != .other } ?? range.lowerBound
    if last == lines.endIndex - 1 { endLastLine() }
    lines.insert(line(name, value), at: last + 1)
  }

  private mutating func endLastLine() {
    guard let last = lines.last, last.bytes.last != UInt8(ascii: "\n") else { return }
    lines[lines.endIndex - 1].bytes = last.bytes + Self.end(of: lines)
  }

  private func line(_ name: String, _ value: String, _ indentation: ArraySlice<UInt8> = []) -> Line {
    Line(bytes: indentation + Array("\(name) = \(value)".utf8) + Self.end(of: lines), kind: .setting(name))
  }

  /// How lines end here.
  private static func end(of lines: [Line]) -> ArraySlice<UInt8> {
    lines.first?.bytes.suffix(2) == [0x0D, 0x0A] ? [0x0D, 0x0A] : [0x0A]
  }

  // MARK: Places

  /// The lines of each section with this name, its header first.
  private func ranges(of section: String) -> [Range<Int>] {
    let headers = lines.indices.filter { if case .header = lines[$0].kind { true } else { false } }
    return zip(headers, headers.dropFirst() + [lines.endIndex]).compactMap { start, end in
      lines[start].kind == .header(section) ? start..<end : nil
    }
  }

  /// Where a section, or those with its name, hold a setting.
  private func places(of name: String, in section: String) -> [Int] {
    ranges(of: section).flatMap { range in range.filter { lines[$0].kind == .setting(name) } }
  }

  /// The lines that go on with a setting. Comments and blank lines among them, which end nothing, stay when they go.
  private func continuation(of index: Int) -> [Int] {
    var found: [Int] = []
    for next in lines.indices[(index + 1)...] {
      switch lines[next].kind {
      case .continuation: found.append(next)
      case .other: continue
      case .header, .setting: return found
      }
    }
    return found
  }

  // MARK: Reading

  private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(rest[...end])
      rest = rest[(end + 1)...]
    }
    return rest.isEmpty ? lines : lines + [rest]
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isDelimiter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = bytes.drop(while: isSpace)
    guard let last = start.lastIndex(where: { !isSpace($0) }) else { return [] }
    return start[...last]
  }

  /// Knows what a line is by those before it.
  private struct Reader {
    private var indentation = 0
    private var hasSection = false
    private var hasSetting = false

    mutating func kind(of line: ArraySlice<UInt8>) -> Line.Kind {
      let text = ProfileText.trimmed(line)
      guard let first = text.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { return .other }
      let depth = text.startIndex - line.startIndex
      if hasSetting, depth > indentation { return .continuation }
      indentation = depth
      if first == UInt8(ascii: "["), let end = text.lastIndex(of: UInt8(ascii: "]")), end > text.startIndex + 1 {
        (hasSection, hasSetting) = (true, false)
        return .header(Self.sectionName(text[(text.startIndex + 1)..<end]))
      }
      guard hasSection, let sign = text.firstIndex(where: ProfileText.isDelimiter), sign > text.startIndex else {
        return .other
      }
      hasSetting = true
      return .setting(String(decoding: ProfileText.trimmed(text[..<sign]), as: UTF8.self).lowercased())
    }

    /// `profile deploy` also for `profile  "deploy"`.
    private static func sectionName(_ bytes: ArraySlice<UInt8>) -> String {
      String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        .map { $0.count > 1 && $0.hasPrefix("\"") && $0.hasSuffix("\"") ? $0.dropFirst().dropLast() : $0 }
        .joined(separator: " ")
    }
  }
}
