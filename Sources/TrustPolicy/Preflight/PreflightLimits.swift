import Inspection
import JOSE

/// The limits that each relying party sets for every token.
struct PreflightLimits {
  let token: PresentedToken

  func checks(of party: RelyingParty, now: Timestamp) -> [Check] {
    switch party {
    case .aws: aws(now)
    case .entra: entra
    case .gcp: google
    case .vault: vault
    case .kubernetes: kubernetes
    case .octoSTS: octoSTS
    case .pypi: pypi
    }
  }

  // MARK: The relying parties

  private func aws(_ now: Timestamp) -> [Check] {
    let steps = AWSTokenChecks(token: token, now: now)
    let isMultiple = token["aud"]?.arrayValue.map { $0.count > 1 } ?? false
    let hasAZP = token["azp"]?.stringValue != nil
    return [steps.length?.check, algorithm(AWSTokenChecks.algorithms), steps.claims.check, steps.form.check].compactMap(
      \.self)
      + [
        Check(
          id: "single-audience", title: "one audience, or azp", outcome: isMultiple && !hasAZP ? .fail : .pass,
          actual: isMultiple ? token.audiences.joined(separator: ", ") : nil,
          hint: isMultiple && !hasAZP
            ? "Request the token for one audience."
            : hasAZP ? "AWS compares azp, and not aud, with the client IDs." : nil),
        keyID("needed as soon as the issuer has more than one key"), issuerScheme, steps.tags.check,
      ].filter { $0.outcome != .skipped }
  }

  private var entra: [Check] {
    [
      // Others than RS256 are not documented either way.
      algorithm(["RS256"], others: .unknown), required("iss", "sub", "aud", "iat", "exp"),
      lifetime(atMost: 90_000, "25 hours", .fail, "AADSTS70023"), length("iss", 600), length("sub", 600),
      audience("api://AzureADTokenExchange"), singleAudience,
    ]
  }

  private var google: [Check] {
    [
      algorithm(["RS256", "ES256"]), required("iss", "sub", "aud", "iat", "exp"),
      keyID(
        "a token without one, or with one that is not in the JWKS, gets “Error connecting to the given credential's issuer.”"
      ),
      lifetime(atMost: 86_400, "24 hours", .pass, "documented as required, not enforced when it was measured"),
      length("sub", 127, bytes: true, hint: "It is the limit of google.subject: map a shorter claim if sub is longer."),
      issuerScheme,
    ]
  }

  private var vault: [Check] {
    let hasTime = ["iat", "nbf", "exp"].contains { token[$0] != nil }
    return [
      algorithm(Self.wide + ["EdDSA"]),
      Check(
        id: "some-time", title: "iat, nbf or exp", outcome: hasTime ? .pass : .fail,
        actual: hasTime ? nil : "none of them"),
      ambiguousNames,
    ]
  }

  private var kubernetes: [Check] {
    let isRS256 = token.algorithm == "RS256" || token.header == nil
    var algorithm = algorithm(Self.wide)
    if algorithm.outcome == .pass, !isRS256 {
      algorithm.hint = "With flags it takes RS256 only, unless --oidc-signing-algs names \(token.algorithm ?? "it")."
    }
    return [algorithm, required("iss", "aud", "exp"), issuerScheme]
  }

  private var octoSTS: [Check] {
    [
      required("iss", "sub", "aud", "exp"), length("iss", 255), length("sub", 255),
      forbidden("sub", "\"'`\\<>;&$(){}[]"), forbidden("aud", "\"'`\\<>;&$(){}[]@"), issuerScheme,
    ]
  }

  private var pypi: [Check] {
    let known = ["https://token.actions.githubusercontent.com", "https://gitlab.com", "https://accounts.google.com"]
    let issuer = token.issuer ?? ""
    let isKnown = known.contains(issuer) || issuer.hasPrefix("https://platform.activestate.com/")
    return [
      algorithm(["RS256"]), required("iss", "sub", "aud", "iat", "exp", "jti"), singleAudience, audience("pypi"),
      Check(
        id: "known-issuer", title: "an issuer that PyPI knows", outcome: isKnown ? .pass : .unknown,
        expected: "GitHub, GitLab, Google or ActiveState", actual: issuer,
        hint: isKnown ? nil : "Self-managed GitLab can be registered; any other issuer cannot."),
    ]
  }

  // MARK: Kinds of limits

