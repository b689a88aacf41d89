import JOSE

/// Keys, and where they come from.
public struct KeySource: Sendable {
  public let keys: JWKSet
  /// Where the keys come from: `https://idp.acme.dev/jwks.json`, `embedded issuer`, `file keys.json`.
  public let origin: String
  /// When they were fetched; nil for keys that do not age.
  public let fetchedAt: Timestamp?
  /// Whether they come from a cache that should have been renewed.
  public let stale: Bool
  /// What else to know about them, such as why they could not be renewed.
  public let note: String?

  public init(keys: JWKSet, origin: String, fetchedAt: Timestamp? = nil, stale: Bool = false, note: String? = nil) {
    self.keys = keys
    self.origin = origin
    self.fetchedAt = fetchedAt
    self.stale = stale
    self.note = note
  }
}

/// What a token is held against.
public struct InspectionOptions: Sendable {
  /// The keys to verify with; nil when there are none, and then the signature is not checked.
  public var keys: KeySource?
  /// Why there are no keys.
  public var keysProblem: String?
  /// The issuer that `iss` must name, byte for byte; nil when nobody asked.
  public var issuer: String?
  /// The audiences of which `aud` must name one; empty when nobody asked.
  public var audiences: [String]
  /// By how many seconds clocks may differ. Nothing is granted unless asked for.
  public var leeway: Int64

  public init(
    keys: KeySource? = nil, keysProblem: String? = nil, issuer: String? = nil, audiences: [String] = [],
    leeway: Int64 = 0
  ) {
    self.keys = keys
    self.keysProblem = keysProblem
    self.issuer = issuer
    self.audiences = audiences
    self.leeway = max(leeway, 0)
  }
}
