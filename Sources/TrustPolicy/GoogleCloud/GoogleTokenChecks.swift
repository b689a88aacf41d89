import Inspection
import JOSE

/// What Google's token service asks of a token before it maps the claims.
struct GoogleTokenChecks {
  struct Step {
    let check: Check
    let answer: PartyAnswer?
    var repairs: [Repair] = []
  }

  let token: PresentedToken
  let now: Timestamp
  let provider: GoogleProvider

  /// What was measured: 59 seconds are taken, 61 are not.
  private static let skew: Int64 = 60
  /// 119 seconds were refused; between both nothing is known.
  private static let refusedSkew: Int64 = 119
  private static let longestLifetime: Int64 = 86_400

  var steps: [Step] {
    [duplicates, issuer, audience, expiry, issueTime, notBefore, algorithm].compactMap(\.self)
      + [keys, signature].compactMap(\.self)
      + [lifetime]
  }

  private func grant(_ message: String) -> PartyAnswer { PartyAnswer("invalid_grant", message) }

  /// Only looked at where it could matter.
  private var duplicates: Step? {
    JSON.object(token.claims).duplicateName.map { name in
      Step(
        check: Check(
          id: "duplicate-claims", title: "no claim is there twice", outcome: .unknown, actual: name,
          hint: "Which of the two Google takes is not documented."), answer: nil)
    }
  }

  // MARK: Whose, and for whom

  private var issuer: Step {
    let wanted = provider.issuer.string ?? ""
    let actual = token.issuer
    let fits = actual.map { $0.hasSameBytes(as: wanted) } ?? false
    return Step(
      check: Check(
        id: "issuer", title: "the issuer is exactly issuerUri", outcome: fits ? .pass : .fail, expected: wanted,
        actual: actual ?? "missing",
        hint: fits ? nil : actual.flatMap { Divergence(policy: wanted, token: $0)?.asSentence },
        location: provider.issuer.location),
      answer: grant(
        actual.map { "The issuer in ID Token \($0) does not match the expected one in config: \(wanted)." }
          ?? "The issuer in ID Token null does not match the expected one"),
      repairs: actual.map { Repair.replacing(provider.issuer, with: $0, "Set issuerUri to “\($0)”") } ?? [])
  }

  private var audience: Step {
    let found = token.audiences
    let shown = found.joined(separator: ", ")
    var check = Check(
      id: "audience",
      title: provider.hasDefaultAudience ? "the audience is the provider's name" : "the audience is an allowed one",
      outcome: .unknown, expected: provider.acceptedAudiences?.joined(separator: ", "),
      actual: found.isEmpty ? "missing" : shown,
      location: provider.audiences?.location ?? provider.resource?.location ?? provider.location)
    let answer = grant("The audience in ID Token [\(shown)] does not match the expected audience.")
    guard let wanted = provider.acceptedAudiences else {
      check.hint = "Without allowedAudiences it must be the provider's name, which this document does not tell."
      return Step(check: check, answer: nil)
    }
    let fits = found.contains { own in wanted.contains { $0.hasSameBytes(as: own) } }
    check.outcome = !fits ? .fail : found.count > 1 ? .unknown : .pass
    if check.outcome == .unknown { check.hint = "What Google makes of several audiences is not documented." }
    guard !fits else { return Step(check: check, answer: answer) }
    check.hint = audienceHint(wanted, found)
    return Step(check: check, answer: answer, repairs: audienceRepairs(wanted, found))
  }

  private func audienceHint(_ wanted: [String], _ found: [String]) -> String? {
    let name = provider.resource?.string ?? ""
    if !provider.hasDefaultAudience,
      found.contains(where: { $0.hasSuffix("//iam.googleapis.com/\(name)") }), !name.isEmpty
    {
      return "The token has the provider's name, which counts only while allowedAudiences is empty."
    }
    return found.flatMap { own in wanted.compactMap { Divergence(policy: $0, token: own) } }
      .max { $0.commonScalars < $1.commonScalars }?.asSentence
  }

  private func audienceRepairs(_ wanted: [String], _ found: [String]) -> [Repair] {
    var repairs = wanted.prefix(1).map {
      Repair.token("aud", from: found.joined(separator: ", "), to: $0, "Request the token for the audience “\($0)”")
    }
    if let list = provider.audiences, !provider.hasDefaultAudience, found.count == 1, let own = found.first {
      repairs += Repair.adding(own, to: list, "Add “\(own)” to allowedAudiences")
    }
    return repairs
  }

  // MARK: Times

