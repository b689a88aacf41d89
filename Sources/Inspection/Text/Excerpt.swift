import JOSE

/// Short, harmless forms of values for sentences.
enum Excerpt {
  private static let limit = 60

  /// `a string, "2030"`, `null`, `an array`.
  static func of(_ value: JSON) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): "a boolean, \(bool)"
    case .number(let number): "a number, \(cut(number.text))"
    case .string(let string): "a string, \(quoted(string.value))"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The text in quotes, harmless, and cut when it is long.
  static func quoted(_ text: String) -> String { "\"\(cut(text))\"" }

  /// The text, harmless, and cut when it is long.
  static func cut(_ text: String) -> String {
    // Cut before escaping, so that no escape is cut in two and a huge text costs nothing.
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end != scalars.endIndex
    else { return Visible.escaped(text) }
    return Visible.escaped(Substring(scalars[..<end])) + "..."
  }

  /// A sentence from elsewhere, harmless and, as far as it can be, of ASCII, which every terminal shows.
  static func sentence(_ text: String) -> String {
    Visible.escaped(text.split(separator: "\u{A7}", omittingEmptySubsequences: false).joined(separator: "section "))
  }
}
