import CEL
import Inspection
import JOSE

/// The rules about claims and about the user.
struct KubernetesRules {
  typealias Step = KubernetesTokenChecks.Step

  let issuer: KubernetesIssuer
  let token: PresentedToken
  /// What rules about the user see; nil when it cannot be told.
  let user: CELValue?

  var steps: [Step] {
    let claims = CELValue.Numbers.allCases.map { ["claims": CELValue(.object(token.claims), numbers: $0)] }
    return issuer.rules.map { rule in
      switch rule {
      case .value(let claim, let required): value(claim, required)
      case .expression(let expression, let message):
        condition(
          expression, message, claims, id: "claim-rule", title: "the claims fulfil the rule",
          failure: "oidc: error evaluating claim validation expression: ")
      }
    }
      + issuer.userRules.map { rule in
        condition(
          rule.expression, rule.message, user.map { ["user": $0] }.map { [$0, $0] }, id: "user-rule",
          title: "the user fulfils the rule",
          failure: "oidc: error evaluating user info validation rule: ")
      }
  }

  /// A claim that must have just this value.
  private func value(_ claim: String, _ required: KubernetesSetting) -> Step {
    var check = Check(
      id: "required-claim", title: "\(claim) is exactly the required value", outcome: .fail, expected: required.text,
      location: required.location)
    guard let value = token[claim] else {
      check.actual = "missing"
      return Step(
        check: check, answer: KubernetesAuthentication.answer("oidc: required claim \(claim) not present in ID token"))
    }
    guard let text = value.stringValue else {
      check.actual = value.compact()
      check.hint = "Only texts are compared: use an expression for other claims."
      return Step(check: check, answer: KubernetesAuthentication.answer(""))
    }
    check.actual = text
    guard !text.hasSameBytes(as: required.text) else {
      check.outcome = .pass
      return Step(check: check, answer: nil)
    }
    check.hint = Divergence(policy: required.text, token: text)?.asSentence
    return Step(
      check: check,
      answer: KubernetesAuthentication.answer(
        "oidc: required claim \(claim) value does not match. Got = \(text), want = \(required.text)"),
      repairs: required.replacing(with: text, "Set the required value of \(claim) to “\(text)”"))
  }

  private func condition(
    _ expression: KubernetesExpression, _ message: String, _ variables: [[String: CELValue]]?, id: String,
    title: String,
    failure: String
  ) -> Step {
    var check = Check(
      id: id, title: title, outcome: .unknown, expected: expression.text, location: expression.node.location)
    guard case .success(let program) = expression.program else {
      if case .failure(let error) = expression.program {
        check.hint = "\(error.message) Which functions there are hangs on the server's version."
      }
      return Step(check: check, answer: nil)
    }
    if expression.hasEscapes {
      check.hint = "Escapes such as __dot__ in names are not read here."
      return Step(check: check, answer: nil)
    }
    guard let both = variables, let variables = both.first else {
      check.hint = "It hangs on the user, who cannot be told."
      return Step(check: check, answer: nil)
    }
    let explanation = ConditionExplanation(
      program: program, variables: variables, otherwise: both.last ?? [:], location: expression.node.location,
      claimsName: variables["claims"] == nil ? "user" : "claims")
    check.children = explanation.parts
    check.hint = explanation.hint
    var answer = KubernetesAuthentication.answer("")
    switch explanation.outcome {
    case .holds:
      check.outcome = .pass
      return Step(check: check, answer: nil)
    case .fails:
      check.outcome = .fail
      answer = KubernetesAuthentication.answer(
        "\(failure)validation expression '\(expression.text)' failed: \(message)")
    case .other(let value):
      check.outcome = .fail
      check.actual = value.shown
      answer = KubernetesAuthentication.answer("\(failure)validation expression must return a boolean")
    case .error(let error):
      check.outcome = .fail
      check.actual = "an error: \(error.message)"
      check.hint = explanation.remedy(error)
    case .unknown(let why):
      check.hint = why
      return Step(check: check, answer: nil)
    }
    let repaired = ConditionRepair(explanation: explanation).text
    return Step(
      check: check, answer: answer,
      repairs: repaired.map {
        Repair.replacing(expression.node, with: $0, "Let the rule take this token's own values too")
      } ?? [])
  }
}
