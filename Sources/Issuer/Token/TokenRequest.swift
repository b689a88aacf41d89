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
  public var audit: AuditLine
}

/// A token that waits for its signature.
public struct UnsignedToken: Sendable, Equatable {
  /// What is signed: header and payload in base64url, with a dot between them (RFC 7515 §5.1).
  public let signingInput: [UInt8]
  private let audit: AuditLine

  init(header: JSONObject, claims: JSONObject, audit: AuditLine) {
    let text =
      Base64URL.encode(JSON.object(header).compact().utf8) + "." + Base64URL.encode(JSON.object(claims).compact().utf8)
    signingInput = Array(text.utf8)
    self.audit = audit
  }

  /// The token with its signature, in the form that a JWS has (RFC 7518 §3).
  public func signed(_ signature: [UInt8]) -> IssuedToken {
    IssuedToken(
      compact: String(decoding: signingInput, as: UTF8.self) + "." + Base64URL.encode(signature), audit: audit)
  }
}
