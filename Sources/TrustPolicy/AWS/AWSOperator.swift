/// A condition operator with its qualifiers, such as `ForAnyValue:StringLikeIfExists`.
struct AWSOperator: Sendable, Equatable {
  /// How several values of a request are held against the policy's.
  enum Quantifier: String, Sendable {
    case forAllValues = "ForAllValues"
    case forAnyValue = "ForAnyValue"
  }

  enum Comparison: String, Sendable, CaseIterable {
    case stringEquals = "StringEquals"
    case stringNotEquals = "StringNotEquals"
    case stringEqualsIgnoreCase = "StringEqualsIgnoreCase"
    case stringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase"
    case stringLike = "StringLike"
    case stringNotLike = "StringNotLike"
    case numericEquals = "NumericEquals"
    case numericNotEquals = "NumericNotEquals"
    case numericLessThan = "NumericLessThan"
    case numericLessThanEquals = "NumericLessThanEquals"
    case numericGreaterThan = "NumericGreaterThan"
    case numericGreaterThanEquals = "NumericGreaterThanEquals"
    case dateEquals = "DateEquals"
    case dateNotEquals = "DateNotEquals"
    case dateLessThan = "DateLessThan"
    case dateLessThanEquals = "DateLessThanEquals"
    case dateGreaterThan = "DateGreaterThan"
    case dateGreaterThanEquals = "DateGreaterThanEquals"
    case bool = "Bool"
    case binaryEquals = "BinaryEquals"
    case ipAddress = "IpAddress"
    case notIpAddress = "NotIpAddress"
    case arnEquals = "ArnEquals"
    case arnLike = "ArnLike"
    case arnNotEquals = "ArnNotEquals"
    case arnNotLike = "ArnNotLike"
    case null = "Null"

    /// Whether it holds when no value of the policy fits.
    var isNegated: Bool { rawValue.contains("Not") }

    /// Whether `*` and `?` stand for anything.
    var takesWildcards: Bool {
      [.stringLike, .stringNotLike, .arnEquals, .arnLike, .arnNotEquals, .arnNotLike].contains(self)
    }

    /// The same without the negation.
    var positive: Comparison { Comparison(rawValue: rawValue.replacing("Not", with: "")) ?? self }
  }

  let quantifier: Quantifier?
  let comparison: Comparison
  let ifExists: Bool

  /// Nil when there is no such operator.
  init?(_ name: String) {
    var rest = name[...]
    if let colon = rest.firstIndex(of: ":") {
      guard let quantifier = Quantifier(rawValue: String(rest[..<colon])) else { return nil }
      self.quantifier = quantifier
      rest = rest[rest.index(after: colon)...]
    } else {
      quantifier = nil
    }
    if let comparison = Comparison(rawValue: String(rest)) {
      self.comparison = comparison
      ifExists = false
    } else if rest.hasSuffix("IfExists"), let comparison = Comparison(rawValue: String(rest.dropLast(8))),
      comparison != .null
    {
      self.comparison = comparison
      ifExists = true
    } else {
      return nil
    }
  }

  var name: String {
    (quantifier.map { $0.rawValue + ":" } ?? "") + comparison.rawValue + (ifExists ? "IfExists" : "")
  }

  static let allNames =
    Comparison.allCases.map(\.rawValue)
    + Comparison.allCases.filter { $0 != .null }.map { $0.rawValue + "IfExists" }
    + ["ForAnyValue:StringLike", "ForAllValues:StringLike", "ForAnyValue:StringEquals", "ForAllValues:StringEquals"]
}
