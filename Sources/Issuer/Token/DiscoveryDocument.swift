import JOSE

/// What a relying party reads first: the issuer's metadata (OpenID Connect Discovery 1.0 §3).
public enum DiscoveryDocument {
  /// The document of an issuer. It names what there is and nothing else.
  ///
  /// - Parameters:
  ///   - algorithms: those of the keys that are published, in any order.
  ///   - isServed: whether a server answers token requests (RFC 8693), and is not only a host of files.
  public static func make(
    issuer: IssuerURL, algorithms: [SignatureAlgorithm], isServed: Bool = false
  ) -> JSONObject {
    var named: [SignatureAlgorithm] = []
    // Discovery §3 demands RS256 in this list whatever the keys are.
    for algorithm in [.rs256] + algorithms where !named.contains(algorithm) { named.append(algorithm) }
    var document: JSONObject = ["issuer": JSON(issuer.text)]
    if isServed {
      // Discovery §3 demands an authorization endpoint. Ours answers that it authorises nobody.
      document.set("authorization_endpoint", to: JSON(issuer.authorizationURL))
      document.set("token_endpoint", to: JSON(issuer.tokenURL))
    }
    document.set("jwks_uri", to: JSON(issuer.jwksURL))
    document.set("response_types_supported", to: ["id_token"])
    if isServed {
      document.set("grant_types_supported", to: ["urn:ietf:params:oauth:grant-type:token-exchange"])
      document.set("token_endpoint_auth_methods_supported", to: ["none"])
    }
    document.set("subject_types_supported", to: ["public"])
    document.set("id_token_signing_alg_values_supported", to: .array(named.map { JSON($0.rawValue) }))
    document.set("scopes_supported", to: ["openid"])
    document.set(
      "claims_supported",
      to: ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "name", "email", "email_verified"])
    return document
  }
}
