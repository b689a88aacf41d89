/// A decimal number of any size and precision, for quantities that do not fit 64 bits.
struct DecimalNumber: Sendable, Equatable {
  private(set) var isNegative: Bool

  /// Without zeros at the beginning and the end; none for zero.
  private(set) var digits: [UInt8]

  /// The number is the digits, taken as an integer, times ten to this power.
  private(set) var exponent: Int

  init(isNegative: Bool, digits: [UInt8], exponent: Int) {
    let significant = digits.drop { $0 == 0 }
    let trailing = significant.reversed().prefix { $0 == 0 }.count
    self.digits = Array(significant.dropLast(trailing))
    self.isNegative = isNegative && !self.digits.isEmpty
    self.exponent = self.digits.isEmpty ? 0 : exponent + trailing
  }

  init(_ value: Int64, exponent: Int = 0) {
    let digits = String(value.magnitude).utf8.map { $0 - UInt8(ascii: "0") }
    self.init(isNegative: value < 0, digits: digits, exponent: exponent)
  }

  /// -1, 0 or 1.
  var sign: Int64 { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

  /// The power of ten above the first digit.
  private var top: Int { exponent + digits.count }

  func compared(to other: DecimalNumber) -> Int64 {
    if sign != other.sign { return sign < other.sign ? -1 : 1 }
    let isSmaller: Bool
    if top != other.top {
      isSmaller = top < other.top
    } else if digits == other.digits {
      return 0
    } else {
      isSmaller = digits.lexicographicallyPrecedes(other.digits)
    }
    return isSmaller == isNegative ? 1 : -1
  }

  /// The sum; `nil` when it would have more digits than anything sensible has.
  func adding(_ other: DecimalNumber) -> DecimalNumber? {
    if digits.isEmpty { return other }
    if other.digits.isEmpty { return self }
    let bottom = min(exponent, other.exponent)
    let count = max(top, other.top) - bottom + 1
    guard count <= 10_000 else { return nil }
    // Digit by digit from the right, with a carry that may be negative; at the end the sum may be as well.
    var sum: [Int8] = Array(repeating: 0, count: count)
    for number in [self, other] {
      for (index, digit) in number.digits.reversed().enumerated() {
        sum[number.exponent - bottom + index] += number.isNegative ? -Int8(digit) : Int8(digit)
      }
    }
    let isNegative = (sum.last { $0 != 0 } ?? 0) < 0
    var carry: Int8 = 0
    let magnitude = sum.map { digit in
      let value = (isNegative ? -digit : digit) + carry
      carry = value < 0 ? -1 : value > 9 ? 1 : 0
      return UInt8(value - 10 * carry)
    }
    return DecimalNumber(isNegative: isNegative, digits: magnitude.reversed(), exponent: bottom)
  }

  var negated: DecimalNumber { DecimalNumber(isNegative: !isNegative, digits: digits, exponent: exponent) }

  /// The number times two to a power up to 60.
  func shifted(left power: Int) -> DecimalNumber {
    var carry: UInt64 = 0
    var product: [UInt8] = []
    for digit in digits.reversed() {
      // Nine times 2^60 and a carry fit into 64 bits.
      carry += UInt64(digit) << UInt64(power)
      product.append(UInt8(carry % 10))
      carry /= 10
    }
    while carry > 0 {
      product.append(UInt8(carry % 10))
      carry /= 10
    }
    return DecimalNumber(isNegative: isNegative, digits: product.reversed(), exponent: exponent)
  }

  /// Half the number.
  func halved() -> DecimalNumber {
    var carry: UInt8 = 0
    var product: [UInt8] = []
    // Five times the digits, and the point a place further left.
    for digit in digits.reversed() {
      carry += digit * 5
      product.append(carry % 10)
      carry /= 10
    }
    return DecimalNumber(isNegative: isNegative, digits: [carry] + product.reversed(), exponent: exponent - 1)
  }

  /// The number with at most so many decimal places, rounded away from zero.
  func rounded(toPlaces places: Int) -> DecimalNumber {
    guard exponent < -places else { return self }
    let kept = top > -places ? Array(digits.prefix(top + places)) : []
    let truncated = DecimalNumber(isNegative: isNegative, digits: kept, exponent: -places)
    let unit = DecimalNumber(isNegative: isNegative, digits: [1], exponent: -places)
    return truncated.adding(unit) ?? truncated
  }

  /// The nearest floating-point number, infinite when it is too large.
  var approximation: Double { Double(String(describing: self)) ?? (isNegative ? -.infinity : .infinity) }
}

extension DecimalNumber: CustomStringConvertible {
  /// Digits and exponent, as Swift reads a floating-point number.
  var description: String {
    (isNegative ? "-" : "") + (digits.isEmpty ? "0" : digits.map { String($0) }.joined()) + "e\(exponent)"
  }
}
