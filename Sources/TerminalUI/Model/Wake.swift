import Inspection

/// How long after its end a token still counts the seconds.
enum RecentPast {
  static let seconds: Int64 = 3600
}

extension Model {
  /// Whether the screen shows a countdown: a token that ends in the future or ended in the last hour, or one that is
  /// not valid yet. Otherwise nothing on it changes by itself and no clock is shown.
  var isTicking: Bool {
    entries.contains { isShown($0) && isTicking($0) } || isExchangeTicking
  }

  /// Whether what an exchange brought still counts its seconds on the screen.
  private var isExchangeTicking: Bool {
    guard case .done(let outcome)? = exchangeView?.stage,
      case .gave(_, let expiry?) = outcome.report.result
    else { return false }
    return expiry > now.timestamp
  }

  private func isTicking(_ entry: Entry) -> Bool {
    let now = now.timestamp
    guard let token = entry.token else { return false }
    // The list counts for the token as it was signed, the rest of the screen for what is supposed of it.
    return [token.inspection.times, token.shown.times].contains { times in
      if let left = times.remaining(at: now), left > -RecentPast.seconds { return true }
      return times.notBefore.map { $0 > now } ?? false
    }
  }

  /// When the screen changes by itself next: at the beginning of a second while something counts, earlier for a spinner
  /// or the end of a message; nil when only the person can change it.
  public var nextWake: Moment? {
    var wake: Moment? = isTicking ? now.nextSecond : nil
    func earlier(_ moment: Moment) { wake = wake.map { min($0, moment) } ?? moment }
    if let toast = log.current { earlier(toast.endsAt) }
    // Questions that were put off, so that no key had to wait for them.
    if waitsForVerdicts { earlier(now.adding(milliseconds: 1)) }
    /// The next turn of a spinner.
    func turn(since: Moment) {
      let passed = max(0, now.milliseconds - since.milliseconds)
      earlier(
        since.adding(milliseconds: passed < 150 ? 150 : (passed / Spinner.milliseconds + 1) * Spinner.milliseconds))
    }
    for entry in entries where isShown(entry) {
      if let pending = entry.pending { turn(since: pending.since) }
    }
    if case .running(_, let since, _)? = exchangeView?.stage { turn(since: since) }
    // A request that fails is tried again after a pause, even when nothing else ticks.
    if options.renewsAutomatically {
      // Tokens of the issuers that are not shown are kept fresh too.
      if entries.contains(where: { !isShown($0) && $0.pending == nil && isTicking($0) }) { earlier(now.nextSecond) }
      for entry in entries where entry.token != nil && entry.pending == nil {
        if let next = entry.renewNotBefore, next > now { earlier(next) }
      }
    }
    return wake
  }
}
