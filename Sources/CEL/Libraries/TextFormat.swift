/// The function `format` on texts: `"%s has %d".format([name, count])`.
///
/// <https://github.com/google/cel-spec/blob/master/doc/extensions/strings.md>
enum TextFormat {
  static func format(_ format: String, _ values: [CELValue], budget: inout Budget) throws(CELFailure) -> String {
    try budget.spend(bytes: format.utf8.count)
    var result = ""
    var rest = format.unicodeScalars[...]
    var index = 0
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if rest.first == "%" {
        rest.removeFirst()
        result += "%"
        continue
      }
      let clause = try Clause(&rest)
      guard values.indices.contains(index) else {
        throw CELFailure(
          .indexOutOfRange, "The format needs a value number \(index + 1), and there are \(values.count).")
      }
      let text = try clause.text(values[index], budget: &budget)
      try budget.spend(bytes: text.utf8.count)
      result += text
      index += 1
    }
    return result
  }

  /// What follows a percent sign.
  private struct Clause {
    var places: Int?
    var verb: Unicode.Scalar

    init(_ rest: inout Substring.UnicodeScalarView) throws(CELFailure) {
      if rest.first == "." {
        rest.removeFirst()
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[digits.endIndex...]
        guard let places = Int(String(digits)), places <= 1_000 else {
          throw CELFailure(
            .invalidArgument, "The precision “.\(String(digits))” in the format is no number up to 1000.")
        }
        self.places = places
      }
      guard let verb = rest.popFirst(), "sdfebxXo".unicodeScalars.contains(verb) else {
        throw CELFailure(
          .invalidArgument, "The format has a “%” that %s, %d, %f, %e, %b, %o, %x, %X or %% does not begin.")
      }
      self.verb = verb
    }

    func text(_ value: CELValue, budget: inout Budget) throws(CELFailure) -> String {
      // All digits of a number can be some hundred.
      if verb == "f" || verb == "e" { try budget.spend(100) }
      let text: String? =
        switch verb {
        case "s": try TextFormat.text(value, budget: &budget)
        case "d": decimal(value)
        case "f": number(value).map { DoubleText.fixed($0, places: places ?? 6) }
        case "e": number(value).map { DoubleText.scientific($0, places: places ?? 6) }
        case "b": binary(value)
        case "o": integer(value, radix: 8)
        case "x": hexadecimal(value, isUppercase: false)
        default: hexadecimal(value, isUppercase: true)
        }
      guard let text else {
        throw CELFailure(.invalidArgument, "The format cannot put a value of type \(value.type) where %\(verb) is.")
      }
      return text
    }

    private func number(_ value: CELValue) -> Double? {
      switch value {
      case .double(let number): number
      case .int(let number): Double(number)
      case .uint(let number): Double(number)
      default: nil
      }
    }

    private func integer(_ value: CELValue, radix: Int, isUppercase: Bool = false) -> String? {
      switch value {
      case .int(let number): String(number, radix: radix, uppercase: isUppercase)
      case .uint(let number): String(number, radix: radix, uppercase: isUppercase)
      default: nil
      }
    }

    private func decimal(_ value: CELValue) -> String? {
      if case .double(let number) = value, !number.isFinite { return DoubleText.plain(number) }
      return integer(value, radix: 10)
    }

    private func binary(_ value: CELValue) -> String? {
      if case .bool(let truth) = value { return truth ? "1" : "0" }
      return integer(value, radix: 2)
    }

    private func hexadecimal(_ value: CELValue, isUppercase: Bool) -> String? {
      let bytes: [UInt8]
      switch value {
      case .string(let text): bytes = Array(text.utf8)
      case .bytes(let content): bytes = content
      default: return integer(value, radix: 16, isUppercase: isUppercase)
      }
      return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUppercase) }.joined()
    }
  }

  /// What `%s` makes of a value; `nil` of one that has no text.
  private static func text(_ value: CELValue, budget: inout Budget) throws(CELFailure) -> String? {
    switch value {
    case .null: return "null"
    case .double(let number): return DoubleText.plain(number)
    case .type(let type): return type.name
    case .list(let list):
      var texts: [String] = []
      for element in list {
        guard let text = try text(element, budget: &budget) else { return nil }
        try budget.spend(bytes: text.utf8.count)
        texts.append(text)
      }
      return "[" + texts.joined(separator: ", ") + "]"
    case .map(let map):
      var texts: [(key: String, value: String)] = []
      for entry in map.entries {
        guard let key = try text(entry.key, budget: &budget), let value = try text(entry.value, budget: &budget)
        else { return nil }
        try budget.spend(bytes: key.utf8.count + value.utf8.count)
        texts.append((key, value))
      }
      texts.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return "{" + texts.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    default: return try Conversions.string(value)
    }
  }
}
