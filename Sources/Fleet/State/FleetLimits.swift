import Issuer

/// How long things last in a fleet, in milliseconds unless it says otherwise.
struct FleetLimits: Sendable, Equatable {
  /// How long the record of a member outlives its last renewal.
  let grace: Int64
  /// By how much sooner the member itself stops: a server of etcd that has just lost its office may have taken the renewal.
  let graceMargin: Int64
  /// How old the last reading may be when a token is signed.
  let freshness: Int64
  /// How long a new member waits before it acts. It is longer than ``freshness``: whoever signs with a key that etcd has
  /// lost has noticed by then.
  let settlingIn: Int64
  /// How long a new key is published before it signs.
  let publishedAhead: Int64
  /// The lease of a key: it outlives each token, each copy of a JWKS, and ten minutes more.
  let keyLease: Int64
  /// How often the lease of a key is renewed.
  let keyRenewal: Int64
  /// How old its last renewal may be when a token is signed: the rest of the ten minutes is for clocks that differ.
  let keyRenewalAge: Int64 = 120_000
  /// By how many seconds the clocks of two replicas may differ.
  let skew: Int64 = 300
  /// How often all workspaces are read, and not only those that have changed.
  let wholeReading: Int64 = 60_000

  init(_ schedule: RotationSchedule, grace: Int64, freshness: Int64) {
    self.grace = grace * 1000
    graceMargin = min(60_000, max(1000, grace * 100))
    self.freshness = freshness * 1000
    settlingIn = self.freshness + 1000
    publishedAhead = schedule.publishedAhead * 1000
    keyLease = (max(schedule.longestLifetime, schedule.publishedAhead) + 600) * 1000
    keyRenewal = 20_000
  }
}
