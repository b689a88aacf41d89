import Inspection
import JOSE

/// What Vault asks of a token before it looks at the claims of a role: `hashicorp/cap`.
struct VaultTokenChecks {
  struct Step {
    let check: Check
    let answer: PartyAnswer?
    var repairs: [Repair] = []
  }

  let token: PresentedToken
  let now: Timestamp
  let role: VaultRole
  let config: VaultConfig?

  static func answer(_ message: String, status: String = "400") -> PartyAnswer { PartyAnswer(status, message) }

  private func invalid(_ message: String) -> PartyAnswer { Self.answer("error validating token: \(message)") }

  var steps: [Step] {
    [signature, keys, duplicates, names, form, algorithm] + issuer + subject + audience + times.steps + unboundAudience
  }

  // MARK: The token

  private var signature: Step {
    var message = "failed to verify id token signature"
    if config?.source == .keys { message = "no known key successfully validated the token signature" }
    if config?.source != .keys, token.header != nil, case let algorithm = token.algorithm ?? "",
      !VaultConfig.allAlgorithms.contains(algorithm)
    {
      let all = VaultConfig.allAlgorithms.map(GoText.quoted).joined(separator: " ")
      message =
        "oidc: malformed jwt: unexpected signature algorithm \(GoText.quoted(algorithm)); expected [\(all)]"
    }
    return Step(
      check: SignatureStep.check(token),
      answer: config == nil ? nil : invalid("error verifying token signature: \(message)"))
  }

  /// The keys that the token was verified with here must be those that Vault verifies with.
  private var keys: Step {
    let title = "the keys are those of Vault's configuration"
    func step(_ outcome: Check.Outcome, _ actual: String?, _ hint: String?, _ message: String = "") -> Step {
      Step(
        check: Check(
          id: "vault-keys", title: title, outcome: outcome, actual: actual, hint: hint, location: config?.location),
        answer: message.isEmpty ? nil : invalid("error verifying token signature: \(message)"))
    }
    guard let config else { return step(.unknown, nil, "No configuration was given.") }
    if config.source == .pairs, token.header != nil, token.keyID == nil {
      return Step(
        check: Check(id: "vault-keys", title: title, outcome: .fail, actual: "no kid", location: config.location),
        answer: invalid("token missing kid header parameter"))
    }
    if config.source == .keys {
      guard let used = token.keyThumbprint, !config.keyThumbprints.isEmpty else { return step(.pass, nil, nil) }
      return config.keyThumbprints.contains(used)
        ? step(.pass, nil, nil)
        : step(
          .fail, "another key", "Write the issuer's public key into jwt_validation_pubkeys, or use its JWKS.",
          "no known key successfully validated the token signature")
    }
    let issuer = token.issuer ?? ""
    let isBound = config.boundIssuer?.string?.hasSameBytes(as: issuer) ?? false
    guard let discovery = config.discoveryURL, !discovery.hasSameBytes(as: issuer), !isBound else {
      return step(.pass, config.discoveryURL, nil)
    }
    return step(
      .unknown, "\(discovery), and the token is of \(issuer)",
      "Vault verifies with the keys of oidc_discovery_url, and the token names another issuer: whether both share keys "
        + "is not known. Set bound_issuer.")
  }

  /// With keys that are written down, Vault reads a payload as no JSON that names a claim twice.
  private var duplicates: Step {
    let title = "no claim is there twice"
    if let number = JSON.object(token.claims).oversizedNumber {
      return Step(
        check: Check(
          id: "numbers", title: "every number is one that 64 bits hold",
          outcome: config?.source == .keys ? .fail : .unknown,
          actual: number, hint: "Go reads no such number."),
        answer: invalid("error verifying token signature: no known key successfully validated the token signature"))
    }
    guard let name = JSON.object(token.claims).duplicateName else {
      return Step(check: Check(id: "duplicate-claims", title: title, outcome: .pass), answer: nil)
    }
    var check = Check(id: "duplicate-claims", title: title, outcome: .fail, actual: name)
    switch config?.source {
    case .url?, .pairs?:
      check.outcome = .pass
      check.hint = "The last one counts."
    case .keys?: break
    case nil:
      check.outcome = .unknown
      check.hint = "It hangs on where the keys come from: give auth/jwt/config too."
    }
    return Step(
      check: check,
      answer: invalid("error verifying token signature: no known key successfully validated the token signature"))
  }

