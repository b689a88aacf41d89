import Inspection
import JOSE

/// What PyPI asks of every token (PyJWT: RS256, one audience, 30 seconds of leeway). It tells none of these apart.
struct PyPITokenChecks {
  struct Step {
    let check: Check
    var repairs: [Repair] = []
  }

  let token: PresentedToken
  let now: Timestamp
  let audience: String
  /// The issuers of the publishers.
  let issuers: [String]

  private static let leeway: Int64 = 30

  var steps: [Step] {
    [algorithm, Step(check: SignatureStep.check(token))].compactMap(\.self) + [issuer, issueTime]
      + [notBefore].compactMap(\.self)
      + [expiry, audienceStep]
  }

  private var algorithm: Step? {
    guard token.header != nil else { return nil }
    let fits = token.algorithm == "RS256"
    return Step(
      check: Check(
        id: "algorithm", title: "the algorithm is RS256", outcome: fits ? .pass : .fail, expected: "RS256",
        actual: token.algorithm ?? "none"))
  }

  private var issuer: Step {
    let known = Set(PyPIPublisher.Kind.allCases.map(\.issuer) + issuers)
    let issuer = token.issuer ?? "missing"
    return Step(
      check: Check(
        id: "issuer", title: "PyPI knows the issuer", outcome: known.contains(issuer) ? .pass : .fail,
        expected: known.sorted().joined(separator: ", "), actual: issuer))
  }

  private func time(_ claim: String) -> Int64? {
    token[claim].flatMap { $0.integerValue ?? $0.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) } }
  }

  private func bound(_ claim: String, _ title: String, holds: (Int64) -> Bool) -> Step {
    let value = time(claim)
    let fits = value.map(holds) ?? false
    return Step(
      check: Check(
        id: claim, title: title, outcome: fits ? .pass : .fail, expected: fits ? nil : now.rfc3339(),
        actual: value.map { Timestamp($0).rfc3339() } ?? "missing",
        hint: claim == "exp" && !fits ? "Request a fresh token." : nil))
  }

  private var issueTime: Step {
    bound("iat", "iat is in the past, but for 30 seconds") { $0 <= now.advanced(by: Self.leeway).seconds }
  }

  private var notBefore: Step? {
    token["nbf"] == nil
      ? nil : bound("nbf", "nbf is in the past, but for 30 seconds") { $0 <= now.advanced(by: Self.leeway).seconds }
  }

  private var expiry: Step {
    bound("exp", "exp is not over, but for 30 seconds") { $0 > now.advanced(by: -Self.leeway).seconds }
  }

  /// One text, and no list: PyJWT's strict audience.
  private var audienceStep: Step {
    let value = token["aud"]
    let fits = value?.stringValue.map { $0.hasSameBytes(as: audience) } ?? false
    let actual = value.map { $0.stringValue ?? $0.compact() } ?? "missing"
    return Step(
      check: Check(
        id: "audience", title: "the only audience is the index's", outcome: fits ? .pass : .fail, expected: audience,
        actual: actual,
        hint: fits
          ? nil
          : value?.arrayValue != nil
            ? "PyPI takes no list, not even of one." : "The index tells it at /_/oidc/audience."),
      repairs: [.token("aud", from: actual, to: audience, "Request the token for the audience “\(audience)”")])
  }
}
