import CEL
import Inspection
import JOSE

/// An OIDC provider of a workload identity pool: `gcloud iam workload-identity-pools providers describe`.
///
/// <https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers>
struct GoogleProvider: DocumentShape {
  static let kind = DocumentKind.googleProvider

  let node: DocumentNode
  /// `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/NAME`
  let resource: DocumentNode?
  let issuer: DocumentNode
  /// The list as it stands there; nil when there is none.
  let audiences: DocumentNode?
  let mappings: [GoogleMapping]
  let condition: GoogleExpression?
  /// The `kid`s of the keys that were uploaded; nil when Google fetches the issuer's.
  let uploadedKeyIDs: [String?]?
  /// The keys that were uploaded (RFC 7638), as far as they can be read.
  let uploadedThumbprints: [String]
  let uploadedKeys: DocumentNode?
  /// What keeps it from being used, `disabled` or `DELETED`, where it stands; nil when nothing does.
  let obstacle: DocumentNode?

  var location: DocumentLocation { node.location }
  var name: String { resource?.string.map { $0.split(separator: "/").last.map(String.init) ?? $0 } ?? location.file }

  // MARK: Reading

  static func recognises(_ node: DocumentNode) -> Bool {
    if let list = node.array { return !list.isEmpty && list.allSatisfy(recognises) }
    return node["attributeMapping"] != nil || node["oidc"]?["issuerUri"] != nil
  }

  /// A provider, or the list that `gcloud … providers list` prints.
  static func read(_ node: DocumentNode) throws(DocumentError) -> [GoogleProvider] {
    var providers: [GoogleProvider] = []
    for element in node.elementsOrSelf { providers.append(try GoogleProvider(element)) }
    return providers
  }

  init(_ node: DocumentNode) throws(DocumentError) {
    _ = try node.members("the provider")
    for other in ["aws", "saml", "x509"] where node.present(other) != nil {
      throw node.error("this provider is one for \(other), which takes no OIDC token", remedy: "Give an OIDC provider.")
    }
    let oidc = try node.required("oidc", of: "the provider")
    _ = try oidc.members("oidc")
    try self.init(
      node, resource: node.present("name"), issuer: oidc.required("issuerUri", of: "oidc"),
      audiences: oidc.present("allowedAudiences"), keys: oidc.present("jwksJson"),
      mapping: node.present("attributeMapping"), condition: node.present("attributeCondition"),
      state: node.present("state"), disabled: node.present("disabled"))
  }

  init(
    _ node: DocumentNode, resource: DocumentNode?, issuer: DocumentNode, audiences: DocumentNode?,
    keys: DocumentNode?, mapping: DocumentNode?, condition: DocumentNode?, state: DocumentNode?, disabled: DocumentNode?
  ) throws(DocumentError) {
    self.node = node
    self.resource = resource
    self.issuer = issuer
    self.audiences = audiences
    _ = try resource?.text("name")
    let issuerText = try issuer.text("issuerUri")
    guard issuerText.hasPrefix("https://") else {
      let isOther = issuerText.contains("://")
      throw issuer.error(
        "Google refuses to store this provider: Invalid OIDC issuer URI."
          + (isOther ? " The scheme must be https." : ""),
        remedy: "Write the issuer as it stands in iss, beginning with https://.")
    }
    for audience in try audiences?.elements("allowedAudiences") ?? [] { _ = try audience.text("an allowed audience") }
    mappings = try Self.mappings(mapping, of: node)
    self.condition = try condition.flatMap { node throws(DocumentError) in
      try node.text("attributeCondition").isEmpty
        ? nil : try GoogleExpression(node, variables: ["assertion", "google", "attribute"])
    }
    uploadedKeys = try keys.flatMap { node throws(DocumentError) in try node.text("jwksJson").isEmpty ? nil : node }
    uploadedKeyIDs = try uploadedKeys.map { node throws(DocumentError) in try Self.keyIDs(node) }
    uploadedThumbprints =
      uploadedKeys.flatMap { node in try? JWKSet(reading: Array((node.string ?? "").utf8)) }?.keys.map(\.thumbprint)
      ?? []
    let isDisabled = try disabled?.boolean("disabled") ?? false
    let isDeleted = try state?.text("state") == "DELETED"
    obstacle = isDeleted ? state : isDisabled ? disabled : nil
  }

