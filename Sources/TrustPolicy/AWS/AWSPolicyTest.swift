import Inspection
import JOSE

/// Holds a token against the statements of a role's trust policy: a Deny that matches wins, else one Allow must match.
struct AWSPolicyTest {
  let role: AWSRole
  let token: PresentedToken
  let now: Timestamp
  let isRoleAuthorized: Bool?
  let provider: AWSProvider?
  /// Whether conditions that do not hold say why.
  let explains: Bool

  private static let refusal = PartyAnswer("AccessDenied", "Not authorized to perform \(AWSTrust.action)")

  /// A statement held against the token.
  struct Outcome {
    let statement: AWSStatement
    /// Whether all of it fits: action, principal and conditions.
    let matches: AWSTruth
    let check: Check
    /// Every condition with what came of it.
    let conditions: [(condition: AWSCondition, truth: AWSTruth)]
    let principalFits: Bool
    let actionFits: Bool
  }

  func add(to evaluation: inout Evaluation) {
    let outcomes = role.policy.statements.map { outcome($0, action: AWSTrust.action) }
    let check = combined(outcomes, id: "trust-policy", title: "the trust policy allows \(AWSTrust.action)")
    evaluation.add(check, answer: Self.refusal)
    if check.outcome == .fail { addRoutes(outcomes, to: &evaluation) }
    for (claim, action, title) in Self.furtherActions where needs(claim) {
      let check = combined(
        role.policy.statements.map { outcome($0, action: action) }, id: "allows-\(claim)",
        title: "the trust policy allows \(action), as the token carries \(title)")
      evaluation.add(check)
      if check.outcome == .fail { evaluation.obstacle(AWSRepairs.addition(of: action, to: outcomes)) }
    }
  }

  private static let furtherActions = [
    ("session-tags", "sts:TagSession", "session tags"),
    ("source-identity", "sts:SetSourceIdentity", "a source identity"),
  ]

  private func needs(_ what: String) -> Bool {
    switch what {
    case "session-tags": ((try? AWSSessionTags(token)) ?? nil) != nil
    default: token[AWSClaims.sourceIdentity]?.stringValue != nil
    }
  }

  private func combined(_ outcomes: [Outcome], id: String, title: String) -> Check {
    let denies = outcomes.filter { !$0.statement.allows }
    let allows = outcomes.filter(\.statement.allows)
    let outcome: Check.Outcome
    var hint: String?
    if denies.contains(where: { $0.matches == .yes }) {
      outcome = .fail
      hint = "A statement denies it, and a Deny wins over every Allow."
    } else if !allows.contains(where: { $0.matches != .no }) {
      outcome = .fail
      hint = allows.isEmpty ? "No statement allows anything." : nil
    } else if denies.contains(where: { $0.matches != .no }) || !allows.contains(where: { $0.matches == .yes }) {
      outcome = .unknown
    } else {
      outcome = .pass
    }
    return Check(
      id: id, title: title, outcome: outcome, hint: hint, location: role.policy.node.location,
      children: outcomes.map(\.check))
  }

  // MARK: A statement

  private func outcome(_ statement: AWSStatement, action: String) -> Outcome {
    let actionFits = statement.covers(action)
    let principal = statement.principals.first { fits($0) }
    let context = AWSContext(
      token, now: now, providerARN: (principal ?? statement.principals.first)?.value,
      isRoleAuthorized: isRoleAuthorized)
    let test = AWSConditionTest(context: context, hasVariables: role.policy.hasVariables)
    let conditions = statement.conditions.map { (condition: $0, truth: test.holds($0)) }
    var matches = AWSTruth(actionFits && principal != nil)
    for (_, truth) in conditions {
      if truth == .no { matches = .no }
      if case .unknown = truth, matches == .yes { matches = truth }
    }
    var children = [actionCheck(statement, action, actionFits), principalCheck(statement, principal)]
    children += conditions.map { conditionCheck($0.condition, $0.truth, context, allows: statement.allows) }
    let verb = statement.allows ? "allows" : "denies"
    let check = Check(
      id: "statement-\(statement.number)", title: "\(statement.title) \(verb) \(action)",
      outcome: Self.outcome(matches, good: statement.allows), location: statement.node.location, children: children)
    return Outcome(
      statement: statement, matches: matches, check: check, conditions: conditions, principalFits: principal != nil,
      actionFits: actionFits)
  }

  private static func outcome(_ truth: AWSTruth, good: Bool) -> Check.Outcome {
    switch truth {
    case .yes: good ? .pass : .fail
    case .no: good ? .fail : .pass
    case .unknown: .unknown
    }
  }

