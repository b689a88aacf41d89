import Inspection

/// What a relying party decides, in a line.
public struct TrustOutcome: Sendable, Hashable {
  public let decision: Decision
  /// The first check that fails or cannot be told, in words; nil when the token is accepted.
  public let reason: String?

  init(_ verdict: Verdict) {
    decision = verdict.decision
    let outcome: Check.Outcome = verdict.decision == .reject ? .fail : .unknown
    reason =
      verdict.decision == .accept
      ? nil
      : verdict.checks.first { $0.outcome == outcome }.map {
        let check = $0.deepest(outcome)
        let found = check.actual.map { ", found “\($0)”" } ?? ""
        return (outcome == .fail ? "not so: " : "cannot be told: ") + check.title + found
      }
  }
}
