/// The base64url encoding without padding (RFC 7515 §2, RFC 4648 §5).
public enum Base64URL {
  /// The bytes as text, without padding.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count * 4 + 2) / 3)
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        out.append(digits[Int(buffer >> bits & 0x3F)])
      }
    }
    if bits > 0 { out.append(digits[Int(buffer << (6 - bits) & 0x3F)]) }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes that the text stands for.
  ///
  /// Strict: only the 64 characters, no padding, no white space, and the unused bits of the last character must be zero,
  /// so that no two texts decode to the same bytes.
  ///
  /// - Throws: ``Base64URLError`` that names the first wrong byte.
  public static func decode(_ text: some Collection<UInt8>) throws(Base64URLError) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count * 3 / 4)
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    var offset = 0
    for byte in text {
      let digit = digit(byte)
      guard digit < 64 else { throw Base64URLError(offset: offset, reason: reason(for: byte)) }
      buffer = buffer << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
      offset += 1
    }
    // One character alone in its group of four holds 6 bits, not yet a byte.
    guard bits < 6 else { throw Base64URLError(offset: offset - 1, reason: .length) }
    guard buffer & (1 << bits - 1) == 0 else { throw Base64URLError(offset: offset - 1, reason: .nonCanonicalTail) }
    return out
  }

  /// What can be had of a text that ``decode(_:)`` refuses: both alphabets are read, all else is passed over.
  ///
  /// For showing only, never for verifying.
  public static func salvage(_ text: some Collection<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for byte in text {
      let digit =
        switch byte {
        case UInt8(ascii: "+"): UInt8(62)
        case UInt8(ascii: "/"): UInt8(63)
        default: digit(byte)
        }
      guard digit < 64 else { continue }
      buffer = buffer << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
    }
    return out
  }

  /// The six bits of a character, 255 when it is none of the alphabet.
  private static func digit(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: 255
    }
  }

  private static func reason(for byte: UInt8) -> Base64URLError.Reason {
    switch byte {
    case UInt8(ascii: "="): .padding
    case 0x20, 0x09...0x0D: .whitespace
    case UInt8(ascii: "+"), UInt8(ascii: "/"): .standardAlphabet(byte)
    default: .alphabet(byte)
    }
  }
}

/// Why a text is no base64url, and at which byte.
public struct Base64URLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first byte that is wrong, counted from 0.
  public let offset: Int
  public let reason: Reason

  public init(offset: Int, reason: Reason) {
    self.offset = offset
    self.reason = reason
  }

  /// What can be wrong with base64url.
  public enum Reason: Sendable, Hashable {
    case padding
    case whitespace
    case standardAlphabet(UInt8)
    case alphabet(UInt8)
    case length
    case nonCanonicalTail
  }

  /// One sentence without its offset.
  public var message: String {
    switch reason {
    case .padding: "'=' is padding, which base64url in a token must not have"
    case .whitespace: "white space is not allowed in base64url"
    case .standardAlphabet(let byte):
      "\(JSONError.name(byte)) is of the standard base64 alphabet, base64url has '-' and '_' instead"
    case .alphabet(let byte): "\(JSONError.name(byte)) is no character of base64url"
    case .length: "the last group has one character, it must have two, three or four"
    case .nonCanonicalTail: "the unused bits of the last character are not zero"
    }
  }

  public var description: String { "byte \(offset): \(message)" }
}
