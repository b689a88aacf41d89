/// A JSON string: what it says, and how it was written.
public struct JSONString: Sendable {
  /// The text between the quotes, with its escapes, as it was written.
  public let raw: String
  /// What the text says. A lone surrogate (`\ud800`), which no text can hold, is U+FFFD.
  public let value: String
  /// Whether an escape names half of a surrogate pair without its other half.
  public let hasLoneSurrogate: Bool

  /// A string to be written; quotes, backslashes and control characters become escapes.
  public init(_ value: String) {
    self.value = value
    hasLoneSurrogate = false
    raw = Self.needsEscapes(value) ? Self.escape(value) : value
  }

  init(raw: String, value: String, hasLoneSurrogate: Bool) {
    self.raw = raw
    self.value = value
    self.hasLoneSurrogate = hasLoneSurrogate
  }

  private static func needsEscapes(_ value: String) -> Bool {
    value.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
  }

  private static func escape(_ value: String) -> String {
    var out = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20: out += escape(codeUnit: UInt16(scalar.value))
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// `\u` and four digits.
  static func escape(codeUnit: UInt16) -> String {
    let digits = String(codeUnit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension JSONString: Hashable {
  /// Byte for byte: `"é"` and `"e\u0301"` are two strings to a relying party, although Swift calls them equal.
  public static func == (left: JSONString, right: JSONString) -> Bool { left.raw.hasSameBytes(as: right.raw) }

  public func hash(into hasher: inout Hasher) {
    var copy = raw
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension JSONString: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
}

extension StringProtocol {
  /// Whether both texts have the same UTF-8 bytes, which is how issuers, audiences and member names are compared
  /// (RFC 7519 §4.1 and §7.3). Swift's own `==` also accepts canonically equivalent texts.
  public func hasSameBytes(as other: some StringProtocol) -> Bool {
    // Of most two names the lengths differ, and a native string knows its own.
    if utf8.count != other.utf8.count { return false }
    let direct = utf8.withContiguousStorageIfAvailable { left in
      other.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
    }
    return (direct ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}
