import JOSE

/// The issuer's keys over time: which one signs, and which ones are published.
///
/// The keys sign in turn, whatever their algorithms. A key is published from the moment it exists. It signs from
/// `signsFrom` until the next one does, and it stays published until the last token that it can have signed has expired.
/// So at every instant each unexpired token verifies with the keys that are published, also for a relying party that has
/// kept its copy of the JWKS for as long as it may (``RotationSchedule/cacheLifetime``).
public struct KeyRing: Sendable {
  /// A key with its times, in seconds since 1970.
  public struct Entry: Sendable {
    public let key: RingKey
    public let created: Int64
    public let signsFrom: Int64

    public init(key: RingKey, created: Int64, signsFrom: Int64) {
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

  /// The keys, oldest first.
  public private(set) var entries: [Entry]

  public init(entries: [Entry] = []) {
    self.entries = entries.sorted { ($0.signsFrom, $0.created) < ($1.signsFrom, $1.created) }
  }

  /// The state of a key of this ring.
  public func state(of entry: Entry, at now: Int64) -> State {
    guard entry.signsFrom <= now else { return .next(signsFrom: entry.signsFrom) }
    let later = entries.drop { $0.keyID != entry.keyID }.dropFirst()
    guard let successor = later.first, successor.signsFrom <= now else { return .signing }
    let end = successor.signsFrom + RotationSchedule.standard.publishedAfter
    return now < end ? .retired(publishedUntil: end) : .expired
  }

  /// The key that signs at that instant; nil only before the first one.
  public func signer(at now: Int64) -> Entry? { entries.last { $0.signsFrom <= now } }

  /// The key that is to sign next; nil when no rotation is under way.
  public func waiting(at now: Int64) -> Entry? { entries.first { $0.signsFrom > now } }

  /// The public keys that a relying party may need at that instant: the one that signs, those that will, and those that did.
  public func publishedKeys(at now: Int64) -> JWKSet {
    JWKSet(keys: entries.filter { state(of: $0, at: now) != .expired }.map(\.key.jwk))
  }

  /// Whether tokens are signed with the algorithm, or are going to be.
  func isSigning(with algorithm: SignatureAlgorithm, at now: Int64) -> Bool {
    signer(at: now)?.key.algorithm == algorithm
      || entries.contains { $0.key.algorithm == algorithm && $0.signsFrom > now }
  }

  /// Adds a key of the algorithm. The very first one signs at once; a later one when it has been published for long enough,
  /// and a rotation that is under way already is left as it is.
  ///
  /// - Parameters:
  ///   - publishedAhead: how long it is published before it signs, in seconds.
  ///   - atOnce: it signs from now on, whoever may not know it yet: for when the old key is in wrong hands.
  ///   - dropsOthers: the other keys are taken out with it, and the tokens that they signed verify no more.
  /// - Returns: the entry that was added, nil when a key was waiting already.
  @discardableResult
  public mutating func rotate(
    _ algorithm: SignatureAlgorithm, at now: Int64,
    publishedAhead: Int64 = RotationSchedule.standard.publishedAhead, atOnce: Bool = false, dropsOthers: Bool = false
  ) throws(KeyError) -> Entry? {
    let isFirst = signer(at: now) == nil
    let isUnderWay = entries.contains { $0.key.algorithm == algorithm && $0.signsFrom > now }
    guard isFirst || atOnce || !isUnderWay else { return nil }
    let key = try SigningKey.generate(algorithm)
    if dropsOthers { entries = [] }
    return add(key, created: now, signsFrom: isFirst || atOnce ? now : now + publishedAhead)
  }

  /// Adds a key that exists already.
  @discardableResult
  mutating func add(_ key: SigningKey, created: Int64, signsFrom: Int64) -> Entry {
    let entry = Entry(key: .here(key), created: created, signsFrom: signsFrom)
    self = KeyRing(entries: entries + [entry])
    return entry
  }

  /// Takes out the keys that no unexpired token can need.
  public mutating func prune(at now: Int64) {
    entries = entries.filter { state(of: $0, at: now) != .expired }
  }
}
