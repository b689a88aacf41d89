/// Names and values as a form posts them (`application/x-www-form-urlencoded`, WHATWG URL §5.2).
enum FormEncoding {
  /// The body of a form.
  static func body(_ fields: [(name: String, value: String)]) -> String {
    fields.map { percentEncoded($0.name) + "=" + percentEncoded($0.value) }.joined(separator: "&")
  }

  /// The text with everything but unreserved characters (RFC 3986 §2.3) percent-encoded, a space too.
  static func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: encoded.append(byte)
      case _ where "-._~".utf8.contains(byte): encoded.append(byte)
      default: encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
}