  private static func mappings(
    _ node: DocumentNode?, of provider: DocumentNode
  ) throws(DocumentError) -> [GoogleMapping] {
    guard let node else {
      throw provider.error(
        "the provider has no attributeMapping", remedy: "Map at least google.subject, as a rule to assertion.sub.")
    }
    var mappings: [GoogleMapping] = []
    for member in try node.members("attributeMapping") { mappings.append(try GoogleMapping(member, in: node)) }
    guard mappings.contains(where: { $0.target == "google.subject" }) else {
      throw node.error(
        "attributeMapping has no google.subject, which Google requires",
        remedy: "Add \"google.subject\": \"assertion.sub\".")
    }
    return mappings
  }

  private static func keyIDs(_ node: DocumentNode) throws(DocumentError) -> [String?] {
    guard let keys = (try? JSON(parsing: node.string ?? ""))?.objectValue?["keys"]?.arrayValue else {
      throw node.error("jwksJson is no JWKS", remedy: "It is a JSON object with “keys”, as a string.")
    }
    return keys.map { $0.objectValue?["kid"]?.stringValue }
  }

  // MARK: Names

  /// The parts of the name; nil when there is none, or when it is none.
  var parts: (project: String, pool: String)? {
    guard let parts = resource?.string?.split(separator: "/"), parts.count == 8, parts[0] == "projects",
      parts[4] == "workloadIdentityPools", parts[6] == "providers"
    else { return nil }
    return (String(parts[1]), String(parts[5]))
  }

  /// The audiences that are taken; nil when they hang on the name, which is not known.
  var acceptedAudiences: [String]? {
    if let list = audiences?.array, !list.isEmpty { return list.compactMap(\.string) }
    return resource?.string.map { ["//iam.googleapis.com/\($0)", "https://iam.googleapis.com/\($0)"] }
  }

  /// Whether the default holds: the provider's own name as the audience.
  var hasDefaultAudience: Bool { audiences?.array?.isEmpty ?? true }
}

/// One entry of the mapping: an attribute, and the expression that makes it.
struct GoogleMapping: Sendable {
  /// `google.subject`, `google.groups` or `attribute.NAME`.
  let target: String
  let expression: GoogleExpression
  var node: DocumentNode { expression.node }

  init(_ member: DocumentNode.Member, in object: DocumentNode) throws(DocumentError) {
    target = member.name
    let name = target.hasPrefix("attribute.") ? target.dropFirst(10) : ""
    let isAttribute =
      (1...100).contains(name.utf8.count)
      && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    guard isAttribute || ["google.subject", "google.groups"].contains(target) else {
      throw DocumentError(
        "there is no attribute “\(target)”",
        remedy: "There are google.subject, google.groups, and attribute.NAME with a NAME of a-z, 0-9 and _.",
        at: object.location(of: member))
    }
    expression = try GoogleExpression(member.value, variables: ["assertion"])
  }
}

/// An expression of a provider.
struct GoogleExpression: Sendable {
  let node: DocumentNode
  let text: String
  /// The expression, or why it cannot be told what it means here.
  let program: Result<CELProgram, CELError>

  /// What Google documents to have, and what was seen to work there. Anything else stays unknown.
  private static let libraries: Set<CELLibrary> = [.standard, .extract, .splitJoinLowerAscii]

  /// - Throws: when it is no expression at all. A function that is not known here is none of Google's, or one that is not
  ///   documented: that is kept.
  init(_ node: DocumentNode, variables: Set<String>) throws(DocumentError) {
    self.node = node
    text = try node.text("an expression")
    do throws(CELError) {
      program = .success(
        try CELProgram(text, in: CELEnvironment(variables: variables, libraries: Self.libraries)))
    } catch {
      guard case .unknownFunction = error.kind else {
        throw node.error(
          "the expression is wrong at its line \(error.line), column \(error.column): \(error.message)",
          remedy: "It is in CEL: https://cloud.google.com/iam/docs/workload-identity-federation#conditions.")
      }
      program = .failure(error)
    }
  }
}
