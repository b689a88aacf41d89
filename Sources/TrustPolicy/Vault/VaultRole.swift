import Inspection
import JOSE

/// A role of a JWT authentication of Vault or OpenBao: `auth/jwt/role/NAME`.
///
/// <https://developer.hashicorp.com/vault/api-docs/auth/jwt#create-update-role>
struct VaultRole: DocumentShape {
  static let kind = DocumentKind.vaultRole

  let node: DocumentNode
  let name: String
  /// `jwt`, or `oidc`, which is also what a role is that does not say.
  let roleType: String
  let roleTypeNode: DocumentNode?
  let userClaim: DocumentNode
  let isUserClaimPointer: Bool
  let groupsClaim: DocumentNode?
  let audiences: [String]
  let audienceNode: DocumentNode?
  let subject: DocumentNode?
  private(set) var boundClaims: [DocumentNode.Member]
  /// Whether `*` in bound claims stands for anything.
  let isGlob: Bool
  let mappings: [(claim: String, key: String, node: DocumentNode)]
  /// Seconds; 0 is the default, and less than that none.
  let expirationLeeway: Int64
  let notBeforeLeeway: Int64
  let skewLeeway: Int64
  let policies: [String]
  let policyNode: DocumentNode?
  /// Whether policies are templates over the claims; OpenBao only.
  let hasTemplates: Bool
  /// The addresses from which one may log in.
  let cidrs: DocumentNode?
  /// The mount that it belongs to; known from Terraform only.
  let backend: String?

  var location: DocumentLocation { node.location }

  // MARK: Reading

  /// What stands in `data` of what `vault read -format=json` prints; else the value itself.
  static func data(of node: DocumentNode) -> DocumentNode {
    node["data"].flatMap { $0.object == nil ? nil : $0 } ?? node
  }

  static func recognises(_ node: DocumentNode) -> Bool {
    let data = data(of: node)
    return ["user_claim", "bound_audiences", "bound_claims", "bound_subject", "role_type", "cel_program"]
      .contains { data[$0] != nil }
  }

  static func read(_ node: DocumentNode) throws(DocumentError) -> [VaultRole] {
    let file = node.location.file.split(separator: "/").last ?? "role"
    return [try VaultRole(data(of: node), name: file.split(separator: ".").first.map(String.init) ?? "role")]
  }

  /// - Parameter node: the data themselves.
  init(_ node: DocumentNode, name: String) throws(DocumentError) {
    self.node = node
    self.name = name
    _ = try node.members("the role")
    if let program = node.present("cel_program") {
      throw program.error(
        "this is a role in CEL, which only OpenBao has and which is not evaluated here",
        remedy: "Log in with the token: bao write auth/jwt/cel/login role=NAME jwt=@token.txt.")
    }
    roleTypeNode = node.present("role_type")
    roleType = try roleTypeNode?.text("role_type") ?? "oidc"
    guard ["jwt", "oidc"].contains(roleType) else {
      throw (roleTypeNode ?? node).error("invalid 'role_type': \(roleType)", remedy: "Write \"jwt\".")
    }
    guard let claim = node.present("user_claim"), try !claim.text("user_claim").isEmpty else {
      throw node.error(
        "a user claim must be defined on the role", remedy: "Add “user_claim”, as a rule with \"sub\".")
    }
    userClaim = claim
    isUserClaimPointer = try node.present("user_claim_json_pointer")?.boolean("user_claim_json_pointer") ?? false
    groupsClaim = try Self.filled(node.present("groups_claim"), "groups_claim")
    subject = try Self.filled(node.present("bound_subject"), "bound_subject")
    audienceNode = node.present("bound_audiences")
    audiences = try audienceNode.map { node throws(DocumentError) in try Self.texts(node, "bound_audiences") } ?? []
    let type = try node.present("bound_claims_type")?.text("bound_claims_type") ?? "string"
    guard ["string", "glob"].contains(type) else {
      throw (node.present("bound_claims_type") ?? node)
        .error("invalid 'bound_claims_type': \(type)", remedy: "Write \"string\" or \"glob\".")
    }
    isGlob = type == "glob"
    boundClaims = try node.present("bound_claims")?.members("bound_claims") ?? []
    if isGlob { for member in boundClaims { try Self.checkGlob(member.value) } }
    mappings = try Self.mappings(node.present("claim_mappings"))
    expirationLeeway = try Self.seconds(node.present("expiration_leeway"), "expiration_leeway")
    notBeforeLeeway = try Self.seconds(node.present("not_before_leeway"), "not_before_leeway")
    skewLeeway = try Self.seconds(node.present("clock_skew_leeway"), "clock_skew_leeway")
    policyNode = node.present("token_policies") ?? node.present("policies")
    hasTemplates = node.present("token_policies_template_claims")?.bool ?? false
    backend = node.present("backend")?.string
    policies = try policyNode.map { node throws(DocumentError) in try Self.texts(node, "token_policies") } ?? []
    let cidrNode = node.present("token_bound_cidrs") ?? node.present("bound_cidrs")
    cidrs = cidrNode?.array?.isEmpty == true || cidrNode?.string == "" ? nil : cidrNode
    guard roleType == "oidc" || !audiences.isEmpty || subject != nil || !boundClaims.isEmpty || cidrs != nil else {
      throw node.error(
        "must have at least one bound constraint when creating/updating a role", remedy: "Add “bound_audiences”.")
    }
  }

