import Inspection
import JOSE

/// The `--oidc-` flags of an API server as they stand in its manifest.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuring-the-api-server>
struct KubernetesFlags {
  private var values: [String: KubernetesSetting] = [:]
  private var required: [KubernetesSetting] = []
  private let node: DocumentNode

  /// The command line of a container that has such flags; nil where there is none.
  static func commandLine(in node: DocumentNode) -> [DocumentNode]? {
    let spec = node["spec"]?["template"]?["spec"] ?? node["spec"]
    for container in spec?["containers"]?.array ?? [] {
      let words = (container["command"]?.array ?? []) + (container["args"]?.array ?? [])
      if words.contains(where: { $0.string?.hasPrefix("--oidc-") == true }) { return words }
    }
    return nil
  }

  init(_ words: [DocumentNode], in node: DocumentNode) throws(DocumentError) {
    self.node = node
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      guard let text = word.string, text.hasPrefix("--oidc-") else { continue }
      let setting: KubernetesSetting
      let name: String
      if let sign = text.firstIndex(of: "=") {
        name = String(text[..<sign])
        setting = KubernetesSetting(
          text: String(text[text.index(after: sign)...]), node: word, lead: String(text[...sign]))
      } else {
        name = text
        guard index < words.count, let value = words[index].string else {
          throw word.error("the flag \(name) has no value", remedy: "Write \(name)=VALUE.")
        }
        setting = KubernetesSetting(text: value, node: words[index])
        index += 1
      }
      guard Self.names.contains(name) else {
        throw word.error(
          "the API server has no flag \(name)", remedy: Spelling.suggestion(for: name, among: Self.names))
      }
      if name == "--oidc-required-claim" { required.append(setting) } else { values[name] = setting }
    }
  }

  private static let names = [
    "--oidc-issuer-url", "--oidc-client-id", "--oidc-ca-file", "--oidc-username-claim", "--oidc-username-prefix",
    "--oidc-groups-claim", "--oidc-groups-prefix", "--oidc-required-claim", "--oidc-signing-algs",
  ]

  /// The authenticator that the flags describe.
  func issuer() throws(DocumentError) -> KubernetesIssuer {
    guard let url = values["--oidc-issuer-url"] else {
      throw node.error("--oidc-issuer-url is missing", remedy: "The server ignores the other flags without it.")
    }
    guard let client = values["--oidc-client-id"], !client.text.isEmpty else {
      throw url.node.error(
        "oidc-issuer-url and oidc-client-id must be specified together when any oidc flags are set",
        remedy: "Add --oidc-client-id.")
    }
    try KubernetesIssuer.checkURL(url.node, "--oidc-issuer-url", text: url.text)
    let claim = values["--oidc-username-claim"] ?? KubernetesSetting(text: "sub", node: url.node)
    var prefix = claim.text == "email" ? "" : "\(url.text)#"
    if let written = values["--oidc-username-prefix"], !written.text.isEmpty {
      prefix = written.text == "-" ? "" : written.text
    }
    var rules: [KubernetesIssuer.ClaimRule] = []
    for rule in required {
      guard let sign = rule.text.firstIndex(of: "=") else {
        throw rule.node.error(
          "--oidc-required-claim takes claim=value", remedy: "Write --oidc-required-claim=hd=acme.dev.")
      }
      let name = String(rule.text[..<sign])
      rules.append(
        .value(
          claim: name,
          required: KubernetesSetting(
            text: String(rule.text[rule.text.index(after: sign)...]), node: rule.node, lead: "\(rule.lead)\(name)=")))
    }
    return KubernetesIssuer(
      node: node, url: url, audiences: [client], audienceList: nil, algorithms: try algorithms(), rules: rules,
      username: .claim(claim, prefix: prefix),
      groups: values["--oidc-groups-claim"].map {
        .claim($0, prefix: values["--oidc-groups-prefix"]?.text ?? "")
      }, uid: nil, extra: [], userRules: [])
  }

  private func algorithms() throws(DocumentError) -> [String] {
    guard let written = values["--oidc-signing-algs"] else { return ["RS256"] }
    let names = written.text.split(separator: ",").map(String.init)
    if let unknown = names.first(where: { !KubernetesIssuer.allAlgorithms.contains($0) }) {
      throw written.node.error(
        "“\(unknown)” is no algorithm of --oidc-signing-algs",
        remedy: "There are \(KubernetesIssuer.allAlgorithms.joined(separator: ", ")).")
    }
    return names
  }
}
