/// Whether a token's signature can be trusted, by which key, and why not.
public struct SignatureReport: Sendable, Hashable {
  public enum Outcome: String, Sendable, Hashable {
    case verified
    case refused
    /// There was nothing to decide with: no key, or the token is encrypted. Never to be shown as invalid.
    case notChecked
  }

  public let outcome: Outcome
  /// Why not; nil when the signature is verified.
  public let reason: SignatureRefusal?
  /// When the signature was refused for what it is made with, and not for what it is: whether the bare mathematics hold.
  /// Nil when that cannot be told, and when the outcome is not `refused`.
  public let wouldHold: Bool?
  /// The key that verified the signature, or the one that it was refused for.
  public let keyUsed: KeyReference?
  /// The keys that were tried, in their order in the set.
  public let attempts: [Attempt]
  /// What is to be said of the algorithm alone.
  public let algorithmCheck: AlgorithmCheck
  /// What people should know although it changes nothing.
  public let remarks: [Remark]

  /// A key, by its names.
  public struct KeyReference: Sendable, Hashable {
    public let keyID: String?
    public let thumbprint: String
    /// What kind of key it is, such as `an RSA key of 2048 bits`.
    public let summary: String

    public init(_ key: JWK) {
      keyID = key.keyID
      thumbprint = key.thumbprint
      summary = key.summary
    }
  }

  /// A key that was tried.
  public struct Attempt: Sendable, Hashable {
    public let key: KeyReference
    /// Why it was not taken, nil when it verified the signature.
    public let refusal: SignatureRefusal?

    public var keyID: String? { key.keyID }
    public var thumbprint: String { key.thumbprint }
    /// What came of it, in words.
    public var result: String { refusal?.description ?? "the signature is one of this key" }
  }

  public enum AlgorithmCheck: Sendable, Hashable {
    case accepted(SignatureAlgorithm)
    case refused(SignatureRefusal)
    /// The algorithm is one of encryption.
    case notApplicable
  }

  /// Something worth knowing about how the signature was verified.
  public enum Remark: Sendable, Hashable, CustomStringConvertible {
    /// The token has no `kid`: this many keys fitted, and were tried.
    case noKeyID(tried: Int)
    /// The keys have no `kid` to compare with that of the token.
    case keysWithoutID(tried: Int)
    /// The JWK is for a hash that is shorter than the token's, in the same scheme.
    case strongerHash(key: String, token: SignatureAlgorithm)

    public var description: String {
      switch self {
      case .noKeyID(let count): "the token has no kid: each key that fits was tried, \(count) in all"
      case .keysWithoutID(let count): "the keys have no kid: each one that fits was tried, \(count) in all"
      case .strongerHash(let key, let token):
        "the key is published for \(Excerpt.of(key)), and the token uses \(token.rawValue), with a longer hash; "
          + "some relying parties refuse that"
      }
    }
  }

  /// Checks the signature of a token.
  ///
  /// The token says with which algorithm and by which key it is signed. Both must go with a key of the set and with all
  /// that the key is published for. A key that the token brings along (`jwk`, `jku`, `x5c`, `x5u`) is never used.
  ///
  /// - Parameters:
  ///   - token: the token as it was read.
  ///   - keys: the keys to trust; nil or an empty set when there are none, and then nothing is verified.
  public init(verifying token: CompactToken, with keys: JWKSet?) {
    self = SignatureVerifier(token: token, keys: keys ?? JWKSet(keys: [])).report()
  }

  init(
    _ outcome: Outcome, reason: SignatureRefusal? = nil, wouldHold: Bool? = nil, keyUsed: KeyReference? = nil,
    attempts: [Attempt] = [], algorithmCheck: AlgorithmCheck, remarks: [Remark] = []
  ) {
    self.outcome = outcome
    self.reason = reason
    self.wouldHold = wouldHold
    self.keyUsed = keyUsed
    self.attempts = attempts
    self.algorithmCheck = algorithmCheck
    self.remarks = remarks
  }
}
