import CEL
import Inspection
import JOSE

/// What an API server was told about tokens: an AuthenticationConfiguration, or the flags of its manifest.
struct KubernetesAuthentication: DocumentShape, TrustConfiguration {
  static let kind = DocumentKind.kubernetes

  let relyingParty = RelyingParty.kubernetes
  let node: DocumentNode
  let issuers: [KubernetesIssuer]
  /// Whether flags say it, and not a configuration.
  let isFlags: Bool

  var location: DocumentLocation { node.location }
  var name: String { location.file }

  // MARK: Reading

  private static let group = "apiserver.config.k8s.io/"

  static func recognises(_ node: DocumentNode) -> Bool {
    node["kind"]?.string == "AuthenticationConfiguration" || node["apiVersion"]?.string?.hasPrefix(group) == true
      || KubernetesFlags.commandLine(in: node) != nil
  }

  static func read(_ node: DocumentNode) throws(DocumentError) -> [KubernetesAuthentication] {
    if let words = KubernetesFlags.commandLine(in: node) {
      return [
        KubernetesAuthentication(node: node, issuers: [try KubernetesFlags(words, in: node).issuer()], isFlags: true)
      ]
    }
    _ = try node.members("the configuration", among: ["apiVersion", "kind", "jwt", "anonymous"])
    let version = try node.required("apiVersion", of: "the configuration")
    guard ["v1", "v1beta1", "v1alpha1"].contains(where: { version.string == group + $0 }) else {
      throw version.error("this apiVersion is not known", remedy: "Write \(group)v1 or \(group)v1beta1.")
    }
    let kind = try node.required("kind", of: "the configuration")
    guard kind.string == "AuthenticationConfiguration" else {
      throw kind.error(
        "the kind must be AuthenticationConfiguration", remedy: "Write kind: AuthenticationConfiguration.")
    }
    let list = try node.required("jwt", of: "the configuration")
    var issuers: [KubernetesIssuer] = []
    for element in try list.elements("jwt") {
      let issuer = try KubernetesIssuer(element)
      if issuers.contains(where: { $0.url.text.hasSameBytes(as: issuer.url.text) }) {
        throw issuer.url.node.error("the issuer “\(issuer.url.text)” is there twice", remedy: "Take one of them out.")
      }
      issuers.append(issuer)
    }
    guard !issuers.isEmpty else { throw list.error("jwt is empty: no token is taken", remedy: "Add an authenticator.") }
    return [KubernetesAuthentication(node: node, issuers: issuers, isFlags: false)]
  }

  // MARK: Deciding

  /// What the server answers, always; why stands in its log.
  static func answer(_ log: String) -> PartyAnswer { PartyAnswer("401 Unauthorized", log) }

  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    var evaluation = Evaluation()
    let issuer = issuers.first { $0.url.text.hasSameBytes(as: token.issuer ?? "") } ?? googles(token)
    if let forms = ClaimForms.check(token, ignoresCase: true) { evaluation.add(forms) }
    if token["_claim_names"] != nil {
      evaluation.add(
        Check(
          id: "distributed-claims", title: "no claim stands elsewhere", outcome: .unknown,
          actual: token["_claim_names"]?.compact(),
          hint:
            "The server fetches distributed claims over the network, and refuses a token that names no source for them."
        ))
    }
    issuerStep(token, issuer, &evaluation)
    guard let issuer else { return evaluation }
    let checks = KubernetesTokenChecks(token: token, now: now, issuer: issuer, isFlags: isFlags)
    for (index, step) in checks.steps.enumerated() {
      // In which order go-oidc makes those between issuer and audience is not documented.
      if index < 2 || step.check.id == "audience" {
        evaluation.add(step.check, answer: step.answer)
      } else {
        evaluation.addBeside(step.check, answer: step.answer)
      }
      if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
    }
    var identity = KubernetesIdentity(issuer: issuer, token: token)
    identity.read()
    for step in identity.steps {
      evaluation.add(step.check, answer: step.answer)
      if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
    }
    for step in KubernetesRules(issuer: issuer, token: token, user: identity.user).steps {
      evaluation.add(step.check, answer: step.answer)
      if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
    }
    evaluation.principal = identity.principal
    evaluation.beyond = [
      Check(
        id: "rbac", title: "the user may do something in the cluster", outcome: .unknown,
        hint: "See: kubectl auth can-i --list --as='\(identity.username ?? "USER")'")
    ]
    return evaluation
  }

  /// Google signs with either of two issuers.
  private func googles(_ token: PresentedToken) -> KubernetesIssuer? {
    token.issuer == "accounts.google.com" ? issuers.first { $0.url.text == "https://accounts.google.com" } : nil
  }

  private func issuerStep(_ token: PresentedToken, _ issuer: KubernetesIssuer?, _ evaluation: inout Evaluation) {
    let title =
      issuers.count == 1
      ? "the issuer is the configured one" : "the issuer is one of the \(issuers.count) configured ones"
    let actual = token.issuer
    let nearest = issuers.max { common($0, actual) < common($1, actual) }
    evaluation.add(
      Check(
        id: "issuer", title: title, outcome: issuer == nil ? .fail : .pass,
        expected: issuers.map(\.url.text).joined(separator: ", "), actual: actual ?? "missing",
        hint: issuer == nil
          ? [
            nearest.flatMap { near in actual.flatMap { Divergence(policy: near.url.text, token: $0)?.asSentence } },
            "A token of another issuer is passed over: nothing about it stands in the log.",
          ].compactMap(\.self).joined(separator: " ") : nil,
        location: issuer?.url.location ?? nearest?.url.location ?? location), answer: Self.answer(""))
    if issuer == nil {
      evaluation.obstacle(
        actual.flatMap { actual in nearest?.url.replacing(with: actual, "Set the issuer to “\(actual)”") } ?? [])
    }
  }

  private func common(_ issuer: KubernetesIssuer, _ actual: String?) -> Int {
    Divergence(policy: issuer.url.text, token: actual ?? "")?.commonScalars ?? .max
  }

  func lints(for token: PresentedToken?) -> [Lint] {
    issuers.flatMap { KubernetesLints(issuer: $0, isFlags: isFlags, token: token).all }.sorted {
      $0.severity < $1.severity
    }
  }
}
