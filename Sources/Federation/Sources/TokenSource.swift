/// A place from which tokens of other issuers come: the cloud, the CI system or the workspace that this process runs in,
/// or a file, a variable or a command that a person names.
public enum TokenSource: Sendable, Hashable {
  /// The token service of a GitHub Actions job.
  case gitHubActions
  /// The variables of a GitLab CI job that its `id_tokens` declare.
  case gitLab
  /// Google's metadata server: the identity of a service account of the machine, the default one without a name.
  case googleMetadata(account: String?)
  /// Azure's instance metadata service: a managed identity, the system's own without a client ID.
  case azureIMDS(clientID: String?)
  /// The file of Azure's workload identity.
  case azureFile
  /// The file of EKS, and of others that follow it.
  case awsFile
  /// The files that Kubernetes projects into a pod.
  case kubernetesFile
  /// The TokenRequest API of Kubernetes, for the pod's own service account or for one that kubectl asks for.
  case kubernetes(KubernetesAccount?)
  case buildkite
  case circleCI
  /// The agent of SPIRE.
  case spiffe
  case gitpod
  case ona
  /// Any file; read anew each time.
  case file(String)
  /// Any environment variable.
  case variable(String)
  /// Any command of the shell, which finds the audience in `AUDIENCE`.
  case command(String)

  /// Those that are looked for, in the order in which they are listed.
  public static let known: [TokenSource] = [
    .gitHubActions, .gitLab, .buildkite, .circleCI, .googleMetadata(account: nil), .azureIMDS(clientID: nil),
    .azureFile, .awsFile, .kubernetesFile, .kubernetes(nil), .spiffe, .gitpod, .ona,
  ]

  /// The name by which it is chosen.
  public var name: String {
    switch self {
    case .gitHubActions: "github-actions"
    case .gitLab: "gitlab"
    case .googleMetadata(let account): Self.joined("google-metadata", account)
    case .azureIMDS(let clientID): Self.joined("azure-imds", clientID)
    case .azureFile: "azure-file"
    case .awsFile: "aws-file"
    case .kubernetesFile: "kubernetes-file"
    case .kubernetes(let account): Self.joined("kubernetes", account.map { "\($0.namespace)/\($0.name)" })
    case .buildkite: "buildkite"
    case .circleCI: "circleci"
    case .spiffe: "spiffe"
    case .gitpod: "gitpod"
    case .ona: "ona"
    case .file(let path): "file:\(path)"
    case .variable(let name): "env:\(name)"
    case .command(let line): "command:\(line)"
    }
  }

  /// What it is called in a message: a command line may hold a secret.
  public var label: String { if case .command = self { "the command" } else { name } }

  /// The source of a name; nil when there is none of that name, or when what follows the colon cannot be right.
  public init?(name: String) {
    if let known = Self.known.first(where: { $0.name == name }) {
      self = known
      return
    }
    guard let colon = name.firstIndex(of: ":") else { return nil }
    let rest = String(name[name.index(after: colon)...])
    guard !rest.isEmpty, !rest.utf8.contains(0) else { return nil }
    switch name[..<colon] {
    case "file": self = .file(rest)
    case "env" where !rest.contains("="): self = .variable(rest)
    case "command": self = .command(rest)
    case "google-metadata" where Self.isPlain(rest): self = .googleMetadata(account: rest)
    case "azure-imds" where Self.isPlain(rest): self = .azureIMDS(clientID: rest)
    case "kubernetes":
      guard let account = KubernetesAccount(rest) else { return nil }
      self = .kubernetes(account)
    default: return nil
    }
  }

  /// Whether one token of it can be for several audiences.
  var takesSeveralAudiences: Bool {
    switch self {
    case .kubernetes, .spiffe, .gitpod, .ona: true
    // What is stored is for whom it is for.
    case .gitLab, .azureFile, .awsFile, .kubernetesFile, .file, .variable: true
    case .gitHubActions, .googleMetadata, .azureIMDS, .buildkite, .circleCI, .command: false
    }
  }

  /// Whether it gives a token that lives for as long as it is asked to.
  public var takesLifetime: Bool {
    switch self {
    case .kubernetes, .buildkite: true
    default: false
    }
  }

  /// A part of a URL that needs no encoding: the address of a service account, an identifier.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.count <= 254 && text != "." && text != ".."
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._@".contains($0)) }
  }

  private static func joined(_ name: String, _ part: String?) -> String { part.map { "\(name):\($0)" } ?? name }
}

/// A service account of Kubernetes.
public struct KubernetesAccount: Sendable, Hashable {
  public let namespace: String
  public let name: String

  /// Reads `NAMESPACE/NAME`, both as Kubernetes has them (RFC 1123 labels; a name may have dots).
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return nil }
    self.init(namespace: parts[0], name: parts[1])
  }

  init?(namespace: String, name: String) {
    guard Self.isName(namespace, limit: 63, "-"), Self.isName(name, limit: 253, "-.") else { return nil }
    self.namespace = namespace
    self.name = name
  }

  private static func isName(_ text: String, limit: Int, _ others: String) -> Bool {
    guard let first = text.first, let last = text.last, text.utf8.count <= limit, !others.contains(first),
      !others.contains(last)
    else { return false }
    return text.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789".contains($0) || others.contains($0) }
  }
}
