import CEL
import Inspection
import JOSE

/// One authenticator of the API server: an issuer, and what its tokens must say.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration>
struct KubernetesIssuer: Sendable {
  /// How an attribute of the user is made.
  enum Mapping: Sendable {
    case claim(KubernetesSetting, prefix: String)
    case expression(KubernetesExpression)
  }

  enum ClaimRule: Sendable {
    case value(claim: String, required: KubernetesSetting)
    case expression(KubernetesExpression, message: String)
  }

  struct UserRule: Sendable {
    let expression: KubernetesExpression
    let message: String
  }

  let node: DocumentNode
  let url: KubernetesSetting
  let audiences: [KubernetesSetting]
  /// The list of audiences; nil for a flag.
  let audienceList: DocumentNode?
  let algorithms: [String]
  let rules: [ClaimRule]
  let username: Mapping
  let groups: Mapping?
  let uid: Mapping?
  let extra: [(key: String, value: KubernetesExpression)]
  let userRules: [UserRule]

  /// What an AuthenticationConfiguration takes; flags take RS256 unless they name others.
  static let allAlgorithms = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"]
}

// MARK: - AuthenticationConfiguration

extension KubernetesIssuer {
  private static let members = ["issuer", "claimValidationRules", "claimMappings", "userValidationRules"]

  init(_ node: DocumentNode) throws(DocumentError) {
    self.node = node
    _ = try node.members("the authenticator", among: Self.members)
    let issuer = try node.required("issuer", of: "the authenticator")
    (url, audiences, audienceList) = try Self.issuer(issuer)
    algorithms = Self.allAlgorithms
    rules = try Self.rules(node.present("claimValidationRules"))
    let mappings = try node.required("claimMappings", of: "the authenticator")
    _ = try mappings.members("claimMappings", among: ["username", "groups", "uid", "extra"])
    username = try Self.mapping(mappings.required("username", of: "claimMappings"), "username", hasPrefix: true)
    groups = try mappings.present("groups").map { node throws(DocumentError) in
      try Self.mapping(node, "groups", hasPrefix: true)
    }
    uid = try mappings.present("uid").map { node throws(DocumentError) in
      try Self.mapping(node, "uid", hasPrefix: false)
    }
    extra = try Self.extra(mappings.present("extra"))
    userRules = try Self.userRules(node.present("userValidationRules"))
    try checkEmail()
  }

  private static func issuer(
    _ node: DocumentNode
  ) throws(DocumentError) -> (KubernetesSetting, [KubernetesSetting], DocumentNode) {
    _ = try node.members(
      "issuer",
      among: ["url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy", "egressSelectorType"])
    let url = try node.required("url", of: "issuer")
    try checkURL(url, "url")
    if let discovery = node.present("discoveryURL") {
      try checkURL(discovery, "discoveryURL")
      if discovery.string == url.string {
        throw discovery.error("discoveryURL must be different from URL", remedy: "Take it out.")
      }
    }
    let list = try node.required("audiences", of: "issuer")
    var audiences: [KubernetesSetting] = []
    for element in try list.elements("audiences") {
      let text = try element.text("an audience")
      if text.isEmpty { throw element.error("an audience is empty", remedy: "Name who the tokens are for.") }
      if audiences.contains(where: { $0.text.hasSameBytes(as: text) }) {
        throw element.error("the audience “\(text)” is listed twice", remedy: "Take one of them out.")
      }
      audiences.append(KubernetesSetting(text: text, node: element))
    }
    guard !audiences.isEmpty else { throw list.error("at least one audience is required", remedy: "Add one.") }
    let policy = try node.present("audienceMatchPolicy")?.text("audienceMatchPolicy") ?? ""
    guard ["", "MatchAny"].contains(policy) else {
      throw (node.present("audienceMatchPolicy") ?? node)
        .error("there is no audienceMatchPolicy “\(policy)”", remedy: "Write MatchAny.")
    }
    if audiences.count > 1, policy.isEmpty {
      throw list.error(
        "audienceMatchPolicy must be MatchAny for multiple audiences", remedy: "Add audienceMatchPolicy: MatchAny.")
    }
    return (KubernetesSetting(text: url.string ?? "", node: url), audiences, list)
  }

  static func checkURL(_ node: DocumentNode, _ name: String, text: String? = nil) throws(DocumentError) {
    let text = if let text { text } else { try node.text(name) }
    guard text.hasPrefix("https://") else {
      throw node.error("\(name): URL scheme must be https", remedy: "Write the issuer as it stands in iss.")
    }
    let host = text.dropFirst(8).prefix { $0 != "/" }
    if host.contains("@") { throw node.error("\(name): URL must not contain a username or password") }
    if text.contains("?") { throw node.error("\(name): URL must not contain a query") }
    if text.contains("#") { throw node.error("\(name): URL must not contain a fragment") }
  }