  /// A text that is there and not empty.
  private static func filled(_ node: DocumentNode?, _ name: String) throws(DocumentError) -> DocumentNode? {
    guard let node else { return nil }
    return try node.text(name).isEmpty ? nil : node
  }

  /// A list, or texts with commas between them.
  static func texts(_ node: DocumentNode, _ name: String) throws(DocumentError) -> [String] {
    guard let list = node.array else {
      if node.bool != nil { throw node.error("\(name) is a boolean", remedy: "Write a list of texts.") }
      let text = try node.scalarText(name)
      return text.isEmpty
        ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed(String($0)) }
    }
    var texts: [String] = []
    for element in list {
      // Vault makes 1 of true, which nobody means.
      if element.bool != nil { throw element.error("\(name) holds a boolean", remedy: "Write it in double quotes.") }
      texts.append(trimmed(try element.scalarText("an element of \(name)")))
    }
    return texts
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  private static func checkGlob(_ node: DocumentNode) throws(DocumentError) {
    for element in node.array ?? [node] where element.string == nil {
      throw element.error(
        "claim is not a string: \(GoText.value(element.json))",
        remedy: "With bound_claims_type glob each value is a pattern in quotes.")
    }
  }

  /// The same role with texts of bound claims taken apart at commas, as Terraform's provider stores them.
  func splittingBoundClaims() -> VaultRole {
    var copy = self
    copy.boundClaims = boundClaims.map { member in
      guard let text = member.value.string, text.contains(",") else { return member }
      let node = member.value
      let elements = text.split(separator: ",", omittingEmptySubsequences: false).map {
        DocumentNode(.string(Self.trimmed(String($0))), in: node.source, start: node.start, end: nil)
      }
      return DocumentNode.Member(
        name: member.name, start: member.start,
        value: DocumentNode(.array(elements), in: node.source, start: node.start, end: nil))
    }
    return copy
  }

  private static let reservedKeys = ["role"]

  private static func mappings(
    _ node: DocumentNode?
  ) throws(DocumentError) -> [(claim: String, key: String, node: DocumentNode)] {
    var mappings: [(claim: String, key: String, node: DocumentNode)] = []
    var keys: Set<String> = []
    for member in try node?.members("claim_mappings") ?? [] {
      let key = try member.value.text("the key of \(member.name)")
      if reservedKeys.contains(key) {
        throw member.value.error(
          "metadata key \(GoText.quoted(key)) is reserved and may not be a mapping destination",
          remedy: "Take another name.")
      }
      if !keys.insert(key).inserted {
        throw member.value.error(
          "multiple keys are mapped to metadata key \(GoText.quoted(key))", remedy: "Take another name.")
      }
      mappings.append((member.name, key, member.value))
    }
    return mappings
  }

  /// A number of seconds, or a duration such as `90s`, `5m` or `1h30m`.
  private static func seconds(_ node: DocumentNode?, _ name: String) throws(DocumentError) -> Int64 {
    guard let node else { return 0 }
    let text = try node.scalarText(name)
    if text.isEmpty { return 0 }
    if let number = Int64(text) { return number }
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    var total = 0.0
    var isGood = !rest.isEmpty
    while isGood, !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let factors = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001, "d": 86_400]
      guard let number = Double(digits), let factor = factors[String(unit)], number < 1e12 else {
        isGood = false
        break
      }
      total += number * factor
    }
    guard isGood, total < 1e15 else {
      throw node.error("\(name): “\(text)” is no duration", remedy: "Write seconds, or such as \"90s\".")
    }
    return Int64(isNegative ? -total : total)
  }
}