  private static let registered = ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"]

  /// Go reads claims without regard to case: a second name for a registered claim is refused.
  private var names: Step {
    let title = "no claim differs from a registered one by its case only"
    let found = token.claims.members.map(\.name.value).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .lazy.compactMap { name in
        Self.registered.first { $0 != name && Self.folded($0) == Self.folded(name) }.map { (name, $0) }
      }
      .first
    guard let (name, own) = found else {
      return Step(check: Check(id: "claim-names", title: title, outcome: .pass), answer: nil)
    }
    return Step(
      check: Check(id: "claim-names", title: title, outcome: .fail, actual: name),
      answer: invalid(
        "ambiguous claim: key \(GoText.quoted(name)) collides with registered claim \(GoText.quoted(own)) under case folding"
      ))
  }

  /// Go's simple folding: the long s and the Kelvin sign are letters of ASCII too.
  private static func folded(_ text: String) -> String {
    text.replacing("\u{17F}", with: "s").replacing("\u{212A}", with: "k").lowercased()
  }

  /// The types of the registered claims.
  private var form: Step {
    let title = "the registered claims have the types that they should"
    var late: String?
    // The claims are written anew before they are read, so their names come in the order of their bytes.
    for member in token.claims.members.sorted(by: {
      $0.name.value.utf8.lexicographicallyPrecedes($1.name.value.utf8)
    }) {
      let name = member.name.value
      switch (name, member.value) {
      case ("exp", .number), ("nbf", .number), ("iat", .number), ("exp", .null), ("nbf", .null), ("iat", .null):
        continue
      case ("exp", _), ("nbf", _), ("iat", _):
        return malformed(title, name, "go-jose/go-jose/jwt: expected number value to unmarshal NumericDate")
      case ("aud", .string): continue
      case ("aud", .array(let elements)) where elements.allSatisfy({ $0.stringValue != nil }): continue
      case ("aud", _):
        return malformed(title, name, "go-jose/go-jose/jwt: expected string or array value to unmarshal to Audience")
      case ("iss", .string), ("sub", .string), ("jti", .string), ("iss", .null), ("sub", .null), ("jti", .null):
        continue
      case ("iss", let value), ("sub", let value), ("jti", let value):
        let kind = KubernetesIdentity.goKind(value)
        late = late ?? "json: cannot unmarshal \(kind) into Go struct field Claims.\(name) of type string"
      default: continue
      }
    }
    if let late { return malformed(title, nil, late) }
    return Step(check: Check(id: "claim-types", title: title, outcome: .pass), answer: nil)
  }

  private func malformed(_ title: String, _ claim: String?, _ message: String) -> Step {
    Step(
      check: Check(
        id: "claim-types", title: title, outcome: .fail, actual: claim.map { "\($0) is no such value" } ?? message),
      answer: invalid(message))
  }

  private var algorithm: Step {
    let taken =
      config.map { $0.algorithms.isEmpty ? VaultConfig.allAlgorithms : $0.algorithms } ?? VaultConfig.allAlgorithms
    let title = "the algorithm is one of jwt_supported_algs"
    guard token.header != nil else {
      // Claims that count as signed are signed with what everybody takes.
      return Step(
        check: Check(
          id: "algorithm", title: title, outcome: taken.contains("RS256") ? .pass : .unknown,
          expected: taken.joined(separator: ", ")), answer: nil)
    }
    let fits = token.algorithm.map { taken.contains($0) } ?? false
    return Step(
      check: Check(
        id: "algorithm", title: title, outcome: fits ? .pass : .fail, expected: taken.joined(separator: ", "),
        actual: token.algorithm ?? "none", location: config?.algorithmNode?.location ?? config?.location),
      answer: invalid("invalid algorithm (alg) header parameter: token signed with unexpected algorithm"),
      repairs: config?.algorithmNode.flatMap { node in
        token.algorithm.map { Repair.adding($0, to: node, "Add \($0) to jwt_supported_algs") }
      } ?? [])
  }

  // MARK: Whose, and for whom

