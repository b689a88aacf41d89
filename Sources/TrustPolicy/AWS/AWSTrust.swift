import Inspection
import JOSE

/// A role of AWS with the OIDC providers of its account: what `sts:AssumeRoleWithWebIdentity` decides by.
struct AWSTrust: TrustConfiguration {
  let relyingParty = RelyingParty.aws
  let role: AWSRole
  /// Empty when no document tells of them.
  let providers: [AWSProvider]

  var name: String { role.name }
  var location: DocumentLocation { role.location }

  static let action = "sts:AssumeRoleWithWebIdentity"

  /// The steps of AWS STS. The order of those before the signature is not known: they share a stage.
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    evaluate(token, at: now, explains: true)
  }

  func decision(on token: PresentedToken, at now: Timestamp) -> Decision {
    evaluate(token, at: now, explains: false).decision
  }

  private func evaluate(_ token: PresentedToken, at now: Timestamp, explains: Bool) -> Evaluation {
    var evaluation = Evaluation()
    let checks = AWSTokenChecks(token: token, now: now)
    if let length = checks.length { evaluation.add(length.check, answer: length.answer) }
    evaluation.add(checks.algorithm.check, answer: checks.algorithm.answer)
    evaluation.addBeside(checks.claims.check, answer: checks.claims.answer)
    let (provider, found) = providerStep(token)
    evaluation.addBeside(provider.check, answer: provider.answer)
    for step in checks.times { evaluation.addBeside(step.check, answer: step.answer) }
    let audience = audienceStep(token, found)
    evaluation.addBeside(audience.check, answer: audience.answer)
    evaluation.addBeside(checks.signature.check, answer: checks.signature.answer)
    let roles = AWSRolesClaim(token, role: role)
    evaluation.add(roles.check, answer: roles.answer)
    let tags = checks.tags
    evaluation.add(tags.check, answer: tags.answer)
    for step in [checks.algorithm, checks.signature, checks.claims, tags] + checks.times
    where step.check.outcome == .fail {
      evaluation.obstacle([])
    }
    if roles.check.outcome == .fail { evaluation.obstacle([]) }
    if provider.check.outcome == .fail { evaluation.obstacle(AWSRepairs.provider(token, providers)) }
    if audience.check.outcome == .fail { evaluation.obstacle(AWSRepairs.audience(token, found)) }
    let policy = AWSPolicyTest(
      role: role, token: token, now: now, isRoleAuthorized: roles.isAuthorized, provider: found,
      explains: explains)
    policy.add(to: &evaluation)
    evaluation.principal = role.arn
    evaluation.beyond = Self.beyond(role)
    return evaluation
  }

  func lints(for token: PresentedToken?) -> [Lint] {
    var lints = providers.flatMap(\.lints)
    for statement in role.policy.statements {
      lints += AWSLints(policy: role.policy, statement: statement, providers: providers, token: token).lints
    }
    lints += AWSLints.ofPolicy(role.policy, token: token)
    return lints.sorted { $0.severity < $1.severity }
  }

  // MARK: The provider

  typealias Step = AWSTokenChecks.Step

  private func providerStep(_ token: PresentedToken) -> (Step, AWSProvider?) {
    let title = "the account has an OIDC provider for the issuer"
    guard let issuer = token.issuer else {
      return (Step(Check(id: "provider", title: title, outcome: .skipped, hint: "the token names no issuer")), nil)
    }
    let url = AWSProvider.withoutScheme(issuer)
    let refusal = PartyAnswer("InvalidIdentityToken", "No OpenIDConnect provider found in your account for \(issuer)")
    if AWSIssuerKeys.builtIn.contains(url), issuer.hasPrefix("https://") || url == "accounts.google.com" {
      return (
        Step(Check(id: "provider", title: title, outcome: .pass, actual: url, hint: "AWS knows it without a provider")),
        providers.first { $0.url.hasSameBytes(as: url) }
      )
    }
    if url.hasSuffix(".tokens.sts.global.api.aws") {
      return (
        Step(
          Check(
            id: "provider", title: title, outcome: .fail, actual: issuer,
            hint: "Tokens of AWS's own outbound federation cannot be used inbound.")), nil
      )
    }
    guard !providers.isEmpty else {
      return (
        Step(
          Check(
            id: "provider", title: title, outcome: .unknown, expected: issuer,
            hint: "No provider document was given. See: aws iam get-open-id-connect-provider "
              + "--open-id-connect-provider-arn \(providerARN(for: url))")), nil
      )
    }
    if let provider = providers.first(where: { issuer.hasPrefix("https://") && $0.url.hasSameBytes(as: url) }) {
      return (
        Step(
          Check(
            id: "provider", title: title, outcome: .pass, expected: provider.url, actual: url,
            location: provider.urlNode.location)), provider
      )
    }
    let nearest = providers.max { common($0.url, url) < common($1.url, url) }
    let hint =
      issuer.hasPrefix("https://")
      ? nearest.flatMap { Divergence(policy: $0.url, token: url)?.sentence } : "AWS takes issuers with https:// only"
    return (
      Step(
        Check(
          id: "provider", title: title, outcome: .fail, expected: providers.map(\.url).joined(separator: ", "),
          actual: url, hint: hint, location: nearest?.urlNode.location), refusal), nil
    )
  }

  private func common(_ left: String, _ right: String) -> Int {
    Divergence(policy: left, token: right)?.commonScalars ?? .max
  }

  private func providerARN(for url: String) -> String {
    for statement in role.policy.statements {
      for principal in statement.principals where AWSARN(principal.value)?.providerURL != nil {
        return principal.value
      }
    }
    return "arn:aws:iam::\(role.account ?? "ACCOUNT"):oidc-provider/\(url)"
  }

  /// `azp` when there is one, else the one audience, must be a client ID of the provider.
  private func audienceStep(_ token: PresentedToken, _ provider: AWSProvider?) -> Step {
    let title = "the audience is one of the provider's client IDs"
    func step(_ outcome: Check.Outcome, _ actual: String?, _ hint: String?, _ answer: String? = nil) -> Step {
      Step(
        Check(
          id: "audience", title: title, outcome: outcome,
          expected: provider.map { $0.clientIDs.joined(separator: ", ") }, actual: actual, hint: hint,
          location: provider?.clientIDNode?.location ?? provider?.location),
        answer.map { PartyAnswer("InvalidIdentityToken", $0) })
    }
    guard let claim = token["aud"], claim != .null else { return step(.skipped, nil, "the token has no aud") }
    var azp = token["azp"]
    // Null is as good as missing; a bare nil would be JSON's null here.
    if case .null? = azp { azp = Optional.none }
    if case .array(let elements) = claim {
      if elements.isEmpty { return step(.fail, "[]", nil, "Claim is not allowed to be empty: aud") }
      if elements.count > 1, azp == nil {
        return step(
          .fail, token.audiences.joined(separator: ", "),
          "Request the token for one audience, or have the issuer set azp.",
          "Token audience contains more than one audience while authorized party is not present")
      }
    }
    guard let audience = azp.map(\.stringValue) ?? token.audiences.first else {
      return step(
        .unknown, azp == nil ? "aud is \(claim.kindName)" : "azp is no string",
        "What AWS makes of it is not documented.")
    }
    let note = azp == nil ? nil : "The token has azp: AWS holds it, and not aud, against the client IDs."
    guard let provider else {
      return step(.unknown, audience, note ?? "No provider document was given: its client IDs are not known.")
    }
    if !audience.isEmpty, provider.clientIDs.contains(where: { $0.hasSameBytes(as: audience) }) {
      return step(.pass, audience, note)
    }
    let nearest = provider.clientIDs.first.flatMap { provider.clientIDs.count == 1 ? $0 : nil }
    let hint = note ?? nearest.flatMap { Divergence(policy: $0, token: audience)?.sentence }
    return step(
      .fail, audience, hint,
      "The web identity token provided could not be validated. "
        + "See the AssumeRoleWithWebIdentity documentation for requirements.")
  }

  private static func beyond(_ role: AWSRole) -> [Check] {
    var checks = [
      Check(
        id: "keys-fetched", title: "AWS can fetch the issuer's keys over the public Internet", outcome: .unknown,
        hint: "Its error would be IDPCommunicationError. See: curl ISSUER/.well-known/openid-configuration")
    ]
    if role.arn == nil {
      checks.append(
        Check(
          id: "role-exists", title: "the role exists under the name that the call gives", outcome: .unknown,
          hint: "A role that does not exist gives the same AccessDenied. See: aws iam get-role --role-name ROLE"))
    }
    return checks
  }
}
