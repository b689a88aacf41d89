/// An amount of a resource, such as `1.5Gi` or `200m`: the type `kubernetes.Quantity`.
struct Quantity: Sendable {
  /// Kubernetes keeps amounts in 64 bits where it can, and `isInteger` tells which way an amount is kept.
  enum Amount: Sendable {
    case scaled(Int64, exponent: Int)
    case decimal(DecimalNumber)
  }

  let amount: Amount

  init(_ value: Int64) {
    amount = .scaled(value, exponent: 0)
  }

  private init(_ amount: Amount) {
    self.amount = amount
  }

  private var decimal: DecimalNumber {
    switch amount {
    case .scaled(let value, let exponent): DecimalNumber(value, exponent: exponent)
    case .decimal(let number): number
    }
  }

  var sign: Int64 { decimal.sign }

  /// The amount as an integer, if it is kept as one: that of `1` is, that of `1.0` and `1000m` is not.
  var integer: Int64? {
    guard case .scaled(let value, let exponent) = amount, exponent >= 0 else { return nil }
    return Self.multiplied(value, byTenToThe: exponent)
  }

  /// The amount in floating point, with Kubernetes' two roundings: of the digits, and of their product with the power.
  var approximation: Double {
    switch amount {
    case .scaled(let value, 0): Double(value)
    case .scaled(let value, let exponent): Double(value) * (Double("1e\(exponent)") ?? 0)
    case .decimal(let number): number.approximation
    }
  }

  func compared(to other: Quantity) -> Int64 { decimal.compared(to: other.decimal) }

  /// The sum; `nil` when the two amounts are too far apart to be added.
  func adding(_ other: Quantity) -> Quantity? {
    if case .scaled(let value, let exponent) = amount, case .scaled(let added, let otherExponent) = other.amount {
      if added == 0 { return self }
      if value == 0 { return other }
      let common = min(exponent, otherExponent)
      if let left = Self.multiplied(value, byTenToThe: exponent - common),
        let right = Self.multiplied(added, byTenToThe: otherExponent - common)
      {
        let (sum, overflows) = left.addingReportingOverflow(right)
        if !overflows { return Quantity(.scaled(sum, exponent: common)) }
      }
    }
    return decimal.adding(other.decimal).map { Quantity(.decimal($0)) }
  }

  func subtracting(_ other: Quantity) -> Quantity? {
    switch other.amount {
    case .scaled(.min, _): decimal.adding(other.decimal.negated).map { Quantity(.decimal($0)) }
    case .scaled(let value, let exponent): adding(Quantity(.scaled(-value, exponent: exponent)))
    case .decimal(let number): adding(Quantity(.decimal(number.negated)))
    }
  }

  private static func multiplied(_ value: Int64, byTenToThe power: Int) -> Int64? {
    if value == 0 { return 0 }
    guard power <= 18 else { return nil }
    var result = value
    for _ in 0..<power {
      let (product, overflows) = result.multipliedReportingOverflow(by: 10)
      if overflows { return nil }
      result = product
    }
    return result
  }
}

// MARK: - Reading

extension Quantity {
  /// Reads a number with a suffix: `m`, `k`, `M`… for powers of ten, `Ki`, `Mi`… for powers of two, or `e3`.
  ///
  /// The number may have more than nine decimal places, and is rounded away from zero then. The rules are those of
  /// `resource.ParseQuantity`, including what only happens to be accepted, such as `.` for 0.
  init(parsing text: String) throws(MalformedValue) {
    let pieces = try Pieces(text)
    guard let unit = Unit(pieces.suffix) else {
      throw MalformedValue(message: "unable to parse quantity's suffix: \(CELText.quoted(text))")
    }
    if let amount = pieces.scaled(by: unit) {
      self.init(amount)
      return
    }
    let number = DecimalNumber(
      isNegative: false, digits: pieces.digits,
      exponent: unit.powerOfTen - pieces.fraction.count)
    // Binary amounts are capped. Kubernetes caps no others.
    let most = DecimalNumber(Int64.max)
    var rounded = number.shifted(left: unit.powerOfTwo).rounded(toPlaces: 9)
    if unit.isBinary && rounded.compared(to: most) > 0 { rounded = most }
    self.init(.decimal(pieces.isNegative ? rounded.negated : rounded))
  }

  private struct Unit {
    var powerOfTen = 0
    var powerOfTwo = 0
    var isBinary = false

    init?(_ suffix: String) {
      if let index = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].firstIndex(of: suffix) {
        powerOfTen = 3 * (index - 3)
      } else if let index = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].firstIndex(of: suffix) {
        powerOfTwo = 10 * (index + 1)
        isBinary = true
      } else if suffix.hasPrefix("e") || suffix.hasPrefix("E"), let power = Int64(suffix.dropFirst()) {
        // Kubernetes cuts the power off at 32 bits.
        powerOfTen = Int(Int32(truncatingIfNeeded: power))
      } else {
        return nil
      }
    }
  }

  private struct Pieces {
    var isNegative = false
    var whole: [UInt8] = []
    var fraction: [UInt8] = []
    var suffix = ""

    var digits: [UInt8] { whole + fraction }

    init(_ text: String) throws(MalformedValue) {
      func problem() -> MalformedValue {
        MalformedValue(
          message: "quantities must match the regular expression "
            + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$': \(CELText.quoted(text))")
      }
      var rest = Array(text.utf8)[...]
      guard let first = rest.first else { throw problem() }
      func digits() -> [UInt8] {
        let digits = rest.prefix(while: CELText.isDigit)
        rest = rest.dropFirst(digits.count)
        return digits.map { $0 - UInt8(ascii: "0") }
      }
      isNegative = first == UInt8(ascii: "-")
      if "+-".utf8.contains(first) { rest = rest.dropFirst() }
      whole = Array(digits().drop { $0 == 0 })
      if whole.isEmpty { whole = [0] }
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = digits()
      }
      suffix = String(decoding: rest, as: UTF8.self)
      rest = rest.drop { "eEinumkKMGTP".utf8.contains($0) }
      if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
      _ = digits()
      guard rest.isEmpty else { throw problem() }
    }

    /// The amount in 64 bits, where Kubernetes keeps it in 64 bits.
    func scaled(by unit: Unit) -> Amount? {
      // A power of two takes about three decimal digits for ten bits.
      let room =
        unit.isBinary
        ? (fraction.isEmpty ? 15 - whole.count - unit.powerOfTwo * 3 / 10 - 1 : -1)
        : 18 - digits.count
      let exponent = unit.powerOfTen - fraction.count
      guard room >= 0, exponent >= -9 else { return nil }
      let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1) } << Int64(unit.powerOfTwo)
      return .scaled(isNegative ? -value : value, exponent: exponent)
    }
  }
}
