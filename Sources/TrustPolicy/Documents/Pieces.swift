import Inspection

/// What stands in the documents, sorted; then put together to configurations of relying parties.
struct Pieces {
  var awsRoles: [AWSRole] = []
  var awsProviders: [AWSProvider] = []
  var entraCredentials: [EntraCredentials] = []
  var googleProviders: [GoogleProvider] = []
  var googlePolicies: [GooglePolicy] = []
  var vaultConfigs: [VaultConfig] = []
  var vaultRoles: [VaultRole] = []
  var kubernetes: [KubernetesAuthentication] = []
  var octoSTS: [OctoSTSPolicy] = []
  var pypi: [PyPIPublishers] = []

  // MARK: Reading

  mutating func read(_ document: Document, as kind: DocumentKind?) throws(DocumentError) {
    for root in document.roots { try read(root, as: kind) }
  }

  private mutating func read(_ node: DocumentNode, as kind: DocumentKind?) throws(DocumentError) {
    guard let kind = kind ?? Self.kind(of: node) else {
      throw node.error(
        "this is no document that idp knows",
        remedy: "It knows \(DocumentKind.allCases.map(\.title).joined(separator: ", ")). "
          + "Name one with --as: \(DocumentKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    switch kind {
    case .awsRole: awsRoles += try AWSRole.read(node)
    case .awsProvider: awsProviders += try AWSProvider.read(node)
    case .entra: entraCredentials += try EntraCredentials.read(node)
    case .googleProvider: googleProviders += try GoogleProvider.read(node)
    case .googlePolicy: googlePolicies += try GooglePolicy.read(node)
    case .vaultConfig: vaultConfigs += try VaultConfig.read(node)
    case .vaultRole: vaultRoles += try VaultRole.read(node)
    case .kubernetes: kubernetes += try KubernetesAuthentication.read(node)
    case .octoSTS: octoSTS += try OctoSTSPolicy.read(node)
    case .pypi: pypi += try PyPIPublishers.read(node)
    case .terraform: try Terraform.read(node, into: &self)
    }
  }

  private static let shapes: [any DocumentShape.Type] = [
    AWSRole.self, AWSProvider.self, PyPIPublishers.self, EntraCredentials.self, GoogleProvider.self, GooglePolicy.self,
    KubernetesAuthentication.self, OctoSTSPolicy.self, VaultConfig.self, VaultRole.self,
  ]

  /// What a value is, by its shape; nil when it is like nothing that is known.
  private static func kind(of node: DocumentNode) -> DocumentKind? {
    if Terraform.recognises(node) { return .terraform }
    return shapes.first { $0.recognises(node) }?.kind
  }

  // MARK: Putting together

  func configurations() -> [any TrustConfiguration] {
    var all: [any TrustConfiguration] = []
    all += awsRoles.map { AWSTrust(role: $0, providers: awsProviders) }
    all += entraCredentials.map { $0 as any TrustConfiguration }
    all += googleProviders.map { GoogleTrust(provider: $0, policies: googlePolicies) }
    all += vaultRoles.map { VaultTrust(role: $0, config: config(for: $0)) }
    all += kubernetes.map { $0 as any TrustConfiguration }
    all += octoSTS.map { $0 as any TrustConfiguration }
    all += pypi.map { $0 as any TrustConfiguration }
    return all
  }

  /// The configuration that stands with a role: the only one, or the one of the same file.
  private func config(for role: VaultRole) -> VaultConfig? {
    if let backend = role.backend {
      return vaultConfigs.first { ($0.path ?? "jwt") == backend && $0.location.file == role.location.file }
    }
    return config(beside: role)
  }

  private func config(beside role: VaultRole) -> VaultConfig? {
    vaultConfigs.count == 1
      ? vaultConfigs.first : vaultConfigs.first { $0.location.file == role.location.file }
  }

  /// Why nothing can be decided although every document was read.
  var incompleteness: String {
    if !awsProviders.isEmpty { return "an OIDC provider alone trusts nobody" }
    if !googlePolicies.isEmpty { return "an IAM policy alone names no issuer" }
    if !vaultConfigs.isEmpty { return "Vault's configuration alone admits nobody" }
    return "the documents hold nothing that a relying party decides by"
  }

  /// What is missing.
  var completion: String {
    if !awsProviders.isEmpty {
      return "Give the role's trust policy too: aws iam get-role --role-name ROLE."
    }
    if !googlePolicies.isEmpty {
      return "Give the provider too: gcloud iam workload-identity-pools providers describe PROVIDER "
        + "--workload-identity-pool=POOL --location=global --format=json."
    }
    if !vaultConfigs.isEmpty { return "Give the role too: vault read -format=json auth/jwt/role/NAME." }
    return "Give a trust policy, a credential, a provider or a role."
  }
}
