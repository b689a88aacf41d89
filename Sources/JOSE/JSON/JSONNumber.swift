/// A JSON number, as its text.
///
/// Tokens carry identifiers beyond 2⁵³ and `exp` values such as `1e400`; a number that went through a double would no
/// longer be what the issuer signed.
public struct JSONNumber: Sendable, Hashable {
  /// The number as it was written, such as `100002348117421473` or `1.50e3`.
  public let text: String

  /// A number from an integer.
  public init(_ value: Int64) { text = String(value) }

  /// A number from its text, nil when the text is no JSON number.
  public init?(text: String) {
    guard case .number(let number)? = try? JSON(parsing: text), number.text.utf8.count == text.utf8.count else {
      return nil
    }
    self = number
  }

  /// For text that the parser has already judged.
  init(validated text: String) { self.text = text }

  /// The nearest double; nil when the number is beyond all finite ones.
  public var double: Double? {
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// The value when it is exactly an integer of 64 bits, however it is written (`3`, `3.0`, `30e-1`), else nil.
  public var integer: Int64? {
    if let plain = Int64(text) { return plain }
    guard let (digits, exponent) = decimal else { return nil }
    guard !digits.isEmpty else { return 0 }
    guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
    var magnitude: UInt64 = 0
    for digit in digits { magnitude = magnitude * 10 + UInt64(digit) }
    for _ in 0..<exponent { magnitude *= 10 }
    if text.utf8.first == UInt8(ascii: "-") {
      return magnitude <= UInt64(Int64.max) ? -Int64(magnitude) : (magnitude == 1 << 63 ? Int64.min : nil)
    }
    return Int64(exactly: magnitude)
  }

  /// The largest integer that is not above the number; nil when 64 bits do not hold it.
  public var floor: Int64? {
    if let integer { return integer }
    guard let double else { return nil }
    return Int64(exactly: double.rounded(.down))
  }

  /// Whether the number is below zero.
  public var isNegative: Bool { text.utf8.first == UInt8(ascii: "-") && decimal?.digits.isEmpty == false }

  /// Whether both are exactly the same number, however they are written (`100`, `1e2`, `100.0`). Beyond exponents that
  /// can be counted, only the same text is known to be the same.
  public func hasSameValue(as other: JSONNumber) -> Bool {
    if text.hasSameBytes(as: other.text) { return true }
    guard let left = decimal, let right = other.decimal, left.digits == right.digits else { return false }
    if left.digits.isEmpty { return true }
    return left.exponent == right.exponent && isNegative == other.isNegative && abs(left.exponent) < 1 << 32
  }

  /// The number as digits × 10^exponent, without zeros at either end of the digits.
  private var decimal: (digits: [UInt8], exponent: Int)? {
    var digits: [UInt8] = []
    var fraction = 0
    var inFraction = false
    var bytes = text.utf8[...]
    if bytes.first == UInt8(ascii: "-") { bytes.removeFirst() }
    while let byte = bytes.first {
      if byte == UInt8(ascii: ".") {
        inFraction = true
      } else if byte >= 0x30, byte <= 0x39 {
        if !digits.isEmpty || byte != 0x30 { digits.append(byte - 0x30) }
        if inFraction { fraction += 1 }
      } else {
        break
      }
      bytes.removeFirst()
    }
    var exponent = 0
    if !bytes.isEmpty {
      bytes.removeFirst()
      var negative = false
      if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        negative = sign == UInt8(ascii: "-")
        bytes.removeFirst()
      }
      // Beyond this no number of digits that fits in memory can bring the value back into 64 bits.
      let far = 1 << 40
      for byte in bytes { exponent = min(exponent * 10 + Int(byte) - 0x30, far) }
      if negative { exponent = -exponent }
    }
    exponent -= fraction
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    return (digits, exponent)
  }
}
