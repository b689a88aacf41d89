import JOSE

/// What a list says about a token, in one word: the worst that holds.
public enum TokenState: String, Sendable, Hashable, CaseIterable {
  /// The signature holds, the time is right and so is all that was asked for.
  case verified
  /// As verified, with under 5 minutes or 20 % of the lifetime left.
  case expiringSoon = "expiring soon"
  case expired
  /// `nbf` or `iat` lie in the future.
  case notYetValid = "not yet valid"
  /// The signature or something that was asked for is wrong.
  case refused
  /// There was no key to check the signature with, or nobody can tell.
  case notChecked = "not checked"
  /// The text is no well-formed token.
  case malformed
  /// A JWE: only its header can be read.
  case encrypted
}

extension Inspection {
  /// The state at a moment.
  public func state(at now: Timestamp) -> TokenState {
    if token.kind == .jwe { return .encrypted }
    let checks = checks(at: now)
    func outcome(_ id: String) -> Check.Outcome? { checks.first { $0.id == id }?.outcome }
    if outcome("format") == .fail { return .malformed }
    if ["algorithm", "signature", "issuer", "audience"].contains(where: { outcome($0) == .fail }) { return .refused }
    if !times.problems.isEmpty { return .refused }
    if outcome("expiry") == .fail { return .expired }
    if outcome("not-before") == .fail || outcome("issued-at") == .fail { return .notYetValid }
    if checks.contains(where: { $0.outcome == .unknown }) { return .notChecked }
    return times.expiresSoon(at: now) ? .expiringSoon : .verified
  }
}
