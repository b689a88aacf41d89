import Inspection
import JOSE

/// A role of Vault or OpenBao, with the configuration that it stands under.
struct VaultTrust: TrustConfiguration {
  typealias Step = VaultTokenChecks.Step

  let relyingParty = RelyingParty.vault
  let role: VaultRole
  /// Nil when no document tells of it.
  let config: VaultConfig?

  var name: String { role.name }
  var location: DocumentLocation { role.location }

  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    var evaluation = Evaluation()
    add(roleType, &evaluation)
    if let cidrs { add(cidrs, &evaluation) }
    for step in VaultTokenChecks(token: token, now: now, role: role, config: config).steps { add(step, &evaluation) }
    let claims = VaultClaims(claims: token.claims)
    add(user(claims), &evaluation)
    for mapping in role.mappings { add(self.mapping(mapping, claims, token), &evaluation) }
    if let groups = role.groupsClaim { add(self.groups(groups, claims), &evaluation) }
    for (index, step) in VaultBoundClaims(role: role, claims: claims).steps.enumerated() {
      add(step, &evaluation, isBeside: index > 0)
    }
    if let policies = policies { add(policies, &evaluation) }
    evaluation.principal = alias(claims).map { alias in
      "the entity alias \(alias)"
        + (role.policies.isEmpty ? "" : " with the policies \(role.policies.joined(separator: ", "))")
    }
    evaluation.beyond = [
      Check(
        id: "keys-fetched", title: "Vault can reach the issuer's keys, and the entity is not disabled",
        outcome: .unknown,
        hint: "Log in to see: vault write auth/jwt/login role=\(role.name) jwt=@token.txt")
    ]
    return evaluation
  }

  private func add(_ step: Step, _ evaluation: inout Evaluation, isBeside: Bool = false) {
    if isBeside {
      evaluation.addBeside(step.check, answer: step.answer)
    } else {
      evaluation.add(step.check, answer: step.answer)
    }
    if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
  }

  // MARK: The role

  private var roleType: Step {
    let isGood = role.roleType == "jwt"
    return Step(
      check: Check(
        id: "role-type", title: "the role is for JWTs", outcome: isGood ? .pass : .fail, expected: "jwt",
        actual: role.roleTypeNode == nil ? "no role_type, which is oidc" : role.roleType,
        hint: isGood ? nil : "Set role_type to jwt: it cannot be left out.",
        location: role.roleTypeNode?.location ?? role.location),
      answer: VaultTokenChecks.answer("role with oidc role_type is not allowed"),
      repairs: role.roleTypeNode.map { Repair.replacing($0, with: "jwt", "Set role_type to jwt") }
        ?? Repair.inserting("role_type", "\"jwt\"", into: role.node, "Add role_type jwt"))
  }

  private var cidrs: Step? {
    role.cidrs.map { node in
      Step(
        check: Check(
          id: "cidrs", title: "the caller's address is one of token_bound_cidrs", outcome: .unknown,
          expected: (node.array ?? [node]).compactMap(\.string).joined(separator: ", "),
          hint: "No document tells from where the call comes; Vault would say: permission denied.",
          location: node.location), answer: nil)
    }
  }

  /// Policies that no login may give.
  private var policies: Step? {
    func step(_ outcome: Check.Outcome, _ actual: String, _ hint: String?, _ message: String) -> Step {
      Step(
        check: Check(
          id: "policies", title: "the policies are ones that a login may give", outcome: outcome, actual: actual,
          hint: hint, location: role.policyNode?.location), answer: VaultTokenChecks.answer(message))
    }
    let names = role.policies.map { $0.lowercased() }
    if names.contains("root") { return step(.fail, "root", nil, "auth methods cannot create root tokens") }
    if names.contains("response-wrapping") {
      return step(.fail, "response-wrapping", nil, "cannot assign policy \"response-wrapping\"")
    }
    guard role.hasTemplates, let template = role.policies.first(where: { $0.contains("{{") }) else { return nil }
    return step(.unknown, template, "OpenBao fills the template with claims, which is not done here.", "")
  }

  // MARK: Who it is

  /// The claim as Vault reads it: as it stands there, or by a pointer, which makes a list of `aud`.
  private func alias(_ claims: VaultClaims) -> String? {
    let name = role.userClaim.string ?? ""
    let value = role.isUserClaimPointer ? claims[name] : claims[literal: name]
    return value?.stringValue
  }

  private func user(_ claims: VaultClaims) -> Step {
    let name = role.userClaim.string ?? ""
    var check = Check(
      id: "user-claim", title: "the user claim \(name) is a text", outcome: .fail, location: role.userClaim.location)
    let value = role.isUserClaimPointer ? claims[name] : claims[literal: name]
    guard let value else {
      check.actual = "missing"
      if name.hasPrefix("/"), !role.isUserClaimPointer {
        check.hint = "It is no JSON pointer without user_claim_json_pointer."
      }
      return Step(check: check, answer: VaultTokenChecks.answer("claim \(GoText.quoted(name)) not found in token"))
    }
    check.actual = value.stringValue ?? value.compact()
    guard let text = value.stringValue else {
      return Step(
        check: check, answer: VaultTokenChecks.answer("claim \(GoText.quoted(name)) could not be converted to string"))
    }
    if name == "aud", role.isUserClaimPointer {
      check.outcome = .unknown
      check.hint = "OpenBao makes a list of aud here, and refuses it; Vault does not."
      return Step(check: check, answer: nil)
    }
    if text.isEmpty {
      return Step(check: check, answer: VaultTokenChecks.answer("missing name in alias", status: "500"))
    }
    check.outcome = .pass
    return Step(check: check, answer: nil)
  }

  private func mapping(
    _ mapping: (claim: String, key: String, node: DocumentNode), _ claims: VaultClaims, _ token: PresentedToken
  ) -> Step {
    var check = Check(
      id: "claim-mapping", title: "\(mapping.claim) becomes \(mapping.key)", outcome: .pass,
      location: mapping.node.location)
    guard let value = claims[mapping.claim] else {
      check.outcome = .skipped
      check.actual = "the token has no \(mapping.claim)"
      return Step(check: check, answer: nil)
    }
    check.actual = value.stringValue ?? value.compact()
    if mapping.claim == "aud", value.stringValue != nil {
      check.outcome = .unknown
      check.hint = "OpenBao makes a list of aud, and refuses it; Vault does not."
      return Step(check: check, answer: nil)
    }
    guard value.stringValue == nil else { return Step(check: check, answer: nil) }
    check.outcome = .fail
    check.hint = "Only texts can be mapped."
    return Step(check: check, answer: VaultTokenChecks.answer("error converting claim '\(mapping.claim)' to string"))
  }

  // MARK: Groups

  private func groups(_ node: DocumentNode, _ claims: VaultClaims) -> Step {
    let name = node.string ?? ""
    var check = Check(
      id: "groups-claim", title: "the groups claim \(name) is a text or a list of texts", outcome: .fail,
      location: node.location)
    if config?.provider != nil {
      check.outcome = .unknown
      check.hint = "The provider_config asks the issuer for groups, which cannot be done here."
      return Step(check: check, answer: nil)
    }
    guard let value = claims[name] else {
      check.actual = "missing"
      return Step(
        check: check,
        answer: VaultTokenChecks.answer("failed to fetch groups: \(GoText.quoted(name)) claim not found in token"))
    }
    check.actual = value.stringValue ?? value.compact()
    if case .object = value {
      return Step(
        check: check,
        answer: VaultTokenChecks.answer("\(GoText.quoted(name)) claim could not be converted to string list"))
    }
    let elements = value.arrayValue ?? [value]
    if let other = elements.first(where: { $0.stringValue == nil }) {
      // A number that stands by itself is made whole first.
      let shown = value.arrayValue == nil ? other.doubleValue.flatMap { Int64(exactly: $0.rounded(.towardZero)) } : nil
      return Step(
        check: check,
        answer: VaultTokenChecks.answer(
          "value \(shown.map { "\($0)" } ?? GoText.value(other)) in groups claim could not be parsed as string"))
    }
    check.outcome = .pass
    return Step(check: check, answer: nil)
  }

  func lints(for token: PresentedToken?) -> [Lint] { VaultLints(role: role, config: config, token: token).all }
}
