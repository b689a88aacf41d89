import Inspection
import JOSE

/// What the API server asks of a token before it reads its claims: go-oidc's checks, then the audience.
struct KubernetesTokenChecks {
  struct Step {
    let check: Check
    let answer: PartyAnswer?
    var repairs: [Repair] = []
  }

  let token: PresentedToken
  let now: Timestamp
  let issuer: KubernetesIssuer
  let isFlags: Bool

  /// What go-oidc 2 allows for nbf, as far as it was read; version 3 allows five minutes.
  private static let skew: Int64 = 60
  private static let longestSkew: Int64 = 300

  /// One audience is go-oidc's to check, before the times; several are the server's, at the end.
  var steps: [Step] {
    let rest = [expiry] + [notBefore, algorithm].compactMap(\.self) + [signature]
    return issuer.audiences.count == 1 ? [audience] + rest : rest + [audience]
  }

  private func verify(_ text: String) -> PartyAnswer {
    KubernetesAuthentication.answer("oidc: verify token: oidc: \(text)")
  }

  private func time(_ claim: String) -> Int64? {
    let time = token[claim].flatMap { $0.integerValue ?? $0.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) } }
    // What is later than Go's clock goes is long ago.
    return time.map { $0 > 9_223_371_974_719_179_007 ? .min : $0 }
  }

  /// There is no leeway.
  private var expiry: Step {
    let end = time("exp")
    let isGood = end.map { $0 >= now.seconds } ?? false
    return Step(
      check: Check(
        id: "expiry", title: "exp is not over, without any leeway", outcome: isGood ? .pass : .fail,
        expected: isGood ? nil : "not before \(now.rfc3339())",
        actual: end.map { Timestamp($0).rfc3339() } ?? "missing",
        hint: isGood ? nil : "Request a fresh token."),
      answer: verify(
        "token is expired (Token Expiry: \(end.map(Self.goTime) ?? "0001-01-01 00:00:00 +0000 UTC"))"))
  }

  private var notBefore: Step? {
    guard let start = time("nbf") else { return nil }
    let lead = start.subtractingReportingOverflow(now.seconds).partialValue
    let outcome: Check.Outcome = lead <= Self.skew ? .pass : lead > Self.longestSkew ? .fail : .unknown
    return Step(
      check: Check(
        id: "not-before", title: "nbf is in the past, but for a minute", outcome: outcome,
        expected: outcome == .pass ? nil : "before \(now.rfc3339())", actual: Timestamp(start).rfc3339(),
        hint: outcome == .unknown
          ? "How much the server's version of go-oidc allows, one minute or five, is not known." : nil),
      answer: verify(
        "current time \(Self.goTime(now.seconds)) before the nbf (not before) time: \(Self.goTime(start))"))
  }

  private var algorithm: Step? {
    guard token.header != nil else { return nil }
    let algorithm = token.algorithm ?? ""
    let fits = issuer.algorithms.contains(algorithm)
    return Step(
      check: Check(
        id: "algorithm", title: "the algorithm is one that the server takes", outcome: fits ? .pass : .fail,
        expected: issuer.algorithms.joined(separator: ", "), actual: algorithm,
        hint: fits
          ? nil
          : isFlags
            ? "Flags take RS256 only: add --oidc-signing-algs=\(algorithm)."
            : "Have the issuer sign with one of these.",
        location: issuer.node.location),
      answer: verify(
        "id token signed with unsupported algorithm, expected \(Self.goList(issuer.algorithms)) got \(GoText.quoted(algorithm))"
      ))
  }

  private var signature: Step {
    Step(
      check: SignatureStep.check(token),
      answer: token.refusalCode == nil ? nil : KubernetesAuthentication.answer(""))
  }

  private var audience: Step {
    let found = token.audiences
    let wanted = issuer.audiences.map(\.text)
    let fits = found.contains { own in wanted.contains { $0.hasSameBytes(as: own) } }
    var repairs = wanted.prefix(3).map {
      Repair.token("aud", from: found.joined(separator: ", "), to: $0, "Request the token for the audience “\($0)”")
    }
    if let own = found.first, found.count == 1, !own.isEmpty {
      if let list = issuer.audienceList, issuer.audiences.count > 1 {
        repairs += Repair.adding(own, to: list, "Add the audience “\(own)”")
      } else if let only = issuer.audiences.first {
        repairs += only.replacing(with: own, "Set the audience to “\(own)”")
      }
    }
    return Step(
      check: Check(
        id: "audience", title: "one audience is a configured one", outcome: fits ? .pass : .fail,
        expected: wanted.joined(separator: ", "), actual: found.isEmpty ? "missing" : found.joined(separator: ", "),
        hint: fits ? nil : nearest(wanted, found),
        location: issuer.audienceList?.location ?? issuer.audiences.first?.location),
      answer: verify(
        wanted.count == 1
          ? "expected audience \(GoText.quoted(wanted[0])) got \(Self.goList(found))"
          : "expected audience in \(Self.goList(wanted)) got \(Self.goList(found))"),
      repairs: repairs)
  }

  private func nearest(_ wanted: [String], _ found: [String]) -> String? {
    found.flatMap { own in wanted.compactMap { Divergence(policy: $0, token: own) } }
      .max { $0.commonScalars < $1.commonScalars }?.asSentence
  }

  // MARK: Go's ways of writing

  /// `["a" "b"]`
  static func goList(_ texts: [String]) -> String { "[\(texts.map(GoText.quoted).joined(separator: " "))]" }

  /// `2026-11-23 12:00:00 +0000 UTC`
  static func goTime(_ seconds: Int64) -> String {
    let text = Timestamp(seconds).rfc3339()
    return text.replacing("T", with: " ").replacing("Z", with: " +0000 UTC")
  }
}
