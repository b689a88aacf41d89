/// What a document is.
public enum DocumentKind: String, Sendable, CaseIterable {
  /// The trust policy of an AWS role.
  case awsRole = "aws-role"
  /// An OIDC provider of AWS IAM.
  case awsProvider = "aws-provider"
  /// Federated identity credentials of Entra ID.
  case entra
  /// A provider of a workload identity pool of Google Cloud.
  case googleProvider = "gcp-provider"
  /// An IAM policy of Google Cloud.
  case googlePolicy = "gcp-policy"
  case vaultConfig = "vault-config"
  case vaultRole = "vault-role"
  /// An AuthenticationConfiguration, or the manifest of an API server with `--oidc-` flags.
  case kubernetes
  case octoSTS = "octo-sts"
  case pypi
  /// Terraform's state or plan, from `terraform show -json`.
  case terraform

  /// What it is in words.
  var title: String {
    switch self {
    case .awsRole: "the trust policy of an AWS role"
    case .awsProvider: "an AWS OIDC provider"
    case .entra: "federated identity credentials of Entra ID"
    case .googleProvider: "a workload identity pool provider of Google Cloud"
    case .googlePolicy: "an IAM policy of Google Cloud"
    case .vaultConfig: "the configuration of Vault's JWT authentication"
    case .vaultRole: "a role of Vault's JWT authentication"
    case .kubernetes: "the authentication configuration of a Kubernetes API server"
    case .octoSTS: "a trust policy of octo-sts"
    case .pypi: "a trusted publisher of PyPI"
    case .terraform: "Terraform's state or plan"
    }
  }
}

/// Something that stands in a document and that is known by its shape.
protocol DocumentShape: Sendable {
  static var kind: DocumentKind { get }

  /// Whether a value looks like one. Must not be true for what another kind recognises, unless that one is asked first.
  static func recognises(_ node: DocumentNode) -> Bool

  /// All that the value holds: often one, of a list many.
  ///
  /// - Throws: ``DocumentError`` with the place of what is wrong.
  static func read(_ node: DocumentNode) throws(DocumentError) -> [Self]
}
