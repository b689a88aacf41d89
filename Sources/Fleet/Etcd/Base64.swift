import JOSE

/// The standard base64 encoding with padding (RFC 4648 §4), in which etcd's JSON gateway writes keys and values.
enum Base64 {
  static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text = Array(Base64URL.encode(bytes).utf8)
    for index in text.indices {
      switch text[index] {
      case UInt8(ascii: "-"): text[index] = UInt8(ascii: "+")
      case UInt8(ascii: "_"): text[index] = UInt8(ascii: "/")
      default: break
      }
    }
    while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil for what is not exactly that encoding.
  static func decode(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4) else { return nil }
    for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
    for index in digits.indices {
      switch digits[index] {
      case UInt8(ascii: "+"): digits[index] = UInt8(ascii: "-")
      case UInt8(ascii: "/"): digits[index] = UInt8(ascii: "_")
      case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
      default: break
      }
    }
    return try? Base64URL.decode(digits)
  }
}
