/// Who decides whether a token is good for something.
public enum RelyingParty: String, Sendable, Hashable, CaseIterable {
  case aws
  case entra
  case gcp
  case vault
  case kubernetes
  case octoSTS = "octo-sts"
  case pypi

  /// The name as its users write it.
  public var name: String {
    switch self {
    case .aws: "AWS"
    case .entra: "Entra ID"
    case .gcp: "Google Cloud"
    case .vault: "Vault"
    case .kubernetes: "Kubernetes"
    case .octoSTS: "octo-sts"
    case .pypi: "PyPI"
    }
  }
}