  private static let wide = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]

  private func algorithm(_ taken: [String], others: Check.Outcome = .fail) -> Check {
    let expected = taken.joined(separator: ", ")
    guard token.header != nil else {
      return Check(
        id: "algorithm", title: "algorithm", outcome: .unknown, expected: expected, actual: "no header was given")
    }
    let isTaken = token.algorithm.map { taken.contains($0) } ?? false
    return Check(
      id: "algorithm", title: "algorithm", outcome: isTaken ? .pass : others, expected: expected,
      actual: token.algorithm ?? "none")
  }

  private func required(_ names: String...) -> Check {
    let missing = names.filter { token[$0] == nil }
    return Check(
      id: "required-claims", title: "claims that must be there", outcome: missing.isEmpty ? .pass : .fail,
      expected: names.joined(separator: ", "),
      actual: missing.isEmpty ? nil : "no \(missing.joined(separator: ", "))")
  }

  private func keyID(_ why: String) -> Check {
    guard token.header != nil else {
      return Check(id: "kid", title: "kid", outcome: .unknown, actual: "no header was given")
    }
    return Check(
      id: "kid", title: "kid", outcome: token.keyID == nil ? .unknown : .pass, actual: token.keyID ?? "none",
      hint: token.keyID == nil ? "It is \(why)." : nil)
  }

  private func lifetime(atMost limit: Int64, _ words: String, _ beyond: Check.Outcome, _ note: String) -> Check {
    let title = "lifetime of at most \(words)"
    guard let start = token["iat"]?.doubleValue, let end = token["exp"]?.doubleValue else {
      return Check(id: "lifetime", title: title, outcome: .fail, actual: "iat or exp is missing", hint: note)
    }
    let isShort = end - start <= Double(limit)
    return Check(
      id: "lifetime", title: title, outcome: isShort ? .pass : beyond,
      actual: isShort ? nil : "\(Countdown.text(Int64(exactly: (end - start).rounded()) ?? .max))",
      hint: isShort ? nil : note)
  }

  private func length(_ claim: String, _ limit: Int, bytes: Bool = false, hint: String? = nil) -> Check {
    let text = token[claim]?.stringValue ?? ""
    let length = bytes ? text.utf8.count : text.unicodeScalars.count
    return Check(
      id: "\(claim)-length", title: "\(claim) of at most \(limit) \(bytes ? "bytes" : "characters")",
      outcome: length <= limit ? .pass : .fail, actual: length <= limit ? nil : String(length),
      hint: length <= limit ? nil : hint)
  }

  private func audience(_ usual: String) -> Check {
    let isUsual = token.audiences.contains(usual)
    return Check(
      id: "usual-audience", title: "audience", outcome: .pass, expected: usual,
      actual: token.audiences.joined(separator: ", "),
      hint: isUsual
        ? nil : "The usual audience is \(usual); the token's is \(token.audiences.joined(separator: ", ")).")
  }

  private var singleAudience: Check {
    let count = token["aud"]?.arrayValue?.count ?? 1
    return Check(
      id: "single-audience", title: "one audience", outcome: count == 1 ? .pass : .fail,
      actual: count == 1 ? nil : "\(count) audiences", hint: count == 1 ? nil : "Request the token for one audience.")
  }

  private var issuerScheme: Check {
    let isSecure = token.issuer?.hasPrefix("https://") ?? false || token.issuer == "accounts.google.com"
    return Check(
      id: "issuer-https", title: "an issuer with https", outcome: isSecure ? .pass : .fail, actual: token.issuer)
  }

  private func forbidden(_ claim: String, _ characters: String) -> Check {
    let values = claim == "aud" ? token.audiences : [token[claim]?.stringValue ?? ""]
    let found = values.flatMap(\.self).filter { characters.contains($0) }
    return Check(
      id: "\(claim)-characters", title: "\(claim) without \(characters)", outcome: found.isEmpty ? .pass : .fail,
      actual: found.isEmpty ? nil : String(found))
  }

  /// Names that differ from a registered claim only by case: Vault refuses the token.
  private var ambiguousNames: Check {
    let registered = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
    let found = token.claims.members.map(\.name.value).first { name in
      registered.contains { !name.hasSameBytes(as: $0) && name.lowercased() == $0 }
    }
    return Check(
      id: "ambiguous-names", title: "no claim that differs from a registered one by case only",
      outcome: found == nil ? .pass : .fail, actual: found)
  }
}
