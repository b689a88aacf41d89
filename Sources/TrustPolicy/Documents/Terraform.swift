import Inspection

/// What Terraform knows of relying parties: `terraform show -json` of a state or a plan, or a state file.
///
/// <https://developer.hashicorp.com/terraform/internals/json-format>
enum Terraform {
  /// A resource with its values as far as they are known.
  struct Resource {
    /// `module.ci.aws_iam_role.deploy`
    let address: String
    let type: String
    let values: DocumentNode
  }

  static func recognises(_ node: DocumentNode) -> Bool {
    if node["format_version"] != nil { return node["values"] != nil || node["planned_values"] != nil }
    return node["terraform_version"] != nil && node["resources"]?.array != nil
  }

  /// Sorts the resources that say whom a relying party trusts; what is only known after an apply is left out.
  static func read(_ node: DocumentNode, into pieces: inout Pieces) throws(DocumentError) {
    let resources = try resources(of: node)
    var credentials: [(owner: String, credential: EntraCredential)] = []
    for resource in resources {
      let values = resource.values
      switch resource.type {
      case "aws_iam_role":
        guard let policy = values.present("assume_role_policy") else { continue }
        let role = try AWSRole(
          policy: try AWSRole.policy(in: policy), name: resource.address, arn: values.present("arn")?.text("arn"))
        if role.isForTokens { pieces.awsRoles.append(role) }
      case "aws_iam_openid_connect_provider":
        guard values.present("url") != nil else { continue }
        pieces.awsProviders.append(
          try AWSProvider(values, url: "url", clientIDs: "client_id_list", thumbprints: "thumbprint_list"))
      case "azuread_application_federated_identity_credential",
        "azuread_application_flexible_federated_identity_credential", "azurerm_federated_identity_credential":
        guard values.present("issuer") != nil else { continue }
        let owner = ["application_id", "application_object_id", "parent_id", "user_assigned_identity_id"]
          .lazy.compactMap { values.present($0)?.string }.first
        credentials.append((owner ?? "", try EntraCredential(terraform: values, name: resource.address)))
      case "google_iam_workload_identity_pool_provider":
        if let provider = try google(values) { pieces.googleProviders.append(provider) }
      case "vault_jwt_auth_backend":
        guard values.present("type")?.string != "oidc" || values.present("oidc_discovery_url") != nil else { continue }
        pieces.vaultConfigs.append(try VaultConfig(values))
      case "vault_jwt_auth_backend_role":
        guard values.present("user_claim") != nil else { continue }
        pieces.vaultRoles.append(
          try VaultRole(values, name: resource.address).splittingBoundClaims())
      case let type where type.hasPrefix("google_") && type.contains("_iam_"):
        if let policy = try GooglePolicy(terraform: values) { pieces.googlePolicies.append(policy) }
      default: continue
      }
    }
    // The credentials of one application or identity are alternatives to each other.
    for owner in credentials.map(\.owner).reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
      let own = credentials.filter { $0.owner == owner }.map(\.credential)
      guard let first = own.first else { continue }
      pieces.entraCredentials.append(EntraCredentials(own, at: first.node.location))
    }
  }

  private static func google(_ values: DocumentNode) throws(DocumentError) -> GoogleProvider? {
    guard let oidc = values.present("oidc")?.elementsOrSelf.first, let issuer = oidc.present("issuer_uri") else {
      return nil
    }
    return try GoogleProvider(
      values, resource: values.present("name"), issuer: issuer, audiences: oidc.present("allowed_audiences"),
      keys: oidc.present("jwks_json"), mapping: values.present("attribute_mapping"),
      condition: values.present("attribute_condition"), state: values.present("state"),
      disabled: values.present("disabled"))
  }

  // MARK: Finding resources

  /// More nesting of modules than anybody has.
  private static let deepestModule = 32

  private static func resources(of node: DocumentNode) throws(DocumentError) -> [Resource] {
    guard node["format_version"] != nil else { return try stateFile(node) }
    let values =
      if let state = node.present("values") { state } else { try node.required("planned_values", of: "the plan") }
    var found: [Resource] = []
    if let root = values.present("root_module") { try collect(root, depth: 0, into: &found) }
    return found
  }

  private static func collect(
    _ module: DocumentNode, depth: Int, into found: inout [Resource]
  ) throws(DocumentError) {
    guard depth < deepestModule else {
      throw module.error("modules are nested more than \(deepestModule) deep", remedy: "Give a part of the state.")
    }
    for resource in try module.present("resources")?.elements("resources") ?? [] {
      guard let values = resource.present("values"), resource.present("mode")?.string != "data" else { continue }
      let type = try resource.required("type", of: "the resource").text("type")
      found.append(Resource(address: resource.present("address")?.string ?? type, type: type, values: values))
    }
    for child in try module.present("child_modules")?.elements("child_modules") ?? [] {
      try collect(child, depth: depth + 1, into: &found)
    }
  }

  /// `terraform.tfstate`, version 4.
  private static func stateFile(_ node: DocumentNode) throws(DocumentError) -> [Resource] {
    var found: [Resource] = []
    for resource in try node.required("resources", of: "the state").elements("resources") {
      guard resource.present("mode")?.string != "data" else { continue }
      let type = try resource.required("type", of: "the resource").text("type")
      let name = resource.present("name")?.string ?? ""
      let address = [resource.present("module")?.string, type, name].compactMap(\.self).joined(separator: ".")
      for instance in try resource.present("instances")?.elements("instances") ?? [] {
        guard let values = instance.present("attributes") else { continue }
        found.append(Resource(address: address, type: type, values: values))
      }
    }
    return found
  }
}

extension AWSRole {
  /// Whether the role is for callers with tokens of an OIDC provider, and not only for services or other accounts.
  fileprivate var isForTokens: Bool {
    policy.statements.contains { statement in
      statement.principals.contains {
        AWSARN($0.value)?.providerURL != nil || AWSIssuerKeys.builtIn.contains($0.value)
      }
        || statement.node["Action"]?.elementsOrSelf.contains {
          $0.string?.lowercased().contains("webidentity") ?? false
        } ?? false
    }
  }
}

extension EntraCredential {
  /// A credential of the providers azuread and azurerm, whose members have other names than those of Graph.
  fileprivate init(terraform values: DocumentNode, name: String) throws(DocumentError) {
    try self.init(
      values, name: name, issuer: "issuer", subject: "subject", expression: "claims_matching_expression",
      audiences: ["audiences", "audience"])
  }
}

extension GooglePolicy {
  /// A member, a binding or a whole policy as a resource; nil when it is none, or not known yet.
  fileprivate init?(terraform values: DocumentNode) throws(DocumentError) {
    if let data = values.present("policy_data") {
      guard let policy = try data.embeddedJSON() else { return nil }
      try self.init(policy)
      return
    }
    guard let role = values.present("role"), let members = values.present("members") ?? values.present("member") else {
      return nil
    }
    let condition = values.present("condition").flatMap { $0.array?.isEmpty == true ? nil : $0 }
    self.init(
      node: values, bindings: [Binding(role: try role.text("role"), members: members, condition: condition)])
  }
}
