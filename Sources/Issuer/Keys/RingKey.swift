import JOSE

/// A key of the ring: its private part is here, or where it never leaves.
public enum RingKey: Sendable {
  case here(SigningKey)
  case transit(TransitKey)

  /// The key, when its private part is here.
  public var signingKey: SigningKey? {
    if case .here(let key) = self { key } else { nil }
  }

  /// The key as others see it.
  public var jwk: JWK {
    switch self {
    case .here(let key): key.jwk
    case .transit(let key): key.jwk
    }
  }

  public var algorithm: SignatureAlgorithm {
    switch self {
    case .here(let key): key.algorithm
    case .transit(let key): key.algorithm
    }
  }
}

/// A version of a key in the transit engine of OpenBao or Vault, which signs and never hands the private part out.
public struct TransitKey: Sendable {
  /// The version's number, from 1.
  public let version: Int
  public let algorithm: SignatureAlgorithm
  /// The public key: `kid` is the thumbprint, `alg` the algorithm, `use` is `sig`.
  public let jwk: JWK

  /// - Parameter key: the public key, as it was read.
  /// - Throws: ``KeyError`` when the key does not fit the algorithm, or is weak.
  public init(version: Int, key: JWK, algorithm: SignatureAlgorithm) throws(KeyError) {
    self.version = version
    self.algorithm = algorithm
    jwk = try key.published(for: algorithm)
  }
}

extension KeyRing {
  /// The ring of a transit key. Its versions sign in turn, each when it has been published for long enough: when that is,
  /// the time of its making tells to everybody alike, so nothing has to be kept.
  ///
  /// - Parameters:
  ///   - versions: the versions with the times when they were made, in seconds since 1970.
  ///   - publishedAhead: how long a version is published before it signs, in seconds.
  public init(versions: [(key: TransitKey, created: Int64)], publishedAhead: Int64) {
    let first = versions.map(\.key.version).min()
    self.init(
      entries: versions.map { version in
        Entry(
          key: .transit(version.key), created: version.created,
          signsFrom: version.key.version == first ? version.created : version.created + publishedAhead)
      })
  }
}
