import JOSE

/// The claims that are registered (RFC 7519 §4.1, OpenID Connect Core §2 and §5.1, RFC 8693, RFC 9068), and those of
/// providers.
enum ClaimMeanings {
  static func meaning(of name: String, _ value: JSON, provider: Provider?) -> Meaning? {
    if name == "sub", let subject = value.stringValue, let provider,
      let explanation = SubjectExplanation.of(subject, provider: provider)
    {
      return Meaning("subject", explanation, type: .string)
    }
    if name == "aud", let audience = value.stringValue ?? value.arrayValue?.first?.stringValue,
      let explanation = audienceExplanation(audience)
    {
      return Meaning("audience", explanation, type: .audience)
    }
    if let provider, let meaning = ProviderClaims.meaning(of: name, provider: provider) { return meaning }
    return registered[name]
  }

  private static func audienceExplanation(_ audience: String) -> String? {
    if audience == "sts.amazonaws.com" { return "For AWS: the client ID of its OIDC provider must be this." }
    if audience == "api://AzureADTokenExchange" { return "For Microsoft Entra's federated credentials." }
    if audience == "sigstore" { return "For signing with Sigstore." }
    if audience == "vault.hashicorp.com" { return "For Vault, when the role's bound_audiences name it." }
    let path = audience.hasPrefix("https:") ? audience.dropFirst(6) : audience[...]
    if path.hasPrefix("//iam.googleapis.com/projects/") {
      return "For a workload identity pool of Google Cloud, by the name of its provider."
    }
    return nil
  }

  private static let registered: [String: Meaning] = [
    "iss": Meaning("issuer", "Who made the token. Relying parties compare it exactly.", type: .string),
    "sub": Meaning("subject", "Whom the token is about, in the words of its issuer.", type: .string),
    "aud": Meaning("audience", "Whom the token is for. Every other recipient must refuse it.", type: .audience),
    "exp": Meaning("expiry", "From this second on the token must be refused.", type: .time),
    "nbf": Meaning("not before", "Until this second the token must be refused.", type: .time),
    "iat": Meaning("issued at", "When the token was made.", type: .time),
    "jti": Meaning("token ID", "Names this one token, so that it can be told from a copy.", type: .string),
    "azp": Meaning("authorised party", "The party that the token was issued to.", type: .string),
    "auth_time": Meaning("authentication time", "When the person signed in.", type: .time),
    "updated_at": Meaning("profile updated", type: .time),
    "nonce": Meaning("nonce", "Binds the token to the request that it answers.", type: .string),
    "acr": Meaning("authentication class", "How well the person was authenticated.", type: .string),
    "amr": Meaning("authentication methods", "How the person was authenticated.", type: .strings),
    "at_hash": Meaning("access token hash", "Binds the access token that came with this one.", type: .string),
    "c_hash": Meaning("code hash", "Binds the code that came with this token.", type: .string),
    "sid": Meaning("session ID", type: .string),
    "scope": Meaning("scopes", "What the token may be used for.", type: .string),
    "client_id": Meaning("client ID", "The client that the token was issued to.", type: .string),
    "act": Meaning("actor", "Who acts on behalf of the subject (RFC 8693).", type: .object),
    "cnf": Meaning("confirmation", "The key that the holder must prove to have (RFC 7800).", type: .object),
    "roles": Meaning("roles"),
    "groups": Meaning("groups"),
    "name": Meaning("name", type: .string),
    "given_name": Meaning("given name", type: .string),
    "family_name": Meaning("family name", type: .string),
    "preferred_username": Meaning("user name", type: .string),
    "email": Meaning("email address", type: .string),
    "email_verified": Meaning("email verified", "Whether the issuer made sure of the address."),
    "picture": Meaning("picture", type: .string),
    "locale": Meaning("locale", type: .string),
    "zoneinfo": Meaning("time zone", type: .string),
    "phone_number": Meaning("phone number", type: .string),
    "hd": Meaning("hosted domain", type: .string),
  ]
}
