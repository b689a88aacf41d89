import Inspection
import JOSE

/// What Entra ID asks of every assertion. The order of its checks is not documented.
struct EntraTokenChecks {
  struct Step {
    let check: Check
    let answer: PartyAnswer?
  }

  let token: PresentedToken
  let now: Timestamp

  /// 1.01:00:00, as .NET writes 25 hours.
  static let longestLifetime: Int64 = 90_000

  var steps: [Step] { [duplicates, subject].compactMap(\.self) + [algorithm, signature, issuer, expiry, lifetime] }

  /// Without a subject there is nothing that a credential could name.
  private var subject: Step? {
    guard token["sub"] == nil else { return nil }
    return Step(
      check: Check(id: "subject-present", title: "the token has a subject", outcome: .fail, actual: "missing"),
      answer: PartyAnswer("AADSTS50027", ""))
  }

  /// Only looked at where it could matter.
  private var duplicates: Step? {
    JSON.object(token.claims).duplicateName.map { name in
      Step(
        check: Check(id: "duplicate-claims", title: "no claim is there twice", outcome: .fail, actual: name),
        answer: PartyAnswer("AADSTS50027", ""))
    }
  }

  private var algorithm: Step {
    let isKnown = token.header == nil ? token.signature == .presumed : token.algorithm == "RS256"
    return Step(
      check: Check(
        id: "algorithm", title: "the algorithm is RS256", outcome: isKnown ? .pass : .unknown, expected: "RS256",
        actual: token.header == nil ? nil : token.algorithm ?? "none",
        hint: isKnown ? nil : "Others are not documented either way."), answer: nil)
  }

  private var signature: Step {
    Step(
      check: SignatureStep.check(token),
      answer: token.refusalCode == "signature-mismatch"
        ? PartyAnswer("AADSTS50012", "Client assertion contains an invalid signature.") : nil)
  }

  /// Tokens of Entra itself are not taken, but for those of managed identities.
  private var issuer: Step {
    let issuer = token.issuer ?? ""
    let isEntra = ["https://login.microsoftonline.com/", "https://sts.windows.net/"].contains { issuer.hasPrefix($0) }
    return Step(
      check: Check(
        id: "foreign-issuer", title: "the issuer is not Entra ID itself", outcome: isEntra ? .unknown : .pass,
        actual: issuer,
        hint: isEntra
          ? "Only tokens of managed identities are taken, in one tenant; else Entra says AADSTS700222." : nil),
      answer: nil)
  }

  private func time(_ claim: String) -> Int64? {
    token[claim].flatMap { $0.integerValue ?? $0.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) } }
  }

  private var expiry: Step {
    let start = time("nbf")
    let isEarly = start.map { now.seconds < $0 } ?? false
    guard let end = time("exp") else {
      return Step(
        check: Check(
          id: "time", title: "the token is within its time", outcome: .fail, actual: "exp is missing or no number"),
        answer: nil)
    }
    let isLate = now.seconds >= end
    // By how much clocks may differ is not documented: five minutes on either side decide nothing.
    let isNear = now.distance(to: Timestamp(isEarly ? start ?? end : end)).magnitude <= 300
    let outcome: Check.Outcome = !isEarly && !isLate ? .pass : isNear ? .unknown : .fail
    return Step(
      check: Check(
        id: "time", title: "the token is within its time", outcome: outcome,
        expected: now.rfc3339(),
        actual: "\(start.map { Timestamp($0).rfc3339() } ?? "no nbf") to \(Timestamp(end).rfc3339())",
        hint: outcome == .unknown ? "How much clock skew Entra allows is not documented." : nil),
      answer: PartyAnswer(
        "AADSTS700024",
        "Client assertion is not within its valid time range. Current time: \(now.rfc3339()), assertion valid from "
          + "\(start.map { Timestamp($0).rfc3339() } ?? ""), expiry time of assertion \(Timestamp(end).rfc3339())."))
  }

  private var lifetime: Step {
    let title = "exp is at most 25 hours after iat"
    let issued = time("iat")
    let end = time("exp") ?? 0
    let length = end.subtractingReportingOverflow(issued ?? 0).partialValue
    let isGood = issued != nil && length <= Self.longestLifetime
    return Step(
      check: Check(
        id: "lifetime", title: title, outcome: isGood ? .pass : .fail, expected: "1.01:00:00",
        actual: issued == nil ? "iat is missing" : Countdown.text(length),
        hint: isGood ? nil : "Have the issuer make shorter tokens, with iat."),
      answer: PartyAnswer(
        "AADSTS70023",
        "External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. "
          + "Token issued at \(issued ?? 0). Token expires on \(end)."))
  }
}
