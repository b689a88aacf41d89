import CEL
import Inspection
import JOSE

/// A provider, with the IAM policies that give its tokens something to reach.
///
/// The service checks issuer, audience, times and signature, in an order that is not documented; then it maps the claims
/// and asks the condition.
struct GoogleTrust: TrustConfiguration {
  let relyingParty = RelyingParty.gcp
  let provider: GoogleProvider
  let policies: [GooglePolicy]

  var name: String { provider.name }
  var location: DocumentLocation { provider.location }

  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    var evaluation = Evaluation()
    enabled(&evaluation)
    if let forms = ClaimForms.check(token) { evaluation.add(forms) }
    let checks = GoogleTokenChecks(token: token, now: now, provider: provider)
    for step in checks.steps {
      evaluation.addBeside(step.check, answer: step.answer)
      if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
    }
    let attributes = GoogleAttributes(provider: provider, claims: token.claims)
    var isFirst = true
    for step in attributes.steps {
      if isFirst { evaluation.add(step.check, answer: step.answer) }
      if !isFirst { evaluation.addBeside(step.check, answer: step.answer) }
      isFirst = false
      if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
    }
    condition(attributes, &evaluation)
    bindings(attributes, &evaluation)
    evaluation.principal = attributes.principals(of: provider)?.first
    evaluation.beyond = beyond
    return evaluation
  }

  private func enabled(_ evaluation: inout Evaluation) {
    let obstacle = provider.obstacle
    evaluation.add(
      Check(
        id: "enabled", title: "the provider is in use", outcome: obstacle == nil ? .pass : .fail,
        actual: obstacle.map { $0.string ?? "disabled" },
        hint: obstacle.map {
          $0.string == nil
            ? "gcloud iam workload-identity-pools providers update-oidc \(name) --no-disabled …"
            : "gcloud iam workload-identity-pools providers undelete \(name) …"
        }, location: obstacle?.location ?? location), answer: PartyAnswer("invalid_target", ""))
    guard let obstacle else { return }
    evaluation.obstacle(
      obstacle.string == nil
        ? Repair.replacing(obstacle, withJSON: "false", "Enable the provider")
        : Repair.replacing(obstacle, with: "ACTIVE", "Undelete the provider"))
  }

  // MARK: The condition

  private func condition(_ attributes: GoogleAttributes, _ evaluation: inout Evaluation) {
    let title = "the attribute condition is true"
    guard let condition = provider.condition else {
      return evaluation.add(
        Check(id: "condition", title: "there is no attribute condition", outcome: .skipped, location: location))
    }
    var check = Check(
      id: "condition", title: title, outcome: .unknown, expected: condition.text, location: condition.node.location)
    let answer = PartyAnswer("unauthorized_client", "The given credential is rejected by the attribute condition.")
    guard case .success(let program) = condition.program else {
      if case .failure(let error) = condition.program {
        check.hint = "\(error.message) Whether Google has it is not documented."
      }
      return evaluation.add(check)
    }
    let explanation = ConditionExplanation(
      program: program, variables: attributes.variables, otherwise: attributes.otherwise,
      location: condition.node.location, claimsName: "assertion")
    check.children = explanation.parts
    check.hint = explanation.hint
    switch explanation.outcome {
    case .holds: check.outcome = .pass
    case .fails: check.outcome = .fail
    case .other(let value):
      check.outcome = .fail
      check.actual = value.shown
      check.hint = "The condition must be a bool, and is a \(value.type.name)."
    case .error(let error):
      check.outcome = attributes.isComplete ? .fail : .unknown
      check.actual = "an error: \(error.message)"
      check.hint = explanation.remedy(error)
    case .unknown(let why): check.hint = why
    }
    evaluation.add(check, answer: answer)
    guard check.outcome == .fail else { return }
    let repaired = ConditionRepair(explanation: explanation).text
    evaluation.obstacle(
      repaired.map { Repair.replacing(condition.node, with: $0, "Let the condition take this token's own values too") }
        ?? [])
  }

  // MARK: What the token may reach

  private func bindings(_ attributes: GoogleAttributes, _ evaluation: inout Evaluation) {
    guard !policies.isEmpty else { return }
    let title = "a binding names the principal"
    guard let principals = attributes.principals(of: provider) else {
      return evaluation.add(
        Check(
          id: "binding", title: title, outcome: .unknown,
          hint: "The principal hangs on the provider's name and on the mapping."))
    }
    let search = GoogleBindings(policies: policies, principals: principals)
    evaluation.add(search.check(title), answer: search.answer)
    if search.outcome == .fail { evaluation.obstacle(search.repairs) }
  }

  private var beyond: [Check] {
    var checks: [Check] = []
    if policies.isEmpty {
      checks.append(
        Check(
          id: "binding", title: "a binding lets the principal impersonate a service account, or reach something",
          outcome: .unknown,
          hint: "Give the policy too: gcloud iam service-accounts get-iam-policy ACCOUNT --format=json."))
    }
    checks.append(
      Check(
        id: "organization-policy", title: "no organization policy forbids the issuer", outcome: .unknown,
        hint: "gcloud org-policies describe iam.workloadIdentityPoolProviders --project=PROJECT --effective"))
    return checks
  }

  func lints(for token: PresentedToken?) -> [Lint] { GoogleLints(trust: self, token: token).all }
}
