/// Why a replica serves no documents, or signs no tokens, now.
public enum FleetUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
  /// It has not joined yet; nil when it is not known for how long, else in seconds.
  case joining(seconds: Int64?)
  /// There is no key in the whole fleet.
  case noKeys
  /// It was out of touch with etcd for longer than the grace.
  case cutOff
  /// It is out of touch with etcd for that many seconds: long enough for a revocation not to be known here.
  case outOfTouch(seconds: Int64)
  /// Its key waits until these replicas hold it.
  case keyWaits(replicas: [String])
  /// Its key is published, and signs in so many seconds.
  case keySignsIn(seconds: Int64)
  /// etcd has lost records; no key may begin to sign until those replicas are gone that may not know it.
  case settling
  /// etcd has lost the key, or its lease was not renewed.
  case keyNotVisible
  case replaced
  case left

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .joining: "fleet-joining"
    case .noKeys: "fleet-no-keys"
    case .cutOff: "fleet-cut-off"
    case .outOfTouch: "fleet-out-of-touch"
    case .keyWaits: "fleet-key-waits"
    case .keySignsIn: "fleet-key-signs-later"
    case .settling: "fleet-settling"
    case .keyNotVisible: "fleet-key-not-visible"
    case .replaced: "fleet-replaced"
    case .left: "fleet-left"
    }
  }

  /// When to ask again, in seconds.
  public var retryAfter: Int64 {
    switch self {
    case .joining(let seconds?), .keySignsIn(let seconds): max(1, min(seconds, 3600))
    case .settling: 60
    case .joining(nil), .noKeys, .cutOff, .outOfTouch, .keyWaits, .keyNotVisible, .replaced, .left: 5
    }
  }

  public var description: String {
    switch self {
    case .joining(let seconds?):
      "This replica is joining the fleet: it serves in about \(seconds) \(seconds == 1 ? "second" : "seconds")."
    case .joining(nil): "This replica is joining the fleet, and has not heard from etcd yet."
    case .noKeys: "There is no key in the fleet yet."
    case .cutOff:
      "This replica was out of touch with etcd for longer than --cluster-grace, and cannot know whether its JWKS is complete."
    case .outOfTouch(let seconds):
      "This replica is out of touch with etcd for \(seconds) seconds; it signs no tokens, since it would not know of revocations."
    case .keyWaits(let replicas):
      "The key of this replica waits until it is held by \(replicas.joined(separator: ", ")). If that replica is gone for good: idp replicas forget NAME."
    case .keySignsIn(let seconds):
      "The key of this replica is published, and signs in \(seconds) \(seconds == 1 ? "second" : "seconds"), when all copies of an older JWKS have expired."
    case .settling:
      "etcd has lost records; no key begins to sign before all replicas have come back or --cluster-grace is over."
    case .keyNotVisible: "The key of this replica is not in etcd as it should be; it is being written again."
    case .replaced:
      "Another process has started under the name of this replica. Give each a name of its own: --replica NAME."
    case .left: "This replica has left the fleet."
    }
  }
}
