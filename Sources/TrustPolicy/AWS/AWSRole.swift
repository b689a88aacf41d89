import Inspection
import JOSE

/// A role of AWS IAM with the policy that says who may assume it.
struct AWSRole: DocumentShape {
  static let kind = DocumentKind.awsRole

  let name: String
  /// The role's ARN; nil when only the policy is known.
  let arn: String?
  let policy: AWSPolicy
  let location: DocumentLocation

  static func recognises(_ node: DocumentNode) -> Bool {
    node["Statement"] != nil || node["AssumeRolePolicyDocument"] != nil
      || node["Role"]?["AssumeRolePolicyDocument"] != nil || node["Roles"]?.array != nil
  }

  /// A policy as written, `aws iam get-role`, or `aws iam list-roles`.
  static func read(_ node: DocumentNode) throws(DocumentError) -> [AWSRole] {
    if let role = node["Role"] { return [try Self.role(in: role)] }
    if let roles = node["Roles"] {
      var all: [AWSRole] = []
      for element in try roles.elements("Roles") { all.append(try role(in: element)) }
      return all
    }
    if node["AssumeRolePolicyDocument"] != nil { return [try role(in: node)] }
    return [try AWSRole(policy: node, name: nil, arn: nil)]
  }

  private static func role(in node: DocumentNode) throws(DocumentError) -> AWSRole {
    let written = try node.required("AssumeRolePolicyDocument", of: "the role")
    return try AWSRole(
      policy: try Self.policy(in: written), name: node.present("RoleName")?.text("RoleName"),
      arn: node.present("Arn")?.text("Arn"))
  }

  /// The policy itself, or the JSON text of it.
  static func policy(in node: DocumentNode) throws(DocumentError) -> DocumentNode {
    guard let text = node.string else { return node }
    if text.hasPrefix("%7B") || text.hasPrefix("%7b") {
      throw node.error(
        "the policy is percent-encoded, as the bare API answers it",
        remedy: "Give the output of aws iam get-role, which decodes it.")
    }
    return try node.embeddedJSON() ?? node
  }

  init(policy node: DocumentNode, name: String?, arn: String?) throws(DocumentError) {
    policy = try AWSPolicy(node)
    self.arn = arn
    self.name = name ?? arn?.split(separator: "/").last.map(String.init) ?? node.location.file
    location = node.location
  }

  /// The account of the role; nil when its ARN is not known.
  var account: String? { arn.flatMap { AWSARN($0)?.account } }
}