  private func time(_ claim: String) -> Int64? {
    token[claim].flatMap { $0.integerValue ?? $0.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) } }
  }

  private var stale: PartyAnswer {
    grant("ID Token issued at \(time("iat").map { "\($0)" } ?? "null") is stale to sign-in.")
  }

  private var expiry: Step {
    let end = time("exp")
    let age = end.map { now.seconds.subtractingReportingOverflow($0).partialValue }
    let outcome: Check.Outcome = age.map { $0 < Self.skew ? .pass : $0 > Self.skew ? .fail : .unknown } ?? .fail
    return Step(
      check: Check(
        id: "expiry", title: "exp is not over, but for a minute", outcome: outcome, expected: "after \(now.rfc3339())",
        actual: end.map { Timestamp($0).rfc3339() } ?? "missing",
        hint: outcome == .fail ? "Request a fresh token." : nil), answer: stale)
  }

  private var issueTime: Step {
    guard let start = time("iat") else {
      return Step(
        check: Check(
          id: "issue-time", title: "iat is in the past, but for a minute", outcome: .unknown, actual: "missing",
          hint: "Google documents iat as required; what happens without it was not seen."), answer: nil)
    }
    let lead = start.subtractingReportingOverflow(now.seconds).partialValue
    let outcome: Check.Outcome = lead <= Self.skew ? .pass : lead >= Self.refusedSkew ? .fail : .unknown
    return Step(
      check: Check(
        id: "issue-time", title: "iat is in the past, but for a minute", outcome: outcome,
        expected: "before \(now.rfc3339())", actual: Timestamp(start).rfc3339(),
        hint: outcome == .pass ? nil : "The issuer's clock is ahead."), answer: stale)
  }

  /// Nothing is known about nbf: it is only looked at where it could matter.
  private var notBefore: Step? {
    guard let start = time("nbf"), start > now.seconds else { return nil }
    return Step(
      check: Check(
        id: "not-before", title: "nbf is in the past", outcome: .unknown, actual: Timestamp(start).rfc3339(),
        hint: "What Google makes of nbf is not documented."), answer: nil)
  }

  /// It is documented as a condition, but tokens of eleven years were taken: a remark, and no refusal.
  private var lifetime: Step {
    let start = time("iat") ?? 0
    let length = (time("exp") ?? start).subtractingReportingOverflow(start).partialValue
    let isLong = time("iat") != nil && length > Self.longestLifetime
    return Step(
      check: Check(
        id: "lifetime", title: "exp is at most 24 hours after iat", outcome: isLong ? .skipped : .pass,
        actual: Countdown.text(length),
        hint: isLong ? "Google documents this limit, but was seen to take longer tokens." : nil), answer: nil)
  }

  // MARK: The signature

  private static let issuerAnswer = "Error connecting to the given credential's issuer."

  private var algorithm: Step? {
    guard token.header != nil else { return nil }
    let algorithm = token.algorithm ?? "none"
    let fits = ["RS256", "ES256"].contains(algorithm)
    return Step(
      check: Check(
        id: "algorithm", title: "the algorithm is RS256 or ES256", outcome: fits ? .pass : .fail,
        expected: "RS256, ES256", actual: algorithm, hint: fits ? nil : "Have the issuer sign with one of these."),
      answer: nil)
  }

  /// Keys that were uploaded take the place of the issuer's.
  private var keys: Step? {
    guard let ids = provider.uploadedKeyIDs, token.header != nil else { return nil }
    let id = token.keyID
    let fits = id.map { id in ids.contains { $0.map { $0.hasSameBytes(as: id) } ?? false } }
    if fits == true, let used = token.keyThumbprint, !provider.uploadedThumbprints.isEmpty,
      !provider.uploadedThumbprints.contains(used)
    {
      return Step(
        check: Check(
          id: "uploaded-keys", title: "the key is in jwksJson", outcome: .fail,
          actual: "another key with the kid \(id ?? "")",
          hint: "Upload the issuer's keys again.", location: provider.uploadedKeys?.location),
        answer: grant("Unable to verify the ID Token signature."))
    }
    return Step(
      check: Check(
        id: "uploaded-keys", title: "the key is in jwksJson", outcome: fits.map { $0 ? .pass : .fail } ?? .unknown,
        expected: ids.map { $0 ?? "(a key without kid)" }.joined(separator: ", "), actual: id ?? "no kid",
        hint: fits == false
          ? "Uploaded keys take the place of the issuer's: after a rotation they must be uploaded again." : nil,
        location: provider.uploadedKeys?.location), answer: grant(Self.issuerAnswer))
  }

  private var signature: Step {
    let answer: String? =
      switch token.refusalCode {
      case "signature-mismatch": "Unable to verify the ID Token signature."
      case "kid-unknown", "key-type", "no-keys": Self.issuerAnswer
      default: nil
      }
    return Step(check: SignatureStep.check(token), answer: answer.map(grant))
  }
}
