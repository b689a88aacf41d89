import Inspection

/// What the errors of Vault's and OpenBao's JWT login mean.
extension VaultExchange {
  /// Vault's own client asks again for these: 412 is a node that has not caught up yet.
  static func isRetryable(_ refusal: ExchangeRefusal) -> Bool {
    refusal.status == 412 || (refusal.status >= 500 && refusal.status != 501)
  }

  static let explanations: [ExchangeExplanation.Row] = [
    .init(
      nil, "missing role", "No role was named, and the auth method has no default_role.", "Name one: --role"),
    .init(nil, "could not be found", "There is no such role at this mount.", "Check --role and --mount."),
    .init(
      nil, "oidc role_type is not allowed", "The role is for logins in a browser (role_type oidc).",
      "Take a role with role_type jwt."),
    .init(nil, "no handler for route", "There is no auth method at this path.", "Check --mount, and the namespace."),
    .init(
      nil, "missing client token",
      "There is no auth method at this path: for what it does not know, Vault wants a token of its own.",
      "Check --mount, and the namespace."),
    .init(
      nil, "could not load configuration", "The auth method is not configured.",
      "Configure it: vault write auth/jwt/config oidc_discovery_url=ISSUER"),
    .init(
      nil, "unexpected algorithm", "The token is signed with an algorithm that jwt_supported_algs leaves out.",
      "Allow it in auth/jwt/config, or sign with another."),
    .init(
      nil, "invalid issuer (iss)", "The token's iss is not the bound_issuer; it is compared byte for byte.",
      "Correct bound_issuer in auth/jwt/config, a slash at the end included."),
    .init(
      nil, "invalid subject (sub)", "The token's sub is not the bound_subject of the role.",
      "Correct the role, or take another: idp explain CONFIG.json ROLE.json --token TOKEN"),
    .init(
      nil, "no audiences bound to the role", "The token has an audience, and the role has no bound_audiences.",
      "Set bound_audiences of the role."),
    .init(
      nil, "invalid audience (aud)", "None of the token's audiences is in bound_audiences of the role.",
      "Request the token for one of them, or add its audience."),
    .init(
      nil, "token is expired", "By Vault's clock the token has ended, by more than its leeway.",
      "Request a new one; check the clock.", isAboutTime: true),
    .init(
      nil, "token not yet valid", "By Vault's clock the token does not hold yet.", "Check the clock of the issuer.",
      isAboutTime: true),
    .init(
      nil, "issued in the future", "By Vault's clock the token is not issued yet.", "Check the clock of the issuer.",
      isAboutTime: true),
    .init(
      nil, "error verifying token signature", "Vault has no key of the issuer's with which the signature holds.",
      "Check that it can fetch the JWKS and that the token's kid is in it: idp publish --check ISSUER"),
    .init(
      nil, "does not match any associated bound claim", "A claim is none of the values that bound_claims allows.",
      "Hold the token against the role: idp explain CONFIG.json ROLE.json --token TOKEN"),
    .init(
      nil, "is missing", "The token lacks a claim that bound_claims names.",
      "Hold the token against the role: idp explain CONFIG.json ROLE.json --token TOKEN"),
    .init(
      nil, "not found in token", "The token lacks the claim that the role's user_claim names.",
      "Set user_claim to one that it has, such as sub."),
    .init(
      nil, "collides with registered claim",
      "The token has a claim whose name differs from a registered one by case only.",
      "Have the issuer leave it out."),
    .init(nil, "Vault is sealed", "The server is sealed, and does nothing until it is opened.", "Ask its operators."),
    .init(
      nil, "permission denied",
      "There is no JWT auth method at this mount (that is how OpenBao answers where it knows none), the namespace is "
        + "another, or the role's token_bound_cidrs leave this address out.",
      "Check --mount and --namespace, then the role."),
  ]
}
