import Inspection
import JOSE

/// Whether a condition holds.
enum AWSTruth: Sendable, Equatable {
  case yes
  case no
  case unknown(String)

  init(_ value: Bool) { self = value ? .yes : .no }
}

/// Holds a condition against the keys of a request (IAM User Guide, “Condition operators”, “Multivalued context keys”).
struct AWSConditionTest: Sendable {
  let context: AWSContext
  /// Whether `${…}` are variables.
  let hasVariables: Bool

  func holds(_ condition: AWSCondition) -> AWSTruth {
    let op = condition.op
    let actual: [String]
    let isMany: Bool
    switch context[condition.key] {
    case .unknown(let why): return .unknown(why)
    case .absent: return absent(condition)
    case .one(let text): (actual, isMany) = ([text], false)
    case .many(let texts): (actual, isMany) = (texts, true)
    }
    if op.comparison == .null { return wantsAbsent(condition).map { AWSTruth(!$0) } ?? .no }
    if isMany, actual.isEmpty { return absent(condition) }
    var isUndecided: String?
    // A key with several values fits none of the operators that are meant for one.
    if op.quantifier == nil, actual.count > 1 || condition.values.isEmpty { return .no }
    func fits(_ value: String) -> Bool {
      condition.values.contains { policy in
        switch compare(op.comparison, policy.text, value) {
        case .yes: return true
        case .no: return false
        case .unknown(let why):
          isUndecided = why
          return false
        }
      }
    }
    // What is no address and no ARN fits neither the operator nor its negation.
    if actual.contains(where: { !AWSComparison.isComparable(op.comparison, $0) }) { return .no }
    let isNegated = op.comparison.isNegated
    let results = actual.map { fits($0) != isNegated }
    if let isUndecided { return .unknown(isUndecided) }
    return AWSTruth(op.quantifier == .forAnyValue ? results.contains(true) : !results.contains(false))
  }

  /// What a condition says about a key that the request has not.
  private func absent(_ condition: AWSCondition) -> AWSTruth {
    if condition.op.comparison == .null { return wantsAbsent(condition).map { AWSTruth($0) } ?? .no }
    if condition.op.ifExists || condition.op.quantifier == .forAllValues { return .yes }
    if condition.op.quantifier == .forAnyValue { return .no }
    return AWSTruth(condition.op.comparison.isNegated && !condition.values.isEmpty)
  }

  private func wantsAbsent(_ condition: AWSCondition) -> Bool? {
    switch condition.values.first?.text.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }

  // MARK: One value against one

  /// Whether one value of the policy fits one of the request, leaving aside whether the operator is negated.
  private func compare(_ comparison: AWSOperator.Comparison, _ policy: String, _ actual: String) -> AWSTruth {
    let pieces: [Wildcard.Piece]
    switch expand(policy) {
    case .resolved(let resolved): pieces = resolved
    case .unresolvable: return .no
    case .unknown(let why): return .unknown(why)
    }
    let text = String(
      String.UnicodeScalarView(
        pieces.map { piece in
          switch piece {
          case .pattern(let scalar), .text(let scalar): scalar
          }
        }))
    return AWSTruth(AWSComparison.fits(comparison.positive, policy: text, pieces: pieces, actual: actual))
  }

  private enum Expansion {
    case resolved([Wildcard.Piece])
    case unresolvable
    case unknown(String)
  }

  /// Puts values in the place of `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}`; what is put in is never read
  /// as a wildcard (IAM User Guide, “Policy variables”).
  private func expand(_ text: String) -> Expansion {
    guard hasVariables, text.contains("${") else { return .resolved(text.unicodeScalars.map { .pattern($0) }) }
    var pieces: [Wildcard.Piece] = []
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "$", rest.first == "{", let end = rest.firstIndex(of: "}") else {
        pieces.append(.pattern(scalar))
        continue
      }
      let inner = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
      rest = rest[(end + 1)...]
      if ["*", "?", "$"].contains(inner) {
        pieces += inner.unicodeScalars.map { .text($0) }
        continue
      }
      let (key, fallback) = Self.parts(inner)
      switch context[key] {
      case .one(let value): pieces += value.unicodeScalars.map { .text($0) }
      case .unknown(let why): return .unknown(why)
      case .absent, .many:
        guard let fallback else { return .unresolvable }
        pieces += fallback.unicodeScalars.map { .text($0) }
      }
    }
    return .resolved(pieces)
  }

  /// A key, and what stands in for it in single quotes.
  private static func parts(_ inner: String) -> (key: String, fallback: String?) {
    guard let comma = inner.firstIndex(of: ",") else { return (inner, nil) }
    let tail = inner[inner.index(after: comma)...].drop { $0 == " " }
    guard tail.hasPrefix("'"), tail.hasSuffix("'"), tail.count >= 2 else { return (inner, nil) }
    return (String(inner[..<comma]), String(tail.dropFirst().dropLast()))
  }
}
