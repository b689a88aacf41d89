import JOSE

/// The issuer's keys over time: which one signs, and which ones are published.
///
/// A key is published from the moment it exists. It signs from `signsFrom` until a later key of its algorithm does, and it
/// stays published until the last token that it can have signed has expired. So at every instant each unexpired token
/// verifies with the keys that are published, also for a relying party whose copy of the JWKS is an hour old.
/// Only the first key of an algorithm signs at once: after a change of algorithm such a copy lacks it.
public struct KeyRing: Sendable {
  /// A key with its times, in seconds since 1970.
  public struct Entry: Sendable {
    public let key: SigningKey
    public let created: Int64
    public let signsFrom: Int64

    public init(key: SigningKey, created: Int64, signsFrom: Int64) {
      self.key = key
      self.created = created
      self.signsFrom = signsFrom
    }

    /// The RFC 7638 thumbprint, which is the key's `kid`.
    public var keyID: String { key.jwk.thumbprint }
  }

  /// Where a key stands at some instant.
  public enum State: Sendable, Equatable {
    /// Published; signs from then on.
    case next(signsFrom: Int64)
    case signing
    /// Signs no more; published until then.
    case retired(publishedUntil: Int64)
    /// No unexpired token can need it.
    case expired

    /// The state in one word.
    public var name: String {
      switch self {
      case .next: "next"
      case .signing: "signing"
      case .retired: "retired"
      case .expired: "expired"
      }
    }
  }

  /// How long a new key is published before it signs: an hour, for as long relying parties may keep a JWKS.
  public static let publishedAhead: Int64 = 3600

  /// How long a key stays published after it has signed for the last time: the longest life of a token, and five minutes
  /// for clocks that are late.
  static let publishedAfter: Int64 = IssuerConfiguration.lifetimes.upperBound + 300

  /// The keys, oldest first.
  public private(set) var entries: [Entry]

  public init(entries: [Entry] = []) {
    self.entries = entries.sorted { ($0.signsFrom, $0.created) < ($1.signsFrom, $1.created) }
  }

  /// The state of a key of this ring.
  public func state(of entry: Entry, at now: Int64) -> State {
    guard entry.signsFrom <= now else { return .next(signsFrom: entry.signsFrom) }
    let successor = entries.first {
      $0.key.algorithm == entry.key.algorithm && $0.signsFrom > entry.signsFrom && $0.signsFrom <= now
    }
    guard let successor else { return .signing }
    let end = successor.signsFrom + Self.publishedAfter
    return now < end ? .retired(publishedUntil: end) : .expired
  }

  /// The key that signs with the algorithm at that instant.
  public func signingKey(_ algorithm: SignatureAlgorithm, at now: Int64) -> SigningKey? {
    entries.last { $0.key.algorithm == algorithm && $0.signsFrom <= now }?.key
  }

  /// The public keys that a relying party may need at that instant: those that sign, those that will, and those that did.
  public func publishedKeys(at now: Int64) -> JWKSet {
    JWKSet(keys: entries.filter { state(of: $0, at: now) != .expired }.map(\.key.jwk))
  }

  /// Adds a key of the algorithm. The first one signs at once; a later one an hour from now, and a rotation that is under
  /// way already is left as it is.
  ///
  /// - Returns: the entry that was added, nil when a key was waiting already.
  @discardableResult
  public mutating func rotate(_ algorithm: SignatureAlgorithm, at now: Int64) throws(KeyError) -> Entry? {
    let isFirst = signingKey(algorithm, at: now) == nil
    let isUnderWay = entries.contains { $0.key.algorithm == algorithm && $0.signsFrom > now }
    guard isFirst || !isUnderWay else { return nil }
    return add(
      try SigningKey.generate(algorithm), created: now, signsFrom: isFirst ? now : now + Self.publishedAhead)
  }

  /// Adds a key that exists already.
  @discardableResult
  mutating func add(_ key: SigningKey, created: Int64, signsFrom: Int64) -> Entry {
    let entry = Entry(key: key, created: created, signsFrom: signsFrom)
    self = KeyRing(entries: entries + [entry])
    return entry
  }

  /// Takes out the keys that no unexpired token can need.
  public mutating func prune(at now: Int64) {
    entries = entries.filter { state(of: $0, at: now) != .expired }
  }
}
