/// When a new key begins to sign, how long anybody may keep a JWKS, and when an old key may go.
///
/// The three hang together: a relying party that keeps a JWKS for as long as it may knows each key before it signs, and
/// the keys of the issuer hold a key for as long as a token of it may live.
public struct RotationSchedule: Sendable, Hashable {
  /// How long a new key is published before it signs, in seconds.
  public let publishedAhead: Int64
  /// The longest life of a token, in seconds.
  public let longestLifetime: Int64

  /// An hour ahead, and tokens of a day at most.
  public static let standard = RotationSchedule()

  /// Two minutes ahead, for replicas: each makes a key when it starts, and gives no tokens until that signs.
  public static let ofReplicas = RotationSchedule(publishedAhead: 120)

  /// How long a new key may have to be published before it signs, in seconds: up to thirty days.
  public static let publishedAheadBounds: ClosedRange<Int64> = 2...2_592_000

  public init(
    publishedAhead: Int64 = 3600, longestLifetime: Int64 = IssuerConfiguration.lifetimes.upperBound
  ) {
    self.publishedAhead = publishedAhead
    self.longestLifetime = longestLifetime
  }

  /// For how many seconds a JWKS may be kept: half of what a key is published ahead. A cache on the way may keep it as long
  /// again, and a replica or a file may be a little late.
  public var cacheLifetime: Int64 { publishedAhead / 2 }

  /// How long a key stays published after it has signed for the last time, in seconds: the longest life of a token, and
  /// five minutes for clocks that are late.
  public var publishedAfter: Int64 { longestLifetime + 300 }
}
