import Issuer
import JOSE

/// A ring in memory with what is published of it; the published set has a new number whenever it is another one.
struct KeyShelf: Sendable {
  var ring: KeyRing
  private(set) var published = PublishedKeys(keys: JWKSet(keys: []), version: 0)

  init(_ ring: KeyRing) { self.ring = ring }

  /// The key that signs. A clock that was set back may be before the first key; that one signs then.
  func signer(at now: Int64) -> KeyRing.Entry? { ring.signer(at: now) ?? ring.entries.first }

  /// Brings what is published up to date.
  mutating func publish(at now: Int64, _ log: (ServerEvent) -> Void) {
    let keys = ring.publishedKeys(at: now)
    let kids = keys.keys.map(\.thumbprint)
    guard published.version == 0 || kids != published.keys.keys.map(\.thumbprint) else { return }
    published = PublishedKeys(keys: keys, version: published.version + 1)
    log(.keysPublished(keyIDs: kids))
  }
}

extension KeyRing {
  /// Whether a new key is to be made, when that is done so often, in seconds.
  func isDue(every interval: Int64, at now: Int64) -> Bool {
    guard waiting(at: now) == nil, let newest = entries.map(\.created).max() else { return false }
    return now - newest >= interval
  }
}
