import Glibc
import Issuer
import JOSE
import Yams

/// Changes the list of audiences in `config.yaml` as a person would: everything else in the file, comments and order
/// included, stays as it is.
struct AudienceEditor {
  /// The path of the configuration.
  let file: String

  /// Writes the list that is wanted, when it is not there already.
  ///
  /// - Throws: ``Failure`` when the file cannot be read, changed safely, or written; then it is as it was.
  func save(_ wanted: [String]) throws(Failure) {
    let exists = InputFile.exists(file)
    let bytes = exists ? try InputFile.read(file) : []
    let before =
      exists ? try ConfigurationReader.read(bytes, file: file).audiences : Configuration.standardAudiences
    guard !Self.same(before, wanted) else { return }
    let text = try changed(String(decoding: bytes, as: UTF8.self), from: before, to: wanted)
    // What a person wrote can have more forms than are foreseen here: nothing is written that does not read as meant.
    guard let after = try? ConfigurationReader.read(Array(text.utf8), file: file).audiences, Self.same(after, wanted),
      try sameElsewhere(bytes, Array(text.utf8))
    else {
      throw Failure(
        "configuration-not-editable", "The audiences in \(file) are written in a form that cannot be changed safely.",
        hint: "Write them as a list with one “- NAME” on each line, or change the file in an editor.")
    }
    try write(text, mode: mode(exists))
  }

  // MARK: Text

  private func changed(_ text: String, from before: [String], to wanted: [String]) throws(Failure) -> String {
    guard let place = try place(text) else { return appended(text, wanted) }
    // A list that keeps its order is changed line by line; any other is written anew.
    let kept = before.filter { name in wanted.contains { $0.hasSameBytes(as: name) } }
    let added = Array(wanted.dropFirst(kept.count))
    guard Self.same(kept, Array(wanted.prefix(kept.count))), !wanted.isEmpty, !kept.isEmpty,
      let lines = place.itemLines(text)
    else { return replaced(text, place, wanted) }
    var all = Self.lines(of: text)
    let indent = String(all[lines[0]].prefix { $0 == " " })
    var insertion = (lines.last ?? 0) + 1
    for (index, name) in before.enumerated().reversed() where !kept.contains(where: { $0.hasSameBytes(as: name) }) {
      all.remove(at: lines[index])
      insertion -= 1
    }
    // The last line that stayed; when the last ones were removed, comments behind them stay behind.
    all.insert(contentsOf: added.map { "\(indent)- \(Self.scalar($0))" }, at: min(insertion, all.count))
    return all.joined(separator: "\n")
  }

  /// The list where the file has none yet.
  private func appended(_ text: String, _ wanted: [String]) -> String {
    let start = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
    return start + Self.block(wanted).joined(separator: "\n") + "\n"
  }

  /// The list in place of the one that is there.
  private func replaced(_ text: String, _ place: Place, _ wanted: [String]) -> String {
    var lines = Self.lines(of: text)
    lines.replaceSubrange(place.firstLine..<place.endLine(lines), with: Self.block(wanted))
    return lines.joined(separator: "\n")
  }

  private static func block(_ names: [String]) -> [String] {
    names.isEmpty ? ["audiences: []"] : ["audiences:"] + names.map { "  - \(scalar($0))" }
  }

  /// A name as YAML: plain where that cannot be read as anything else, in quotes otherwise.
  static func scalar(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "._-/:".utf8.contains(byte)
    }
    let startsPlain = name.utf8.first.map { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "/") } ?? false
    let isWord = name.contains(".") || name.contains("/") || (name.count > 5 && !name.contains(":"))
    return isPlain && startsPlain && isWord && !name.hasSuffix(":") ? name : JSON(name).compact()
  }

  private static func lines(of text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func same(_ left: [String], _ right: [String]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0.hasSameBytes(as: $1) }
  }

  // MARK: Place

  /// Where the list stands in the file; lines are counted from 0.
  private struct Place {
    let firstLine: Int
    let column: Int
    let items: [Mark]
    let isBlock: Bool
    /// Where the next member of the configuration begins.
    let nextLine: Int?

    /// The line of each item, when each has one of its own that begins with a dash.
    func itemLines(_ text: String) -> [Int]? {
      guard isBlock else { return nil }
      let lines = AudienceEditor.lines(of: text)
      let numbers = items.map { $0.line - 1 }
      guard Set(numbers).count == numbers.count,
        numbers.allSatisfy({ lines.indices.contains($0) && lines[$0].drop(while: { $0 == " " }).hasPrefix("- ") })
      else { return nil }
      return numbers
    }

    /// The line after the list, with the comments and empty lines before the next member left out.
    func endLine(_ lines: [String]) -> Int {
      var end = nextLine ?? lines.count
      while end > firstLine + 1 {
        let line = lines[end - 1].drop { $0 == " " }
        guard line.isEmpty || line.hasPrefix("#") else { break }
        end -= 1
      }
      return end
    }
  }

  private func place(_ text: String) throws(Failure) -> Place? {
    guard let mapping = try YAMLDocument(Array(text.utf8), file: file).root?.mapping else { return nil }
    let members = Array(mapping)
    guard let index = members.firstIndex(where: { $0.key.scalar?.string == "audiences" }),
      let mark = members[index].key.mark
    else { return nil }
    let following = members.dropFirst(index + 1).first?.key.mark
    let sequence = members[index].value.sequence
    return Place(
      firstLine: mark.line - 1, column: mark.column, items: sequence?.compactMap(\.mark) ?? [],
      isBlock: sequence?.style != .flow, nextLine: following.map { $0.line - 1 })
  }

  /// Whether the two texts say the same but for the audiences.
  private func sameElsewhere(_ before: [UInt8], _ after: [UInt8]) throws(Failure) -> Bool {
    func others(_ bytes: [UInt8]) throws(Failure) -> [Node] {
      let members = try YAMLDocument(bytes, file: file).root?.mapping.map { Array($0) } ?? []
      return members.filter { $0.key.scalar?.string != "audiences" }.flatMap { [$0.key, $0.value] }
    }
    return try others(before) == others(after)
  }

  // MARK: File

  private func mode(_ exists: Bool) -> mode_t {
    var status = stat()
    return exists && stat(file, &status) == 0 ? status.st_mode & 0o777 : 0o600
  }

  private func write(_ text: String, mode: mode_t) throws(Failure) {
    // A link, as dotfile collections make them, stays a link: what it points to is changed.
    var target = file
    if let resolved = realpath(file, nil) {
      target = String(cString: resolved)
      free(resolved)
    }
    Self.makeFolders(of: target)
    do {
      try AtomicFile.write(Array(text.utf8), to: target, mode: mode, action: "write the configuration")
    } catch {
      throw Failure("configuration-not-writable", error.description)
    }
  }

  /// Makes the folders above a file. What cannot be made shows when the file is written.
  private static func makeFolders(of path: String) {
    var made = ""
    for part in path.split(separator: "/").dropLast() {
      made += "/" + part
      mkdir(made, 0o700)
    }
  }
}
