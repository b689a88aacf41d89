import CEL
import Inspection

/// An expression that must be true, taken apart: which of its parts hold, and why others do not.
struct ConditionExplanation {
  let program: CELProgram
  let variables: [String: CELValue]
  /// The same with numbers of the other type: what comes out otherwise with them is not known.
  var otherwise: [String: CELValue] = [:]
  /// Where the expression stands.
  let location: DocumentLocation?
  /// How the variable with the claims is called, such as `assertion`: for hints.
  var claimsName = "claims"

  /// What an expression comes to.
  enum Outcome {
    case holds
    case fails
    /// It is no bool.
    case other(CELValue)
    case error(CELError)
    /// It cannot be told, and why.
    case unknown(String)

    /// Which of the cases it is.
    fileprivate var kind: Int {
      switch self {
      case .holds: 0
      case .fails: 1
      case .other: 2
      case .error: 3
      case .unknown: 4
      }
    }
  }

  /// What the whole expression comes to.
  var outcome: Outcome { outcome(program.expression) }

  func outcome(_ expression: CELExpression) -> Outcome {
    let first = outcome(expression, variables)
    guard !otherwise.isEmpty, outcome(expression, otherwise).kind != first.kind else { return first }
    return .unknown(
      "It hangs on whether a whole number in the token is an int or a double, which is not documented: compare with "
        + "double(…), or with texts.")
  }

  private func outcome(_ expression: CELExpression, _ variables: [String: CELValue]) -> Outcome {
    do throws(CELError) {
      let value = try program.evaluate(expression, variables)
      guard case .bool(let truth) = value else { return .other(value) }
      return truth ? .holds : .fails
    } catch {
      if case .limit = error.kind { return .unknown(error.message) }
      return .error(error)
    }
  }

  /// A check for each condition of `&&`, of `||` with its alternatives below; empty when there is but one.
  var parts: [Check] { checks(of: program.expression) }

  private func checks(of expression: CELExpression) -> [Check] {
    let conjuncts = expression.conjuncts
    if conjuncts.count > 1 { return conjuncts.map(check) }
    let disjuncts = expression.disjuncts
    return disjuncts.count > 1 ? disjuncts.map(check) : []
  }

  private func check(_ expression: CELExpression) -> Check {
    var check = Check(id: "expression", title: expression.text, outcome: .pass, location: location)
    switch outcome(expression) {
    case .holds: break
    case .fails:
      check.outcome = .fail
      if let test = CELLiteralTest(expression) {
        check.expected = test.expected
        check.actual = value(of: test.subject)?.shown
      }
      check.hint = hint(for: expression)
    case .other(let value):
      check.outcome = .fail
      check.actual = value.shown
      check.hint = "It is \(value.type.name), and must be bool."
    case .error(let error):
      check.outcome = .fail
      check.actual = "an error: \(error.message)"
      check.hint = remedy(error)
    case .unknown(let why):
      check.outcome = .unknown
      check.hint = why
    }
    check.children = checks(of: expression)
    return check
  }

  private func value(of expression: CELExpression) -> CELValue? { try? program.evaluate(expression, variables) }

  // MARK: Why not

  /// Why the whole expression does not hold: nil when its parts tell.
  var hint: String? { program.conjuncts.count > 1 || program.disjuncts.count > 1 ? nil : hint(for: program.expression) }

  private func hint(for expression: CELExpression) -> String? {
    guard let test = CELLiteralTest(expression), let value = value(of: test.subject) else { return nil }
    return test.hint(value)
  }

  /// What would mend an error of an evaluation.
  func remedy(_ error: CELError) -> String? {
    switch error.kind {
    case .noSuchField(let name):
      "The token lacks the claim \(name). Where it may be missing, ask for it first: has(\(claimsName).\(name)) && …"
    case .noSuchOverload, .typeMismatch: "The claim has another type than the expression takes."
    default: nil
    }
  }
}

extension CELLiteralTest {
  /// What would hold.
  var expected: String? {
    let texts = literals.map { literal in
      if case .literal(let value) = literal.shape { value.shown } else { literal.text }
    }
    return switch test {
    case .comparison(.equal): texts.first
    case .comparison(.membership): texts.joined(separator: ", ")
    case .comparison(let comparison): texts.first.map { "\(comparison.rawValue) \($0)" }
    case .function("startsWith"): texts.first.map { $0 + "…" }
    case .function("endsWith"): texts.first.map { "…" + $0 }
    case .function(let name): texts.first.map { "\(name) \($0)" }
    }
  }

  /// The texts it is tested against.
  var texts: [String] {
    literals.compactMap { literal in
      if case .literal(.string(let text)) = literal.shape { text } else { nil }
    }
  }

  /// Why the test does not hold for a value.
  func hint(_ value: CELValue) -> String? {
    guard case .string(let actual) = value else {
      let isOtherType = !texts.isEmpty && test.isPositive
      return isOtherType
        ? "The claim is of type \(value.type.name), the expression wants a string: they never match." : nil
    }
    guard !texts.isEmpty else {
      return test == .comparison(.equal)
        ? "The claim is a string, the expression has another type: “20” and 20 are never equal." : nil
    }
    switch test {
    case .comparison(.equal), .comparison(.membership):
      return nearest(actual) { Divergence(policy: $0, token: actual) }
    case .function("startsWith"):
      return nearest(actual) { prefix in
        let head = String(String.UnicodeScalarView(actual.unicodeScalars.prefix(prefix.unicodeScalars.count)))
        return Divergence(policy: prefix, token: head)
      }
    default: return nil
    }
  }

  /// Of several values the one that comes nearest tells most.
  private func nearest(_ actual: String, _ divergence: (String) -> Divergence?) -> String? {
    texts.compactMap(divergence).max { $0.commonScalars < $1.commonScalars }?.asSentence
  }
}

extension CELLiteralTest.Test {
  /// Whether it asks that something be so, and not that it be otherwise.
  var isPositive: Bool {
    switch self {
    case .comparison(.equal), .comparison(.membership), .function: true
    case .comparison: false
    }
  }
}
