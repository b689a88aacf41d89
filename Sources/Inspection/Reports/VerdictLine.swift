import JOSE

/// The verdict that always stands below a token: shape, signature, time and trust, each judged apart and in words.
public struct VerdictLine: Sendable {
  /// One of the four.
  public struct Part: Sendable, Hashable {
    public let name: Name
    public let word: Word
    /// Why, in a few words, harmless to show; empty when there is nothing to add.
    public let detail: String

    public init(name: Name, word: Word, detail: String) {
      self.name = name
      self.word = word
      self.detail = detail
    }
  }

  public enum Name: String, Sendable, CaseIterable { case shape, signature, time, trust }

  public enum Word: String, Sendable, CaseIterable {
    case ok
    case bad
    /// There was nothing to check with, or nobody asked. Never to be shown as bad.
    case notChecked = "not checked"
    /// It cannot be told.
    case unknown
  }

  /// The four parts, in the order of ``Name``.
  ///
  /// - Parameter policies: what relying parties decide, where that is known.
  public static func of(_ inspection: Inspection, at now: Timestamp, policies: [Check] = []) -> [Part] {
    let checks = inspection.checks(at: now)
    func check(_ id: String) -> Check? { checks.first { $0.id == id } }
    return [
      shape(check("format")), signature(inspection, check("signature")),
      Part(name: .time, word: timeWord(inspection, checks.suffix(3)), detail: inspection.timeInWords(at: now)),
      trust([check("issuer"), check("audience")].compactMap(\.self), policies),
    ]
  }

  private static func shape(_ check: Check?) -> Part {
    let isGood = check?.outcome == .pass
    return Part(name: .shape, word: isGood ? .ok : .bad, detail: check?.actual ?? "")
  }

  private static func signature(_ inspection: Inspection, _ check: Check?) -> Part {
    let word: Word =
      switch inspection.signature.outcome {
      case .verified: .ok
      case .refused: .bad
      case .notChecked: inspection.token.kind == .jwe ? .unknown : .notChecked
      }
    return Part(name: .signature, word: word, detail: check?.actual ?? "")
  }

  private static func timeWord(_ inspection: Inspection, _ checks: ArraySlice<Check>) -> Word {
    if checks.contains(where: { $0.outcome == .fail }) { return .bad }
    guard inspection.token.hasWholeClaims else { return .unknown }
    return checks.contains { $0.outcome == .pass } ? .ok : .unknown
  }

  private static func trust(_ checks: [Check], _ policies: [Check]) -> Part {
    if let failed = checks.first(where: { $0.outcome == .fail }) {
      return Part(name: .trust, word: .bad, detail: "the \(failed.title) is not the expected one")
    }
    if let part = Part(policies: policies) { return part }
    if checks.contains(where: { $0.outcome == .unknown }) { return Part(name: .trust, word: .unknown, detail: "") }
    let passed = checks.filter { $0.outcome == .pass }.map(\.title)
    guard !passed.isEmpty else { return Part(name: .trust, word: .notChecked, detail: "") }
    return Part(name: .trust, word: .ok, detail: "\(passed.joined(separator: " and ")) as expected")
  }
}

extension VerdictLine.Part {
  /// What policies decide, all of them in a word; nil without any.
  ///
  /// - Parameter policies: one check for each, with its name as the title.
  public init?(policies: [Check]) {
    func all(_ outcome: Check.Outcome) -> [Check] { policies.filter { $0.outcome == outcome } }
    func words(_ some: [Check], _ one: String, _ several: String) -> String {
      some.count == 1 ? "\(some[0].title) \(one)" : "\(some.count) of \(policies.count) \(several)"
    }
    let (refusing, open) = (all(.fail), all(.unknown))
    if policies.isEmpty { return nil }
    if !refusing.isEmpty {
      self.init(name: .trust, word: .bad, detail: words(refusing, "refuses it", "policies refuse it"))
    } else if !open.isEmpty {
      self.init(name: .trust, word: .unknown, detail: words(open, "cannot be told", "cannot be told"))
    } else {
      let count = policies.count
      self.init(
        name: .trust, word: .ok,
        detail: count == 1 ? "\(policies[0].title) accepts it" : "all \(count) policies accept it")
    }
  }
}

extension Inspection {
  /// What the time says, in words: `expires in 59m 12s (2026-11-23 13:00:48Z)`, `expired 3m 2s ago (...)`.
  ///
  /// - Parameter utcOffset: seconds east of UTC.
  public func timeInWords(at now: Timestamp, utcOffset: Int = 0) -> String {
    if token.kind == .jwe { return "the claims are encrypted" }
    guard token.claims != nil else { return "there are no claims to read" }
    if let problem = times.problems.first { return problem.description }
    func clock(_ moment: Timestamp) -> String { moment.display(utcOffset: utcOffset) }
    if let expiry = times.expiry, now >= expiry {
      return "expired \(Countdown.text(now.distance(to: expiry))) ago (\(clock(expiry)))"
    }
    if let notBefore = times.notBefore, now < notBefore {
      return "not valid for another \(Countdown.text(now.distance(to: notBefore))) (\(clock(notBefore)))"
    }
    if let issuedAt = times.issuedAt, now < issuedAt {
      return "issued \(Countdown.text(now.distance(to: issuedAt))) in the future (\(clock(issuedAt)))"
    }
    guard token.hasWholeClaims else { return "the claims cannot be read to their end" }
    guard let expiry = times.expiry else { return "does not expire" }
    guard expiry.isInCalendar else { return "expires \(clock(expiry))" }
    return "expires in \(Countdown.text(now.distance(to: expiry))) (\(clock(expiry)))"
  }
}
