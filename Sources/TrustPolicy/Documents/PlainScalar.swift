import Yams

/// What a scalar of YAML means: text, or one of the values that YAML 1.1 sees in text without quotes.
///
/// Yams has rules for it too, as regular expressions; compiling those takes longer than everything else that a command
/// does, so it is told to know none.
public enum PlainScalar: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer
  case decimal
  case text

  public init(_ node: Node.Scalar, tag: Tag.Name) {
    switch tag {
    case .null: self = .null
    case .bool: self = Self.bools[node.string.lowercased()].map { .bool($0) } ?? .text
    case .int: self = .integer
    case .float: self = .decimal
    // Only what is written without quotes can be anything but text.
    case .str where node.style == .plain: self = Self.meaning(of: node.string)
    default: self = .text
    }
  }

  private static let bools: [String: Bool] = [
    "true": true, "yes": true, "on": true, "false": false, "no": false, "off": false,
  ]

  static func meaning(of text: String) -> PlainScalar {
    if ["", "~", "null", "Null", "NULL"].contains(text) { return .null }
    // Lower case, upper case, or with a capital: nothing in between.
    let lower = text.lowercased()
    if let value = bools[lower],
      [lower, text.uppercased(), lower.prefix(1).uppercased() + lower.dropFirst()].contains(text)
    {
      return .bool(value)
    }
    return number(Array(text.utf8))
  }

  private static func number(_ bytes: [UInt8]) -> PlainScalar {
    var digits = bytes[...]
    if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits.removeFirst() }
    let lower = digits.map { $0 | 0x20 }
    if [".inf", ".nan"].contains(String(decoding: lower, as: UTF8.self)) { return .decimal }
    guard let first = digits.first, isDigit(first) || first == UInt8(ascii: ".") else { return .text }
    if first == UInt8(ascii: "0"), digits.count > 2, lower[1] == UInt8(ascii: "x") {
      return digits.dropFirst(2).allSatisfy(isHexadecimal) ? .integer : .text
    }
    if first == UInt8(ascii: "0"), digits.count > 2, [UInt8(ascii: "o"), UInt8(ascii: "b")].contains(lower[1]) {
      return digits.dropFirst(2).allSatisfy(isDigit) ? .integer : .text
    }
    if digits.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) { return .integer }
    return isDecimal(digits) ? .decimal : .text
  }

  /// Digits with one point, or an exponent, or both.
  private static func isDecimal(_ digits: ArraySlice<UInt8>) -> Bool {
    let mantissa = digits.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    var exponent = digits.dropFirst(mantissa.count)
    let points = mantissa.count { $0 == UInt8(ascii: ".") }
    guard points <= 1, mantissa.contains(where: isDigit),
      mantissa.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") })
    else { return false }
    guard exponent.popFirst() != nil else { return points == 1 }
    if let sign = exponent.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { exponent.removeFirst() }
    return !exponent.isEmpty && exponent.allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }
}
