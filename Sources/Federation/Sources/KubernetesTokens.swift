import JOSE

/// The TokenRequest API of Kubernetes: a pod asks for a token of its own service account; elsewhere kubectl asks, with
/// what it is configured with.
struct KubernetesTokens {
  /// The shortest that the API takes, in seconds.
  static let shortestLifetime: Int64 = 600

  private let surroundings: SourceSurroundings
  private let account: KubernetesAccount?
  private var source: TokenSource { .kubernetes(account) }

  init(_ surroundings: SourceSurroundings, _ account: KubernetesAccount?) {
    self.surroundings = surroundings
    self.account = account
  }

  var presence: SourcePresence {
    if isInPod { return .present("this is a pod, and KUBERNETES_SERVICE_HOST is set") }
    guard surroundings.locate("kubectl") != nil else {
      return .absent("this is no pod (KUBERNETES_SERVICE_HOST is not set), and kubectl is not in PATH")
    }
    return account == nil
      ? .absent("this is no pod; for what kubectl is configured with: kubernetes:NAMESPACE/SERVICEACCOUNT")
      : .present("kubectl is in PATH")
  }

  func token(for audiences: [String], lifetime: Int64?) async throws(SourceError) -> String {
    let lifetime = lifetime.map { max($0, Self.shortestLifetime) }
    if isInPod { return try await requested(audiences, lifetime) }
    guard let account else {
      var missing = "this is no pod"
      if case .absent(let found) = presence { missing = found }
      throw SourceError(source, .absent(missing))
    }
    let length = lifetime.map { ["--duration=\($0)s"] } ?? []
    return try await SourceCommand(source, surroundings).run(
      ["kubectl", "create", "token", account.name, "--namespace=\(account.namespace)"]
        + audiences.map { "--audience=\($0)" } + length)
  }

  // MARK: In a pod

  private var folder: String { "\(surroundings.root)/var/run/secrets/kubernetes.io/serviceaccount" }

  private var isInPod: Bool {
    surroundings["KUBERNETES_SERVICE_HOST"] != nil && TokenFile.isThere("\(folder)/token")
  }

  private func requested(_ audiences: [String], _ lifetime: Int64?) async throws(SourceError) -> String {
    let credential = try read("token")
    guard TokenEndpoint.isCredential(credential) else {
      throw SourceError(source, .file("\(folder)/token holds what cannot be sent"))
    }
    let account = if let named = self.account { named } else { try own(credential) }
    // The authority of the cluster is its own, and no other vouches for its server.
    var environment = surroundings.environment
    environment["SSL_CERT_FILE"] = "\(folder)/ca.crt"
    environment["SSL_CERT_DIR"] = nil
    let asking = SourceFetch(source, environment: environment, secret: credential)
    var specification: JSONObject = ["audiences": .array(audiences.map { JSON($0) })]
    if let lifetime { specification.set("expirationSeconds", to: JSON(lifetime)) }
    let response = try await asking.post(
      [
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": .object(specification),
      ],
      to: "\(server)/api/v1/namespaces/\(account.namespace)/serviceaccounts/\(account.name)/token",
      purpose: "the server of the cluster", headers: [("Authorization", "Bearer \(credential)")])
    return try asking.text(
      "status.token", in: response,
      hint: response.status == 403
        ? "Its role has to allow the verb create on serviceaccounts/token for \(account.name)." : nil)
  }

  private var server: String {
    let host = surroundings["KUBERNETES_SERVICE_HOST"] ?? ""
    return "https://\(host.contains(":") ? "[\(host)]" : host):\(surroundings["KUBERNETES_SERVICE_PORT"] ?? "443")"
  }

  /// The pod's own account, as its token names it.
  private func own(_ credential: String) throws(SourceError) -> KubernetesAccount {
    let parts = CompactToken(parsing: credential).claims?["sub"]?.stringValue?.split(separator: ":") ?? []
    guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount",
      let account = KubernetesAccount(namespace: String(parts[2]), name: String(parts[3]))
    else {
      throw SourceError(
        source, .file("\(folder)/token does not say whose it is"), hint: "Name the account: kubernetes:NAMESPACE/NAME.")
    }
    return account
  }

  private func read(_ name: String) throws(SourceError) -> String {
    do { return String(decoding: try TokenFile.read("\(folder)/\(name)"), as: UTF8.self).trimmingWhiteSpace() } catch {
      throw SourceError(source, .file(TokenFile.problem(error)))
    }
  }
}
