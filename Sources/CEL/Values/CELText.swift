/// What the values and libraries have in common in how they read texts.
enum CELText {
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Reads up to nine digits, and nothing but digits.
  static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(text.count), text.allSatisfy(isDigit) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  /// A text in a message, as Go quotes it, cut off where it is long.
  static func quoted(_ text: some StringProtocol) -> String {
    let shown = text.unicodeScalars.prefix(100)
    let escaped = shown.map { scalar in
      let needsEscape = scalar.value < 0x20 || scalar.value == 0x7F || scalar == "\"" || scalar == "\\"
      return needsEscape ? scalar.escaped(asASCII: false) : String(scalar)
    }
    return "\"" + escaped.joined() + (shown.endIndex < text.unicodeScalars.endIndex ? "…" : "") + "\""
  }
}