  private var issuer: [Step] {
    let title = "iss is exactly bound_issuer"
    guard let config else {
      return [
        Step(
          check: Check(
            id: "issuer", title: title, outcome: .unknown, actual: token.issuer,
            hint: "No configuration was given. See: vault read -format=json auth/jwt/config"), answer: nil)
      ]
    }
    guard let node = config.boundIssuer, let wanted = node.string else {
      return [
        Step(
          check: Check(
            id: "issuer", title: "no bound_issuer is set", outcome: .skipped, actual: token.issuer,
            location: config.location), answer: nil)
      ]
    }
    let actual = token.issuer ?? ""
    let fits = wanted.hasSameBytes(as: actual)
    return [
      Step(
        check: Check(
          id: "issuer", title: title, outcome: fits ? .pass : .fail, expected: wanted,
          actual: token.issuer ?? "missing",
          hint: fits ? nil : Divergence(policy: wanted, token: actual)?.asSentence, location: node.location),
        answer: invalid("invalid issuer (iss) claim"),
        repairs: actual.isEmpty ? [] : Repair.replacing(node, with: actual, "Set bound_issuer to “\(actual)”"))
    ]
  }

  private var subject: [Step] {
    guard let node = role.subject else { return [] }
    let wanted = node.string ?? ""
    let actual = token.subject ?? ""
    let fits = wanted.hasSameBytes(as: actual)
    var repairs = Repair.replacing(node, with: actual, "Set bound_subject to “\(actual)”")
    if !GitHubSubject.differOnlyByShape(wanted, actual) {
      repairs.append(.token("sub", from: actual, to: wanted, "Use a token with the subject “\(wanted)”"))
    }
    return [
      Step(
        check: Check(
          id: "subject", title: "sub is exactly bound_subject", outcome: fits ? .pass : .fail, expected: wanted,
          actual: token.subject ?? "missing",
          hint: fits ? nil : Divergence(policy: wanted, token: actual)?.asSentence, location: node.location),
        answer: invalid("invalid subject (sub) claim"), repairs: actual.isEmpty ? [] : repairs)
    ]
  }

  private var audience: [Step] {
    guard !role.audiences.isEmpty, let node = role.audienceNode else { return [] }
    let found = token.audiences
    let fits = found.contains { own in role.audiences.contains { $0.hasSameBytes(as: own) } }
    let shown = found.joined(separator: ", ")
    var repairs = role.audiences.prefix(3).map {
      Repair.token("aud", from: shown, to: $0, "Request the token for the audience “\($0)”")
    }
    if let own = found.first, found.count == 1, !own.isEmpty {
      repairs += Repair.adding(own, to: node, "Add “\(own)” to bound_audiences")
    }
    let nearest = found.prefix(50).flatMap { own in
      role.audiences.prefix(50).compactMap { Divergence(policy: $0, token: own) }
    }
    .max { $0.commonScalars < $1.commonScalars }
    return [
      Step(
        check: Check(
          id: "audience", title: "one audience is in bound_audiences", outcome: fits ? .pass : .fail,
          expected: role.audiences.joined(separator: ", "), actual: found.isEmpty ? "missing" : shown,
          hint: fits ? nil : nearest?.asSentence, location: node.location),
        answer: invalid("invalid audience (aud) claim: audience claim does not match any expected audience"),
        repairs: repairs)
    ]
  }

  /// A role that binds no audience takes only tokens that have none.
  private var unboundAudience: [Step] {
    guard role.audiences.isEmpty else { return [] }
    let isFree = token["aud"] == nil || token["aud"] == .array([]) || token["aud"] == .null
    let wanted = token.audiences.first ?? ""
    return [
      Step(
        check: Check(
          id: "unbound-audience", title: "without bound_audiences the token has no audience",
          outcome: isFree ? .pass : .fail, actual: isFree ? nil : token.audiences.joined(separator: ", "),
          hint: isFree ? nil : "Add bound_audiences: [\"\(wanted)\"] to the role.",
          location: role.audienceNode?.location ?? role.location),
        answer: Self.answer("audience claim found in JWT but no audiences bound to the role"),
        repairs: role.audienceNode.map {
          Repair.replacing($0, withJSON: "[\(Repair.quoted(wanted))]", "Add “\(wanted)” to bound_audiences")
        }
          ?? Repair.inserting(
            "bound_audiences", "[\(Repair.quoted(wanted))]", into: role.node, "Add bound_audiences with “\(wanted)”"))
    ]
  }

  private var times: VaultTimes { VaultTimes(token: token, now: now, role: role) }
}
