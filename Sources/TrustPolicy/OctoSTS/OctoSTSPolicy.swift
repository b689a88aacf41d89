import CEL
import Inspection
import JOSE

/// A trust policy of octo-sts: `.github/chainguard/NAME.sts.yaml`.
struct OctoSTSPolicy: DocumentShape, TrustConfiguration {
  static let kind = DocumentKind.octoSTS

  let relyingParty = RelyingParty.octoSTS
  let node: DocumentNode
  let issuer: OctoSTSRule
  let subject: OctoSTSRule
  /// Nil when the audience is octo-sts's own domain.
  let audience: OctoSTSRule?
  let claims: [OctoSTSRule]

  var location: DocumentLocation { node.location }
  var name: String { location.file }

  /// The domain of the service, which is the audience of a policy that names none.
  static let domain = "octo-sts.dev"

  // MARK: Reading

  private static let members = [
    "issuer", "issuer_pattern", "subject", "subject_pattern", "audience", "audience_pattern", "claim_pattern",
    "permissions", "repositories",
  ]

  static func recognises(_ node: DocumentNode) -> Bool {
    guard node.object != nil, node["audiences"] == nil else { return false }
    let hasPattern = ["issuer_pattern", "subject_pattern", "audience_pattern", "claim_pattern"].contains {
      node[$0] != nil
    }
    return hasPattern || (node["issuer"] != nil && node["permissions"] != nil)
  }

  static func read(_ node: DocumentNode) throws(DocumentError) -> [OctoSTSPolicy] { [try OctoSTSPolicy(node)] }

  init(_ node: DocumentNode) throws(DocumentError) {
    self.node = node
    _ = try node.members("the trust policy", among: Self.members)
    issuer = try Self.one("issuer", in: node)
    subject = try Self.one("subject", in: node)
    audience =
      node.present("audience") == nil && node.present("audience_pattern") == nil
      ? nil : try Self.one("audience", in: node)
    var claims: [OctoSTSRule] = []
    if let patterns = node.present("claim_pattern") {
      for member in try patterns.members("claim_pattern") {
        claims.append(try OctoSTSRule(claim: member.name, member.value, isPattern: true))
      }
    }
    self.claims = claims
    if let permissions = node.present("permissions") { _ = try permissions.members("permissions") }
  }

  /// Exactly one of a value and its pattern.
  private static func one(_ name: String, in node: DocumentNode) throws(DocumentError) -> OctoSTSRule {
    let pattern = node.present("\(name)_pattern")
    if let exact = node.present(name) {
      if let pattern {
        throw pattern.error("\(name) and \(name)_pattern exclude each other", remedy: "Take one of them out.")
      }
      return try OctoSTSRule(claim: name, exact, isPattern: false)
    }
    guard let pattern else {
      throw node.error("the trust policy has neither \(name) nor \(name)_pattern", remedy: "Add “\(name)”.")
    }
    return try OctoSTSRule(claim: name, pattern, isPattern: true)
  }

  // MARK: Deciding

