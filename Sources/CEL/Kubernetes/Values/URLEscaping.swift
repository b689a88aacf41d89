/// How Go's `net/url` escapes the parts of a URL.
enum URLEscaping {
  case path, host, zone, user, query, fragment

  /// Whether a byte has to be escaped in this part, by RFC 3986 as Go reads it.
  func mustEscape(_ byte: UInt8) -> Bool {
    if CELText.isAlphanumeric(byte) || "-_.~".utf8.contains(byte) { return false }
    return switch self {
    case .path: !"$&+,/:;=@".utf8.contains(byte)
    case .host, .zone: !"!$&'()*+,;=:[]<>\"".utf8.contains(byte)
    case .user: !"$&+,;=".utf8.contains(byte)
    case .query: true
    case .fragment: !"$&+,/:;=?@!()*".utf8.contains(byte)
    }
  }

  func escape(_ bytes: some Sequence<UInt8>) -> String {
    var escaped: [UInt8] = []
    for byte in bytes {
      if mustEscape(byte) {
        let digits = Array("0123456789ABCDEF".utf8)
        escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
      } else {
        escaped.append(byte)
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  /// Resolves escapes; `nil` when an escape is malformed, or a byte is not allowed in this part.
  ///
  /// Bytes that are no UTF-8 become replacement characters, as the result is a text.
  func unescape(_ text: ArraySlice<UInt8>) -> String? {
    unescapedBytes(text).map { String(decoding: $0, as: UTF8.self) }
  }

  func unescapedBytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(CELText.hexadecimalValue),
          let low = rest.popFirst().flatMap(CELText.hexadecimalValue)
        else { return nil }
        let value = high << 4 | low
        guard allowsEscaped(value) else { return nil }
        result.append(value)
      case UInt8(ascii: "+") where self == .query:
        result.append(UInt8(ascii: " "))
      default:
        if byte < 0x80 && (self == .host || self == .zone) && mustEscape(byte) { return nil }
        result.append(byte)
      }
    }
    return result
  }

  /// The text as it was written, if nothing in it had to be escaped, and otherwise an escaped form of its bytes.
  func canonical(_ written: ArraySlice<UInt8>) -> String? {
    guard let bytes = unescapedBytes(written) else { return nil }
    let isValid = written.allSatisfy { "!$&'()*+,;=:@[]%".utf8.contains($0) || !mustEscape($0) }
    return isValid ? String(decoding: written, as: UTF8.self) : escape(bytes)
  }

  /// In a host only bytes beyond ASCII may be escaped, but for the percent sign before a zone; in the zone, only what
  /// could be written as it is, and spaces.
  private func allowsEscaped(_ value: UInt8) -> Bool {
    if value == UInt8(ascii: "%") { return true }
    return switch self {
    case .host: value >= 0x80
    case .zone: value == UInt8(ascii: " ") || !mustEscape(value)
    case .path, .user, .query, .fragment: true
    }
  }
}
