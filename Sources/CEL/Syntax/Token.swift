/// A piece of an expression's text.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>
struct Token {
  enum Kind: Equatable {
    case identifier(String)
    /// An identifier in backticks, which can only name a field.
    case quotedIdentifier(String)
    /// Digits, in decimal or, behind `0x`, in hexadecimal.
    case int(String)
    case uint(String)
    case double(String)
    case string(String)
    case bytes([UInt8])
    case symbol(Symbol)
    case end
  }

  enum Symbol: String, CaseIterable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case modulo = "%"
    case not = "!"
    case question = "?"
    case colon = ":"
    case comma = ","
    case dot = "."
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
  }

  var kind: Kind
  /// In bytes of the source.
  var range: Range<Int>

  /// How a message names it.
  var shown: String {
    switch kind {
    case .identifier(let name): "“\(name)”"
    case .quotedIdentifier(let name): "“`\(name)`”"
    case .int(let digits), .uint(let digits), .double(let digits): "the number \(digits)"
    case .string: "a text"
    case .bytes: "bytes"
    case .symbol(let symbol): "“\(symbol.rawValue)”"
    case .end: "the end"
    }
  }
}
