import JOSE

/// Texts as Go writes them: relying parties in Go quote what they found in their errors.
enum GoText {
  /// As `%q` writes a text: in double quotes, with escapes for what cannot be printed.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars { out += quotedScalar(scalar) }
    return out + "\""
  }

  private static func quotedScalar(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\u{0C}": return "\\f"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{0B}": return "\\v"
    default:
      if isPrintable(scalar) { return String(Character(scalar)) }
      let value = scalar.value
      if value < 0x80 { return "\\x" + hexadecimal(value, digits: 2) }
      return value < 0x10000 ? "\\u" + hexadecimal(value, digits: 4) : "\\U" + hexadecimal(value, digits: 8)
    }
  }

  /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and of all spaces the one of ASCII.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// As `%v` writes what Go's decoder makes of a JSON value: `map[a:1 b:[x <nil>]]`.
  static func value(_ json: JSON) -> String {
    switch json {
    case .null: return "<nil>"
    case .bool(let bool): return bool ? "true" : "false"
    case .number(let number): return number.double.map(self.number) ?? number.text
    case .string(let string): return string.value
    case .array(let elements): return "[" + elements.map(value).joined(separator: " ") + "]"
    case .object(let object):
      // Of duplicates the last one counts, and names come in the order of their bytes.
      let names = object.members.map(\.name.value).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      var parts: [String] = []
      var last: String?
      for name in names {
        if let last, last.hasSameBytes(as: name) { continue }
        last = name
        parts.append("\(name):\(value(object[name] ?? .null))")
      }
      return "map[" + parts.joined(separator: " ") + "]"
    }
  }

  /// As `%v` writes a float64: the shortest digits, with an exponent below -4 and from 6 on.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
    let sign = value.sign == .minus ? "-" : ""
    let (digits, point) = shortest(value.magnitude)
    let exponent = point - 1
    if digits != "0", exponent < -4 || exponent >= 6 {
      return sign + scientific(digits, exponent)
    }
    return sign + plain(digits, point)
  }

  private static func scientific(_ digits: String, _ exponent: Int) -> String {
    let rest = digits.dropFirst()
    let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return digits.prefix(1) + (rest.isEmpty ? "" : ".\(rest)") + "e" + (exponent < 0 ? "-" : "+") + power
  }

  private static func plain(_ digits: String, _ point: Int) -> String {
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return digits + String(repeating: "0", count: point - digits.count) }
    return "\(digits.prefix(point)).\(digits.dropFirst(point))"
  }

  /// The fewest digits that tell the number, and where the point stands in them.
  private static func shortest(_ value: Double) -> (digits: String, point: Int) {
    let text = "\(value)"
    let halves = text.split(separator: "e")
    let mantissa = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    var point = mantissa[0].count + (halves.count > 1 ? Int(halves[1]) ?? 0 : 0)
    var digits = (mantissa[0] + (mantissa.count > 1 ? mantissa[1] : ""))[...]
    while digits.first == "0", digits.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == "0", digits.count > 1 { digits.removeLast() }
    return digits == "0" ? ("0", 1) : (String(digits), point)
  }
}
