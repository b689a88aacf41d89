import Inspection

/// When a token is renewed, and when a renewal that failed is tried again. Times in milliseconds.
enum RenewalPlan {
  /// The shortest time between two requests.
  static let shortestPause: Int64 = 1000
  /// The longest between two tries.
  static let longestPause: Int64 = 60_000
  /// The longest that a source can put off the next try.
  static let longestWish: Int64 = 3_600_000
  /// For a token that does not say until when it holds.
  static let pauseWithoutExpiry: Int64 = 300_000

  /// How long a token that just came is kept before the next one is requested: two thirds of what is left of its life, so
  /// that tries that fail have a third of it, and a little less by chance, so that many that began together part.
  ///
  /// - Parameter lifetime: what is left of its life, in seconds; nil when it does not say.
  static func pause(lifetime: Int64?) -> Int64 {
    guard let lifetime else { return pauseWithoutExpiry }
    let (whole, overflow) = max(0, lifetime).multipliedReportingOverflow(by: 1000)
    // What would last for ages is looked at after a year.
    let kept = min(overflow ? Int64.max : whole, 365 * 86_400_000) / 3 * 2
    return max(shortestPause, kept - Int64.random(in: 0...(kept / 20)))
  }

  /// How long to wait after so many failures, one at least: twice as long each time, up to a minute, and between a half
  /// and the whole of it by chance.
  ///
  /// - Parameter wish: for how many seconds the source does not want to be asked.
  static func pause(afterFailures count: Int, wish: Int64?) -> Int64 {
    let longest = min(longestPause, shortestPause << Int64(min(max(count, 1) - 1, 10)))
    let own = Int64.random(in: longest / 2...longest)
    let wish = min(max(wish ?? 0, 0), longestWish / 1000) * 1000
    return max(own, wish)
  }
}
