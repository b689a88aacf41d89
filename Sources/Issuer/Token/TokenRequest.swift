import JOSE

/// What somebody asks the issuer for.
public struct TokenRequest: Sendable, Equatable {
  /// The relying parties that the token is for; the first one is its `azp`. At least one.
  public var audiences: [String]
  /// How long the token is to live, in seconds; nil for the issuer's own.
  public var lifetime: Int64?
  /// Claims for this token alone.
  public var claims: JSONObject

  public init(audiences: [String], lifetime: Int64? = nil, claims: JSONObject = JSONObject()) {
    self.audiences = audiences
    self.lifetime = lifetime
    self.claims = claims
  }
}

/// A token with what was written down about it.
public struct IssuedToken: Sendable, Equatable {
  /// The compact JWS. A secret until it has expired.
  public let compact: String
  public let audit: AuditLine
}
