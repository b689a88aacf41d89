/// The base64url encoding without padding (RFC 7515 §2, RFC 4648 §5).
public enum Base64URL {
  /// The bytes as text, without padding.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let direct = bytes.withContiguousStorageIfAvailable(encodeGroups)
    return direct ?? Array(bytes).withUnsafeBufferPointer(encodeGroups)
  }

  /// Three bytes at a time.
  private static func encodeGroups(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let whole = bytes.count - bytes.count % 3
    return String(unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { out in
      digits.withUTF8Buffer { digits in
        var written = 0
        for read in stride(from: 0, to: whole, by: 3) {
          let (a, b, c) = (bytes[read], bytes[read + 1], bytes[read + 2])
          out[written] = digits[Int(a >> 2)]
          out[written + 1] = digits[Int((a & 3) << 4 | b >> 4)]
          out[written + 2] = digits[Int((b & 15) << 2 | c >> 6)]
          out[written + 3] = digits[Int(c & 63)]
          written += 4
        }
        guard whole < bytes.count else { return written }
        let (a, b) = (bytes[whole], whole + 1 < bytes.count ? bytes[whole + 1] : 0)
        out[written] = digits[Int(a >> 2)]
        out[written + 1] = digits[Int((a & 3) << 4 | b >> 4)]
        guard whole + 1 < bytes.count else { return written + 2 }
        out[written + 2] = digits[Int((b & 15) << 2)]
        return written + 3
      }
    }
  }

  private static let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

  /// The bytes that the text stands for.
  ///
  /// Strict: only the 64 characters, no padding, no white space, and the unused bits of the last character must be zero,
  /// so that no two texts decode to the same bytes.
  ///
  /// - Throws: ``Base64URLError`` that names the first wrong byte.
  public static func decode(_ text: some Collection<UInt8>) throws(Base64URLError) -> [UInt8] {
    let direct = text.withContiguousStorageIfAvailable(decodeGroups)
    if let bytes = direct ?? Array(text).withUnsafeBufferPointer(decodeGroups) { return bytes }
    throw firstError(in: text)
  }

  /// Four characters at a time; nil when anything is wrong.
  private static func decodeGroups(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    let rest = text.count % 4
    guard rest != 1 else { return nil }
    let whole = text.count - rest
    // Digits are under 64, so that one test tells whether all four are digits.
    var seen: UInt8 = 0
    var isCanonical = true
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 2) { out, count in
      values.withUnsafeBufferPointer { values in
        var read = 0
        while read < whole {
          let (a, b) = (values[Int(text[read])], values[Int(text[read + 1])])
          let (c, d) = (values[Int(text[read + 2])], values[Int(text[read + 3])])
          seen |= a | b | c | d
          out[count] = a << 2 | b >> 4
          out[count + 1] = b << 4 | c >> 2
          out[count + 2] = c << 6 | d
          read += 4
          count += 3
        }
        guard rest > 0 else { return }
        let (a, b) = (values[Int(text[read])], values[Int(text[read + 1])])
        let c = rest == 3 ? values[Int(text[read + 2])] : 0
        seen |= a | b | c
        out[count] = a << 2 | b >> 4
        out[count + 1] = b << 4 | c >> 2
        count += rest - 1
        isCanonical = rest == 3 ? c & 3 == 0 : b & 15 == 0
      }
    }
    return seen < 64 && isCanonical ? bytes : nil
  }

  /// What is wrong with a text that is no base64url.
  private static func firstError(in text: some Collection<UInt8>) -> Base64URLError {
    var offset = 0
    for byte in text {
      if values[Int(byte)] >= 64 { return Base64URLError(offset: offset, reason: reason(for: byte)) }
      offset += 1
    }
    // One character alone in its group of four holds 6 bits, not yet a byte.
    return Base64URLError(offset: offset - 1, reason: offset % 4 == 1 ? .length : .nonCanonicalTail)
  }

  /// The six bits of each byte as a character, 255 for those that are none.
  private static let values: [UInt8] = (UInt8.min...UInt8.max).map(digit)

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
