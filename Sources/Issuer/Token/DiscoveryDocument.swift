import JOSE

/// What a relying party reads first: the issuer's metadata (OpenID Connect Discovery 1.0 §3).
public enum DiscoveryDocument {
  /// The document of an issuer. It names what there is and nothing else.
  ///
  /// - Parameter algorithms: those of the keys that are published.
  public static func make(issuer: IssuerURL, algorithms: [SignatureAlgorithm]) -> JSONObject {
    // Discovery §3 demands RS256 in this list whatever the keys are.
    let named = [.rs256] + algorithms.filter { $0 != .rs256 }
    return [
      "issuer": JSON(issuer.text),
      "jwks_uri": JSON(issuer.jwksURL),
      "response_types_supported": ["id_token"],
      "grant_types_supported": [],
      "subject_types_supported": ["public"],
      "id_token_signing_alg_values_supported": .array(named.map { JSON($0.rawValue) }),
      "scopes_supported": ["openid"],
      "claims_supported": [
        "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "name", "email", "email_verified",
      ],
    ]
  }
}
