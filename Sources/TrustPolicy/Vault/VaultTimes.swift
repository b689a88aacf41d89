import Inspection
import JOSE

/// The times of a token, with what Vault fills in where one is missing: `hashicorp/cap`, jwt/jwt.go.
struct VaultTimes {
  typealias Step = VaultTokenChecks.Step

  let token: PresentedToken
  let now: Timestamp
  let role: VaultRole

  private static let defaultLeeway: Int64 = 150
  private static let latest: Int64 = 9_223_371_974_719_179_007
  private static let defaultSkew: Int64 = 60

  /// 0 is the default, less than that none.
  private func leeway(_ written: Int64, _ standard: Int64) -> Int64 { written == 0 ? standard : max(0, written) }

  /// Whole seconds; 0 is as good as missing, as is what no number of 64 bits holds.
  private func time(_ name: String) -> Int64 {
    guard let value = token[name] else { return 0 }
    // Go reads a double and makes a whole number of it; what does not fit, or is later than its clock goes, is long ago.
    guard let number = value.doubleValue else { return 0 }
    let seconds = Int64(exactly: number.rounded(.towardZero)) ?? .min
    return seconds > Self.latest ? .min : seconds
  }

  private func invalid(_ message: String) -> PartyAnswer {
    VaultTokenChecks.answer("error validating token: \(message)")
  }

  var steps: [Step] {
    let issued = time("iat")
    var (start, end) = (time("nbf"), time("exp"))
    guard issued != 0 || start != 0 || end != 0 else {
      return [
        Step(
          check: Check(
            id: "times", title: "the token has iat, nbf or exp", outcome: .fail, actual: "none of them",
            location: nil),
          answer: invalid("no issued at (iat), not before (nbf), or expiration time (exp) claims in token"))
      ]
    }
    var filled: [String] = []
    if end == 0 {
      end = shifted(max(issued, start), leeway(role.expirationLeeway, Self.defaultLeeway))
      filled.append("exp is missing: Vault takes \(Timestamp(end).rfc3339())")
    }
    if start == 0 {
      start = issued != 0 ? issued : shifted(end, -leeway(role.notBeforeLeeway, Self.defaultLeeway))
      filled.append("nbf is missing: Vault takes \(Timestamp(start).rfc3339())")
    }
    let skew = leeway(role.skewLeeway, Self.defaultSkew)
    return [
      bound(
        "not-before", "nbf is not in the future, but for \(skew) seconds", start, start <= shifted(now.seconds, skew),
        "invalid not before (nbf) claim: token not yet valid", filled.first { $0.hasPrefix("nbf") }),
      bound(
        "expiry", "exp is not over, but for \(skew) seconds", end, now.seconds <= shifted(end, skew),
        "invalid expiration time (exp) claim: token is expired", filled.first { $0.hasPrefix("exp") }),
      bound(
        "issued-at", "iat is not in the future, but for \(skew) seconds", issued, issued <= shifted(now.seconds, skew),
        "invalid issued at (iat) claim: token issued in the future", nil),
    ]
  }

  private func shifted(_ time: Int64, _ seconds: Int64) -> Int64 {
    let (sum, overflows) = time.addingReportingOverflow(seconds)
    return overflows ? (seconds < 0 ? .min : .max) : sum
  }

  private func bound(
    _ id: String, _ title: String, _ time: Int64, _ holds: Bool, _ message: String, _ note: String?
  ) -> Step {
    Step(
      check: Check(
        id: id, title: title, outcome: holds ? .pass : .fail, expected: holds ? nil : now.rfc3339(),
        actual: time == 0 ? "missing" : Timestamp(time).rfc3339(),
        hint: note.map { "\($0)." } ?? (holds || id != "expiry" ? nil : "Request a fresh token.")),
      answer: invalid(message))
  }
}
