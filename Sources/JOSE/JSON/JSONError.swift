/// Why a text is no JSON, and at which byte.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first byte that is wrong, counted from 0.
  public let offset: Int
  /// What is wrong with it.
  public let reason: Reason

  public init(offset: Int, reason: Reason) {
    self.offset = offset
    self.reason = reason
  }

  /// What can be wrong with a JSON text.
  public enum Reason: Sendable, Hashable {
    case empty
    case unexpectedEnd(expected: String)
    case unexpected(UInt8, expected: String)
    case trailingComma
    case trailingData(UInt8)
    case leadingZero
    case controlCharacter(UInt8)
    case invalidEscape(UInt8)
    case invalidUnicodeEscape
    case invalidUTF8
    case byteOrderMark
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
  }

  /// One sentence without its offset, such as `expected ':' after a member name, found '}'`.
  public var message: String {
    switch reason {
    case .empty: "expected a JSON value, found nothing"
    case .unexpectedEnd(let expected): "expected \(expected), but the text ends here"
    case .unexpected(let byte, let expected): "expected \(expected), found \(Self.name(byte))"
    case .trailingComma: "a comma must be followed by another element, JSON has no trailing comma"
    case .trailingData(let byte): "expected the end of the text after the JSON value, found \(Self.name(byte))"
    case .leadingZero: "a number must not begin with 0 and another digit"
    case .controlCharacter(let byte): "control character \(Self.name(byte)) in a string must be written as an escape"
    case .invalidEscape(let byte): "\\ followed by \(Self.name(byte)) is no escape of JSON"
    case .invalidUnicodeEscape: "\\u must be followed by four hexadecimal digits"
    case .invalidUTF8: "not valid UTF-8"
    case .byteOrderMark: "a byte order mark must not stand before JSON"
    case .tooDeep(let limit): "more than \(limit) arrays and objects inside each other"
    case .tooLarge(let limit): "more than \(limit) bytes of JSON"
    }
  }

  public var description: String { "byte \(offset): \(message)" }

  /// A byte as people can read it, with nothing that acts on a terminal.
  static func name(_ byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
    if byte == 0x20 { return "a space" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "byte 0x" + (digits.count == 1 ? "0" : "") + digits
  }
}