  private func actionCheck(_ statement: AWSStatement, _ action: String, _ fits: Bool) -> Check {
    let written = statement.actions.compactMap(\.string).joined(separator: ", ")
    return Check(
      id: "action", title: statement.isNotAction ? "NotAction leaves \(action)" : "Action covers \(action)",
      outcome: Self.outcome(AWSTruth(fits), good: statement.allows), expected: action, actual: written,
      hint: fits || !statement.allows ? nil : Self.actionHint(written, action),
      location: statement.actions.first?.location)
  }

  private static func actionHint(_ written: String, _ action: String) -> String {
    written.lowercased() == "sts:assumerole"
      ? "sts:AssumeRole is for callers with AWS credentials; a token needs \(action)." : "Write \(action)."
  }

  private func fits(_ principal: AWSStatement.Principal) -> Bool {
    guard principal.type == "Federated", let issuer = token.issuer else { return false }
    let url = AWSProvider.withoutScheme(issuer)
    if AWSIssuerKeys.builtIn.contains(url), principal.value.hasSameBytes(as: url) { return true }
    guard let arn = AWSARN(principal.value), let named = arn.providerURL, named.hasSameBytes(as: url) else {
      return false
    }
    return role.account.map { $0.hasSameBytes(as: arn.account) } ?? true
  }

  private func principalCheck(_ statement: AWSStatement, _ principal: AWSStatement.Principal?) -> Check {
    let written = statement.principals.map(\.value).joined(separator: ", ")
    let url = AWSProvider.withoutScheme(token.issuer ?? "")
    return Check(
      id: "principal", title: "Principal is the issuer's provider",
      outcome: Self.outcome(AWSTruth(principal != nil), good: statement.allows),
      expected: "arn:aws:iam::\(role.account ?? "ACCOUNT"):oidc-provider/\(url)", actual: written,
      hint: principal == nil && statement.allows ? principalHint(statement, url) : nil,
      location: statement.principals.first?.node.location)
  }

  private func principalHint(_ statement: AWSStatement, _ url: String) -> String {
    guard let first = statement.principals.first else { return "No principal is named." }
    if first.type != "Federated" { return "A token is a Federated principal, and \(first.type) never names one." }
    guard let arn = AWSARN(first.value), let named = arn.providerURL else {
      return "Name the provider by its ARN."
    }
    if named.hasSameBytes(as: url) { return "The provider is in another account than the role (\(arn.account))." }
    return "Of the provider's URL: " + (Divergence(policy: named, token: url)?.sentence ?? "they differ") + "."
  }

  private func conditionCheck(
    _ condition: AWSCondition, _ truth: AWSTruth, _ context: AWSContext, allows: Bool
  ) -> Check {
    let values = condition.values.map(\.text)
    let actual: String? =
      switch context[condition.key] {
      case .absent: "the token has no such key"
      case .one(let text): text
      case .many(let texts): texts.joined(separator: ", ")
      case .unknown: nil
      }
    var check = Check(
      id: "condition", title: "\(condition.op.name) \(condition.key)", outcome: Self.outcome(truth, good: allows),
      expected: values.joined(separator: ", "), actual: actual, location: condition.location)
    if case .unknown(let why) = truth { check.hint = why }
    if truth == .no, allows, explains { check.hint = AWSConditionHint.text(condition, context) }
    if truth == .yes, !allows { check.hint = "This condition of the Deny holds." }
    return check
  }

  // MARK: What would mend it

  private func addRoutes(_ outcomes: [Outcome], to evaluation: inout Evaluation) {
    for outcome in outcomes where !outcome.statement.allows && outcome.matches == .yes {
      evaluation.obstacle(
        outcome.conditions.flatMap {
          AWSRepairs.escape($0.condition, token: token, hasVariables: role.policy.hasVariables)
        })
    }
    guard !outcomes.contains(where: { $0.statement.allows && $0.matches == .yes }) else { return }
    evaluation.routes = { outcomes.filter(\.statement.allows).map { route(outcome: $0) } }
  }

  /// What stands in the way of being allowed by a statement.
  private func route(outcome: Outcome) -> Route {
    var obstacles: [Route.Obstacle] = []
    if !outcome.actionFits {
      obstacles.append(.init(repairs: AWSRepairs.action(outcome.statement)))
    }
    if !outcome.principalFits {
      obstacles.append(.init(repairs: AWSRepairs.principal(outcome.statement, token, account: role.account)))
    }
    for (condition, truth) in outcome.conditions where truth == .no {
      obstacles.append(
        .init(
          repairs: AWSRepairs.condition(
            condition, token: token, hasVariables: role.policy.hasVariables, provider: provider)))
    }
    return Route(obstacles: obstacles)
  }
}
