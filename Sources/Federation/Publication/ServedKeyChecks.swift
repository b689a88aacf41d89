import Inspection
import Issuer
import JOSE

/// Compares a JWKS that is served with the keys of here.
struct ServedKeyChecks {
  let ring: KeyRing
  let schedule: RotationSchedule
  let served: JSON
  let now: Timestamp

  var checks: [Check] {
    let set: JWKSet
    do {
      set = try JWKSet(served)
    } catch {
      return [
        privateParts,
        Check(
          id: "keys", title: "the keys of here are served", outcome: .fail,
          actual: "no JWKS: \(FetchError.quoted("\(error)"))", hint: "Upload the file that idp publish writes."),
      ].compactMap(\.self)
    }
    return [privateParts, ours(set), foreign(set)].compactMap(\.self)
  }

  // MARK: Secrets

  /// The members that only the issuer may know (RFC 7518 §6, RFC 8037 §2).
  private static let secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  /// Nil when all is as it should be: there is nothing to be said about what must never happen.
  private var privateParts: Check? {
    let elements = served["keys"]?.arrayValue ?? [served]
    let betrayed = elements.filter { element in Self.secretMembers.contains { element[$0] != nil } }
    guard !betrayed.isEmpty else { return nil }
    let names = betrayed.map { $0["kid"]?.stringValue.map { FetchError.quoted($0) } ?? "a key without a kid" }
    return Check(
      id: "private-keys", title: "PRIVATE KEYS ARE SERVED TO EVERYBODY", outcome: .fail, actual: Self.list(names),
      hint: "Whoever has fetched them signs tokens in your name. Take the file down now, move the folder of the keys "
        + "away so that idp makes new ones, publish those, and treat every token as forged.")
  }

  // MARK: Ours

  private func ours(_ set: JWKSet) -> Check {
    let title = "the keys of here are served"
    let entries = ring.entries.filter { ring.state(of: $0, at: now.seconds) != .expired }
    guard !entries.isEmpty else {
      return Check(
        id: "keys", title: title, outcome: .unknown, actual: "there are none here",
        hint: "Check where tokens are signed; or make the first key: idp publish FOLDER.")
    }
    let children = entries.map { self.check($0, set) }
    let missing = children.count { $0.outcome == .fail }
    return Check(
      id: "keys", title: title, outcome: missing == 0 ? .pass : .fail, expected: "\(children.count)",
      actual: missing == 0 ? "\(children.count)" : "\(children.count - missing) of \(children.count)",
      children: children)
  }

  private func check(_ entry: KeyRing.Entry, _ set: JWKSet) -> Check {
    let (role, loss): (String, String) =
      switch ring.state(of: entry, at: now.seconds) {
      case .next(let time):
        (
          "signs from \(Timestamp(time).display())",
          "Upload it before \(Timestamp(time - schedule.cacheLifetime).display()), or its first tokens are refused."
        )
      case .signing: ("signs now", "Tokens of now are refused: publish and upload again.")
      case .retired(let time):
        ("signed before", "Tokens that it has signed may live until \(Timestamp(time).display()), and are refused.")
      case .expired: ("is needed no more", "")
      }
    let named = set.keys.filter { $0.keyID?.hasSameBytes(as: entry.keyID) == true }
    let isThere = named.contains { $0.thumbprint == entry.keyID }
    var check = Check(
      id: "key", title: "\(entry.keyID) \(role)", outcome: isThere ? .pass : .fail,
      actual: isThere ? entry.key.algorithm.rawValue : named.isEmpty ? "not served" : "another key under this kid",
      hint: isThere ? nil : loss)
    if isThere, named.count > 1 {
      check.outcome = .fail
      check.actual = "\(named.count) keys under this kid"
      check.hint = "Relying parties take one of them, and not all take the same."
    }
    return check
  }

  // MARK: Others

  private func foreign(_ set: JWKSet) -> Check {
    let known = Set(ring.entries.map(\.keyID))
    var strangers = set.keys.filter { !known.contains($0.thumbprint) }
      .map { $0.keyID.map { FetchError.quoted($0) } ?? "a key without a kid" }
    strangers += set.skipped.map {
      let name = $0.keyID.map { FetchError.quoted($0) } ?? "key \($0.index + 1)"
      return "\(name), which cannot be read (\(FetchError.quoted("\($0.error)")))"
    }
    let idle = ring.entries.filter { entry in
      ring.state(of: entry, at: now.seconds) == .expired && set.keys.contains { $0.thumbprint == entry.keyID }
    }
    var check = Check(id: "foreign-keys", title: "no other keys are served", outcome: .pass)
    if !strangers.isEmpty {
      check.outcome = ring.entries.isEmpty ? .unknown : .fail
      check.actual = Self.list(strangers)
      check.hint =
        "Whoever has their private parts signs tokens in your name. Keys of long ago, or of another machine that signs "
        + "for this issuer? Else take them out: publish and upload again."
    } else if !idle.isEmpty {
      check.actual = Self.list(idle.map(\.keyID))
      check.hint = "Nobody needs these any more: publish and upload again to leave them out."
    }
    return check
  }

  /// The first few names, and how many more there are.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
