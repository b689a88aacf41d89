import Inspection

/// Breaks text into lines of so many columns, at spaces where there are some.
enum TextWrap {
  /// - Parameter limit: no more lines than this; a megabyte is wrapped only as far as it is looked at.
  static func lines(_ text: String, width: Int, limit: Int = 10_000) -> [String] {
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
        if lines.count >= limit { return lines }
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
