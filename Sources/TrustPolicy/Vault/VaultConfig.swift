import Inspection
import JOSE

/// The configuration of a JWT authentication of Vault or OpenBao: `auth/jwt/config`.
///
/// <https://developer.hashicorp.com/vault/api-docs/auth/jwt#configure>
struct VaultConfig: DocumentShape {
  static let kind = DocumentKind.vaultConfig

  /// Where the keys come from, which decides the words of a refusal.
  enum Source {
    /// Public keys that were written down.
    case keys
    /// A JWKS, by its URL or by discovery.
    case url
    /// Several of them, in which a key is found by its kid; Vault only.
    case pairs
  }

  let node: DocumentNode
  let source: Source
  let boundIssuer: DocumentNode?
  /// The algorithms as they stand there; empty for all that there are.
  let algorithms: [String]
  let algorithmNode: DocumentNode?
  /// The issuer whose discovery document is read; nil where none is.
  let discoveryURL: String?
  /// A provider with ways of its own to find groups.
  let provider: DocumentNode?
  /// Where it is mounted; known from Terraform only.
  let path: String?
  /// The public keys that are written down (RFC 7638), as far as they can be read.
  let keyThumbprints: [String]

  var location: DocumentLocation { node.location }

  private static let sources = ["jwt_validation_pubkeys", "jwks_url", "jwks_pairs", "oidc_discovery_url"]
  /// All that go-jose signs with but for secrets.
  static let allAlgorithms = [
    "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
  ]

  // MARK: Reading

  static func recognises(_ node: DocumentNode) -> Bool {
    let data = VaultRole.data(of: node)
    return (sources + ["bound_issuer", "jwt_supported_algs"]).contains { data[$0] != nil } && data["user_claim"] == nil
  }

  static func read(_ node: DocumentNode) throws(DocumentError) -> [VaultConfig] {
    [try VaultConfig(VaultRole.data(of: node))]
  }

  /// - Parameter node: the data themselves.
  init(_ node: DocumentNode) throws(DocumentError) {
    self.node = node
    _ = try node.members("the configuration")
    let given = Self.sources.filter { name in
      guard let value = node.present(name) else { return false }
      return value.string != "" && value.array?.isEmpty != true
    }
    let hasProvider = node.present("provider_config")?["provider"]?.string.map { !$0.isEmpty } ?? false
    guard given.count == 1 || given.isEmpty && hasProvider else {
      throw node.error(
        "exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs' or 'oidc_discovery_url' must be set",
        remedy: given.isEmpty
          ? "Add “oidc_discovery_url” with the issuer." : "Keep one of \(given.joined(separator: ", ")).")
    }
    source = given == ["jwt_validation_pubkeys"] ? .keys : given == ["jwks_pairs"] ? .pairs : .url
    path = try node.present("path")?.text("path")
    keyThumbprints = (node.present("jwt_validation_pubkeys")?.elementsOrSelf ?? []).compactMap { element in
      try? JWKSet(reading: Array((element.string ?? "").utf8)).keys.first?.thumbprint
    }
    discoveryURL = try node.present("oidc_discovery_url")?.text("oidc_discovery_url")
    let issuer = node.present("bound_issuer")
    boundIssuer = try issuer?.text("bound_issuer").isEmpty == false ? issuer : nil
    if given == ["jwks_pairs"], let boundIssuer {
      throw boundIssuer.error("bound_issuer must not be set with jwks_pairs", remedy: "Take it out.")
    }
    algorithmNode = node.present("jwt_supported_algs")
    algorithms =
      try algorithmNode.map { node throws(DocumentError) in try VaultRole.texts(node, "jwt_supported_algs") } ?? []
    if let unknown = algorithms.first(where: { !Self.allAlgorithms.contains($0) }) {
      throw (algorithmNode ?? node).error(
        "invalid jwt_supported_algs: unsupported signing algorithm \(GoText.quoted(unknown))",
        remedy: "There are \(Self.allAlgorithms.joined(separator: ", ")).")
    }
    provider = hasProvider ? node.present("provider_config") : nil
  }
}