  private static func rules(_ node: DocumentNode?) throws(DocumentError) -> [ClaimRule] {
    var rules: [ClaimRule] = []
    for rule in try node?.elements("claimValidationRules") ?? [] {
      _ = try rule.members("the rule", among: ["claim", "requiredValue", "expression", "message"])
      let claim = try rule.present("claim")?.text("claim") ?? ""
      let message = rule.present("message")
      if let expression = rule.present("expression"), try !expression.text("expression").isEmpty {
        if !claim.isEmpty {
          throw rule.error("claim and expression can't both be set", remedy: "Take one of them out.")
        }
        if let value = rule.present("requiredValue") {
          throw value.error("requiredValue can't be set when expression is set", remedy: "Take it out.")
        }
        rules.append(
          .expression(
            try KubernetesExpression(expression, "expression", variable: "claims", isRule: true),
            message: try message?.text("message") ?? ""))
      } else if !claim.isEmpty {
        if let message {
          throw message.error("message can't be set when claim is set", remedy: "Take it out, or use an expression.")
        }
        let value = try rule.required("requiredValue", of: "the rule")
        rules.append(
          .value(claim: claim, required: KubernetesSetting(text: try value.text("requiredValue"), node: value)))
      } else {
        throw rule.error("claim or expression is required", remedy: "Add one of them.")
      }
    }
    return rules
  }

  private static func mapping(
    _ node: DocumentNode, _ name: String, hasPrefix: Bool
  ) throws(DocumentError) -> Mapping {
    _ = try node.members(name, among: hasPrefix ? ["claim", "prefix", "expression"] : ["claim", "expression"])
    let claim = node.present("claim")
    let prefix = node.present("prefix")
    if let expression = node.present("expression") {
      if claim != nil {
        throw node.error("\(name): claim and expression can't both be set", remedy: "Take one of them out.")
      }
      if let prefix {
        throw prefix.error("\(name): prefix can't be set when expression is set", remedy: "Take it out.")
      }
      return .expression(try KubernetesExpression(expression, "\(name).expression", variable: "claims"))
    }
    guard let claim else { throw node.error("\(name): claim or expression is required", remedy: "Add “claim”.") }
    if hasPrefix, prefix == nil {
      throw node.error("\(name): prefix is required when claim is set", remedy: "Add a prefix; it may be \"\".")
    }
    return .claim(
      KubernetesSetting(text: try claim.text("\(name).claim"), node: claim), prefix: try prefix?.text("prefix") ?? "")
  }

  private static func extra(
    _ node: DocumentNode?
  ) throws(DocumentError) -> [(key: String, value: KubernetesExpression)] {
    var extra: [(key: String, value: KubernetesExpression)] = []
    for element in try node?.elements("extra") ?? [] {
      _ = try element.members("extra", among: ["key", "valueExpression"])
      let keyNode = try element.required("key", of: "extra")
      let key = try keyNode.text("key")
      guard key.contains("/"), key == key.lowercased(), !key.hasPrefix("/") else {
        throw keyNode.error(
          "the key “\(key)” must be a lower-case path behind a domain", remedy: "Such as example.org/team.")
      }
      if extra.contains(where: { $0.key == key }) {
        throw keyNode.error("the key “\(key)” is there twice", remedy: "Take one of them out.")
      }
      extra.append(
        (
          key,
          try KubernetesExpression(
            element.required("valueExpression", of: "extra"), "valueExpression", variable: "claims")
        ))
    }
    return extra
  }

  private static func userRules(_ node: DocumentNode?) throws(DocumentError) -> [UserRule] {
    var rules: [UserRule] = []
    for rule in try node?.elements("userValidationRules") ?? [] {
      _ = try rule.members("the rule", among: ["expression", "message"])
      rules.append(
        UserRule(
          expression: try KubernetesExpression(
            rule.required("expression", of: "the rule"), "expression", variable: "user", isRule: true),
          message: try rule.present("message")?.text("message") ?? ""))
    }
    return rules
  }

  /// Who reads the address must ask whether it is verified.
  private func checkEmail() throws(DocumentError) {
    guard case .expression(let name) = username, name.reads("claims.email") else { return }
    let others =
      [name] + extra.map(\.value)
      + rules.compactMap { rule in
        if case .expression(let expression, _) = rule { expression } else { nil }
      }
    guard !others.contains(where: { $0.reads("claims.email_verified") }) else { return }
    throw name.node.error(
      "claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression "
        + "or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression",
      remedy: "Add a rule such as claims.?email_verified.orValue(true) == true.")
  }
}
