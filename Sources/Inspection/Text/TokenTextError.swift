/// Why no token could be taken from a text.
public enum TokenTextError: Error, Sendable, Hashable, CustomStringConvertible {
  case empty
  case noToken
  /// More than one, with the names of the JSON members that hold them.
  case several(Int, names: [String])
  case tooLarge(bytes: Int)

  /// A stable name for programs.
  public var code: String {
    switch self {
    case .empty: "empty-input"
    case .noToken: "no-token"
    case .several: "several-tokens"
    case .tooLarge: "input-too-large"
    }
  }

  /// What was found.
  public var description: String {
    switch self {
    case .empty: "there is no token: the input is empty"
    case .noToken: "there is no token in the input"
    case .several(let count, let names) where names.isEmpty: "the input holds \(count) tokens, not one"
    case .several(let count, let names):
      "the input holds \(count) tokens, not one: \(names.joined(separator: ", "))\(count > names.count ? ", ..." : "")"
    case .tooLarge(let bytes): "the input has \(bytes) bytes, at most \(TokenText.byteLimit) are read"
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .empty: "Pass a token, a file that holds one, or - to read standard input."
    case .noToken: "A token begins with eyJ and has two dots: header.payload.signature."
    case .several: "Pass one of them."
    case .tooLarge: "Pass the token alone."
    }
  }
}
