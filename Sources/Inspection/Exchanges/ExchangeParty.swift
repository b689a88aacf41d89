/// Who gives something for a token.
public enum ExchangeParty: String, Sendable, Hashable, CaseIterable {
  case aws
  case entra
  case gcp
  case vault
  /// Any token endpoint that exchanges tokens by RFC 8693.
  case rfc8693

  /// The name as its users write it.
  public var name: String {
    switch self {
    case .aws: "AWS"
    case .entra: "Entra ID"
    case .gcp: "Google Cloud"
    case .vault: "Vault"
    case .rfc8693: "the token endpoint"
    }
  }

  /// What it gives for a token.
  public var gift: String {
    switch self {
    case .aws: "credentials"
    case .entra, .gcp, .rfc8693: "an access token"
    case .vault: "a token of its own"
    }
  }
}
