import Inspection

/// Breaks text into lines of so many columns, at spaces where there are some.
enum TextWrap {
  /// - Parameters:
  ///   - limit: no more lines than this; a megabyte is wrapped only as far as it is looked at.
  ///   - mark: stands at the end of the last line when there would be more of them.
  static func lines(_ text: String, width: Int, limit: Int = 10_000, mark: String = "") -> [String] {
    guard width > 0 else { return [] }
    var lines: [String] = []
    var line: [Character] = []
    var columns = 0
    /// Where the last space in the line stands.
    var space: Int?
    for character in text {
      let wide = DisplayWidth.of(character)
      if columns + wide > width, !line.isEmpty {
        if let cut = space, character != " " {
          lines.append(String(line[..<cut]))
          line = Array(line[(cut + 1)...])
        } else {
          lines.append(String(line))
          line = []
        }
        if lines.count >= limit { return marked(lines, mark, width: width) }
        columns = line.reduce(0) { $0 + DisplayWidth.of($1) }
        space = nil
        if character == " " { continue }
      }
      if character == " " { space = line.count }
      line.append(character)
      columns += wide
    }
    if !line.isEmpty || lines.isEmpty { lines.append(String(line)) }
    return lines
  }

  private static func marked(_ lines: [String], _ mark: String, width: Int) -> [String] {
    guard !mark.isEmpty, var last = lines.last else { return lines }
    while !last.isEmpty, DisplayWidth.of(last) + DisplayWidth.of(mark) > width { last.removeLast() }
    return lines.dropLast() + [last + mark]
  }

  /// Lines of text that may come from anywhere: line ends are kept, everything else dangerous is escaped.
  static func escapedLines(_ text: String, width: Int, limit: Int = 10_000) -> [String] {
    var lines: [String] = []
    for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
      lines += Self.lines(Visible.escaped(part), width: width, limit: limit - lines.count)
      if lines.count >= limit { break }
    }
    return lines
  }
}
