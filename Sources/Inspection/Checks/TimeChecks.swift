import JOSE

/// Expiry, beginning and issue of a token at a moment (RFC 7519 §4.1.4 to §4.1.6).
///
/// No leeway is granted unless asked for, and then the check says so.
enum TimeChecks {
  static func of(_ token: CompactToken, times: TokenTimes, leeway: Int64, now: Timestamp) -> [Check] {
    let judge = Judge(token: token, times: times, leeway: leeway, now: now)
    return [judge.expiry, judge.notBefore, judge.issuedAt]
  }

  private struct Judge {
    let token: CompactToken
    let times: TokenTimes
    let leeway: Int64
    let now: Timestamp

    var expiry: Check {
      guard let expiry = times.expiry else {
        return unread("expiry", "expiry", claim: "exp", absent: "no exp: the token does not expire")
      }
      let left = now.distance(to: expiry)
      // The moment itself is too late: "on or after which" (RFC 7519 §4.1.4).
      let holds = now < expiry.advanced(by: leeway)
      let late = left <= 0
      return Check(
        id: "expiry", title: "expiry", outcome: holds ? .pass : .fail, expected: "after \(now.display())\(allowance)",
        actual: "\(expiry.display())\(relative(left, "in", "ago"))",
        hint: holds
          ? (late ? "Expired, and let pass by the leeway of \(leeway) s." : nil)
          : milliseconds("exp") ?? "Request a new token.")
    }

    var notBefore: Check {
      guard let notBefore = times.notBefore else {
        return unread("not-before", "not before", claim: "nbf", absent: "no nbf: valid from its issue on")
      }
      return began("not-before", "not before", claim: "nbf", notBefore, failure: "The token is not valid yet.")
    }

    var issuedAt: Check {
      guard let issuedAt = times.issuedAt else {
        return unread("issued-at", "issued at", claim: "iat", absent: "no iat")
      }
      return began("issued-at", "issued at", claim: "iat", issuedAt, failure: "The token was issued in the future.")
    }

    private func began(
      _ id: String, _ title: String, claim: String, _ moment: Timestamp, failure: String
    ) -> Check {
      let wait = now.distance(to: moment)
      let holds = now.advanced(by: leeway) >= moment
      let patience = moment.isInCalendar ? ", or wait \(Countdown.text(wait))" : ""
      let advice = "\(failure) Compare this machine's clock with the issuer's\(patience)."
      return Check(
        id: id, title: title, outcome: holds ? .pass : .fail,
        expected: "not after \(now.display())\(allowance)",
        actual: "\(moment.display())\(relative(wait, "in", "ago"))",
        hint: holds ? (wait > 0 ? "Let pass by the leeway of \(leeway) s." : nil) : milliseconds(claim) ?? advice)
    }

    /// A claim that is missing or no number: what it would have said is never guessed.
    private func unread(_ id: String, _ title: String, claim: String, absent: String) -> Check {
      if let problem = times.problems.first(where: { $0.claim == claim }) {
        return Check(
          id: id, title: title, outcome: .fail, expected: "a number of seconds since 1970",
          actual: Excerpt.of(problem.value),
          hint: "\(claim) must be a number (RFC 7519 section 2): whether it has passed cannot be told.")
      }
      let isEncrypted = token.kind == .jwe
      guard token.claims != nil || isEncrypted else {
        return Check(id: id, title: title, outcome: .skipped, actual: "there are no claims to read")
      }
      return Check(
        id: id, title: title, outcome: .skipped,
        actual: isEncrypted
          ? "the claims are encrypted"
          : token.hasWholeClaims ? absent : "no \(claim) among the claims that could be read")
    }

    private var allowance: String { leeway > 0 ? " (leeway \(leeway) s)" : "" }

    private func relative(_ seconds: Int64, _ future: String, _ past: String) -> String {
      guard seconds.magnitude < 100 * 365 * 86_400 else { return "" }
      return seconds > 0 ? ", \(future) \(Countdown.text(seconds))" : ", \(Countdown.text(seconds)) \(past)"
    }

    /// Milliseconds where seconds belong are the most common mistake of issuers.
    private func milliseconds(_ claim: String) -> String? {
      guard let value = token.claims?[claim]?.integerValue, Warnings.looksLikeMilliseconds(value) else { return nil }
      return "\(claim) seems to count milliseconds; it must count seconds."
    }
  }
}
