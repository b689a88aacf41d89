/// Floating-point numbers as texts.
enum DoubleText {
  /// As Go writes it with the verb `g`: the shortest digits that give the number again, with an exponent below 0.0001
  /// and from a million on.
  static func shortest(_ value: Double) -> String {
    if let special = special(value, infinity: "+Inf", negativeInfinity: "-Inf") { return special }
    let decimal = Decimal(shortest: value)
    let exponent = decimal.point - 1
    guard exponent < -4 || exponent >= 6 else { return decimal.plain(places: nil) }
    return decimal.scientific
  }

  /// Without an exponent, with the shortest digits.
  static func plain(_ value: Double) -> String {
    special(value) ?? Decimal(shortest: value).plain(places: nil)
  }

  /// With so many digits behind the point.
  static func fixed(_ value: Double, places: Int) -> String {
    special(value) ?? Decimal(exactly: value).rounded(places: places).plain(places: places)
  }

  /// With one digit before the point, so many behind it, and an exponent.
  static func scientific(_ value: Double, places: Int) -> String {
    if let special = special(value) { return special }
    let exact = Decimal(exactly: value)
    // Rounding 9.99 to a place makes it a digit longer, which moves the point.
    let decimal = exact.rounded(places: places + 1 - exact.point)
    let missing = places + 1 - decimal.digits.count
    return Decimal(
      isNegative: decimal.isNegative,
      digits: missing >= 0
        ? decimal.digits + Array(repeating: 0, count: missing) : Array(decimal.digits.prefix(places + 1)),
      point: decimal.digits.isEmpty ? 1 : decimal.point
    ).scientific
  }

  private static func special(
    _ value: Double, infinity: String = "Infinity", negativeInfinity: String = "-Infinity"
  ) -> String? {
    if value.isNaN { return "NaN" }
    return value.isInfinite ? (value < 0 ? negativeInfinity : infinity) : nil
  }

  /// Digits with the decimal point before the first of them, or so many places further right.
  private struct Decimal {
    var isNegative: Bool
    var digits: [UInt8]
    var point: Int

    init(isNegative: Bool, digits: [UInt8], point: Int) {
      (self.isNegative, self.digits, self.point) = (isNegative, digits, point)
    }

    /// The fewest digits that no other number is nearer to.
    init(shortest value: Double) {
      // Swift prints these digits, as "123.25", "5e-324" or "1.5e+16".
      let parts = value.magnitude.description.split(separator: "e")
      let mantissa = parts.first ?? "0"
      let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      let whole = mantissa.prefix { $0 != "." }
      let number = DecimalNumber(
        isNegative: false, digits: mantissa.utf8.filter { $0 != UInt8(ascii: ".") }.map { $0 - UInt8(ascii: "0") },
        exponent: exponent - (mantissa.utf8.count - whole.utf8.count - (whole.utf8.count < mantissa.utf8.count ? 1 : 0))
      )
      self.init(
        isNegative: value.sign == .minus, digits: number.digits, point: number.exponent + number.digits.count)
    }

    /// All digits of the number: a floating-point number is a binary fraction, and has an end.
    init(exactly value: Double) {
      let significand = value.magnitude.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
      let power = (value.isNormal ? Int(value.exponent) : -1022) - 52
      var number = DecimalNumber(Int64(significand))
      if power >= 0 {
        for start in stride(from: 0, to: power, by: 60) { number = number.shifted(left: min(60, power - start)) }
      } else {
        // Half is five tenths.
        for _ in 0..<(-power) { number = number.halved() }
      }
      self.init(
        isNegative: value.sign == .minus, digits: number.digits, point: number.exponent + number.digits.count)
    }

    /// Rounded to so many digits behind the point; what lies in the middle, to the even digit.
    func rounded(places: Int) -> Decimal {
      let kept = point + places
      guard kept < digits.count else { return self }
      if kept < 0 { return Decimal(isNegative: isNegative, digits: [], point: point) }
      var result = Array(digits.prefix(kept))
      let rest = digits[kept...]
      let isHalf = rest.first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
      let roundsUp = isHalf ? (result.last ?? 0) % 2 == 1 : (rest.first ?? 0) >= 5
      guard roundsUp else { return Decimal(isNegative: isNegative, digits: result, point: point) }
      var index = result.count - 1
      while index >= 0, result[index] == 9 {
        result[index] = 0
        index -= 1
      }
      if index >= 0 {
        result[index] += 1
        return Decimal(isNegative: isNegative, digits: result, point: point)
      }
      return Decimal(isNegative: isNegative, digits: [1] + result, point: point + 1)
    }

    /// Without an exponent; with so many digits behind the point, or as many as there are.
    func plain(places: Int?) -> String {
      func digit(_ index: Int) -> Character {
        Character(Unicode.Scalar(UInt8(ascii: "0") + (digits.indices.contains(index) ? digits[index] : 0)))
      }
      var text = isNegative ? "-" : ""
      text += point > 0 && !digits.isEmpty ? String((0..<point).map(digit)) : "0"
      let count = places ?? max(0, digits.count - point)
      if count > 0, places != nil || !digits.isEmpty {
        text += "." + String((0..<count).map { digit(digits.isEmpty ? -1 : point + $0) })
      }
      return text
    }

    var scientific: String {
      let shown = digits.isEmpty ? [0] : digits
      let exponent = point - 1
      let text = shown.map { Character(Unicode.Scalar(UInt8(ascii: "0") + $0)) }
      let power = String(exponent.magnitude)
      return (isNegative ? "-" : "") + String(text.prefix(1)) + (text.count > 1 ? "." + String(text.dropFirst()) : "")
        + "e" + (exponent < 0 ? "-" : "+") + (power.utf8.count < 2 ? "0" : "") + power
    }
  }
}