  /// The steps of octo-sts: go-oidc verifies the token, then its claims must be of a safe form, then the policy decides.
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    var evaluation = Evaluation()
    if let forms = ClaimForms.check(token, ignoresCase: true) { evaluation.add(forms) }
    let checks = OctoSTSTokenChecks(token: token, now: now)
    for step in checks.steps {
      evaluation.add(step.check, answer: step.answer)
      if step.check.outcome == .fail { evaluation.obstacle([]) }
    }
    rule(issuer, "issuer", token.issuer, &evaluation, repairs: { [issuer] in issuer.repairs($0) })
    rule(subject, "subject", token.subject, &evaluation) { [subject] value in
      subject.repairs(value)
        + (subject.isPattern || GitHubSubject.differOnlyByShape(subject.text, value)
          ? [] : [.token("sub", from: value, to: subject.text, "Use a token with the subject “\(subject.text)”")])
    }
    audience(token, &evaluation)
    for claim in claims { self.claim(claim, token, &evaluation) }
    evaluation.principal = "an installation token of GitHub with the permissions of \(name)"
    evaluation.beyond = [
      Check(
        id: "installed", title: "octo-sts is installed for the repository, and the policy is on its default branch",
        outcome: .unknown, hint: "See: gh api repos/OWNER/REPO/contents/.github/chainguard")
    ]
    return evaluation
  }

  private func rule(
    _ rule: OctoSTSRule, _ name: String, _ value: String?, _ evaluation: inout Evaluation,
    repairs: (String) -> [Repair]
  ) {
    let actual = value ?? ""
    let fits = value != nil && rule.matches(actual)
    evaluation.add(
      Check(
        id: name, title: "\(name) \(rule.isPattern ? "fits the pattern" : "is exactly the policy's")",
        outcome: fits ? .pass : .fail, expected: rule.text, actual: actual, hint: fits ? nil : rule.hint(actual),
        location: rule.node.location),
      answer: PartyAnswer(
        "PermissionDenied", "trust policy: \(name) \(Self.quoted(actual)) did not match \(Self.quoted(rule.shown))"))
    if !fits { evaluation.obstacle(repairs(actual)) }
  }

  private func audience(_ token: PresentedToken, _ evaluation: inout Evaluation) {
    let wanted = audience?.text ?? Self.domain
    let fits = token.audiences.contains { audience?.matches($0) ?? $0.hasSameBytes(as: Self.domain) }
    let actual = token.audiences.joined(separator: ", ")
    evaluation.add(
      Check(
        id: "audience", title: "one audience \(audience?.isPattern == true ? "fits the pattern" : "is the policy's")",
        outcome: fits ? .pass : .fail, expected: wanted, actual: actual,
        hint: fits
          ? nil
          : audience == nil
            ? "The policy names no audience: then it is the service's own domain." : audience?.hint(actual),
        location: audience?.node.location ?? location),
      answer: PartyAnswer(
        "PermissionDenied",
        "trust policy: audience [\(token.audiences.map(Self.quoted).joined(separator: " "))] did not match "
          + Self.quoted(audience?.shown ?? wanted)))
    guard !fits else { return }
    var repairs: [Repair] = []
    if audience?.isPattern != true {
      repairs.append(.token("aud", from: actual, to: wanted, "Request the token for the audience “\(wanted)”"))
    }
    if let only = token.audiences.first, token.audiences.count == 1 { repairs += audience?.repairs(only) ?? [] }
    evaluation.obstacle(repairs)
  }

  private func claim(_ rule: OctoSTSRule, _ token: PresentedToken, _ evaluation: inout Evaluation) {
    let id = "claim-\(rule.claim)"
    let title = "the claim \(rule.claim) fits the pattern"
    func fail(_ actual: String, _ text: String, _ hint: String?) {
      evaluation.add(
        Check(
          id: id, title: title, outcome: .fail, expected: rule.text, actual: actual, hint: hint,
          location: rule.node.location), answer: PartyAnswer("PermissionDenied", text))
    }
    let value: String
    switch token[rule.claim] {
    case nil:
      fail("missing", "trust policy: expected claim \(Self.quoted(rule.claim)) not found in token", nil)
      return evaluation.obstacle([])
    case .string(let text)?: value = text.value
    case .bool(let bool)?: value = bool ? "true" : "false"
    case let other?:
      fail(
        other.compact(), "trust policy: expected claim \(Self.quoted(rule.claim)) not a string",
        "octo-sts reads text and booleans only.")
      return evaluation.obstacle([])
    }
    guard rule.matches(value) else {
      fail(
        value,
        "trust policy: claim \(Self.quoted(rule.claim)) \(Self.quoted(value)) did not match \(Self.quoted(rule.shown))",
        rule.hint(value))
      return evaluation.obstacle(rule.repairs(value))
    }
    evaluation.add(
      Check(
        id: id, title: title, outcome: .pass, expected: rule.text, actual: value, location: rule.node.location))
  }

  /// As Go's %q writes a text.
  private static func quoted(_ text: String) -> String { GoText.quoted(text) }
}
