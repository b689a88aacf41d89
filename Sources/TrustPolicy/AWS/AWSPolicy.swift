import Inspection
import JOSE

/// A trust policy of AWS IAM.
struct AWSPolicy: Sendable {
  let statements: [AWSStatement]
  /// Whether `${…}` are variables: only in the version 2012-10-17.
  let hasVariables: Bool
  let node: DocumentNode

  private static let versions = ["2012-10-17", "2008-10-17"]

  init(_ node: DocumentNode) throws(DocumentError) {
    self.node = node
    _ = try node.members("the policy", among: ["Version", "Id", "Statement"])
    var version = "2008-10-17"
    if let written = node.present("Version") {
      version = try written.text("Version")
      guard Self.versions.contains(version) else {
        throw written.error(
          "there is no version “\(version)” of the policy language", remedy: "Write \"2012-10-17\".")
      }
    }
    hasVariables = version == "2012-10-17"
    let written = try node.required("Statement", of: "the policy").elementsOrSelf
    guard !written.isEmpty else {
      throw node.error("the policy has no statement", remedy: "Add one that allows sts:AssumeRoleWithWebIdentity.")
    }
    var statements: [AWSStatement] = []
    for (index, statement) in written.enumerated() { statements.append(try AWSStatement(statement, number: index + 1)) }
    self.statements = statements
  }
}

/// A statement of a trust policy.
struct AWSStatement: Sendable {
  /// Counted from 1.
  let number: Int
  let sid: String?
  let allows: Bool
  let principals: [Principal]
  let actions: [DocumentNode]
  /// Whether `actions` are the ones that the statement is not about.
  let isNotAction: Bool
  let conditions: [AWSCondition]
  let node: DocumentNode

  struct Principal: Sendable {
    /// `Federated`, `AWS`, `Service`, `CanonicalUser`, or `*`.
    let type: String
    let value: String
    let node: DocumentNode
  }

  /// How a person would call it: `Statement 1`, or with its Sid.
  var title: String { sid.map { "Statement \(number) (\($0))" } ?? "Statement \(number)" }

  private static let members = ["Sid", "Effect", "Principal", "Action", "NotAction", "Condition"]
  private static let prohibited = ["Resource", "NotResource", "NotPrincipal"]
  private static let principalTypes = ["Federated", "AWS", "Service", "CanonicalUser"]

  init(_ node: DocumentNode, number: Int) throws(DocumentError) {
    self.node = node
    self.number = number
    for name in Self.prohibited {
      guard let member = node.member(name) else { continue }
      throw DocumentError(
        "a trust policy must not have “\(name)” (IAM: Has prohibited field \(name))", remedy: "Take it out.",
        at: node.location(of: member))
    }
    _ = try node.members("the statement", among: Self.members)
    sid = try node.present("Sid")?.text("Sid")
    let effect = try node.required("Effect", of: "the statement")
    let word = try effect.text("Effect")
    guard word == "Allow" || word == "Deny" else {
      throw effect.error("“\(word)” is no effect", remedy: "Write \"Allow\" or \"Deny\", with this capital.")
    }
    allows = word == "Allow"
    principals = try Self.principals(try node.required("Principal", of: "the statement"))
    isNotAction = node.present("Action") == nil && node.present("NotAction") != nil
    if node.present("Action") != nil, let second = node.member("NotAction") {
      throw DocumentError(
        "the statement has both Action and NotAction", remedy: "Take NotAction out.", at: node.location(of: second))
    }
    actions =
      isNotAction
      ? try node.required("NotAction", of: "the statement").elementsOrSelf
      : try node.required("Action", of: "the statement").elementsOrSelf
    for action in actions { _ = try action.text("an action") }
    conditions = try Self.conditions(node.present("Condition"))
  }

  private static func principals(_ node: DocumentNode) throws(DocumentError) -> [Principal] {
    if let text = node.string {
      guard text == "*" else {
        throw node.error("a principal must be an object", remedy: "Write {\"Federated\": \"\(text)\"}.")
      }
      return [Principal(type: "*", value: "*", node: node)]
    }
    var principals: [Principal] = []
    for member in try node.members("Principal", among: principalTypes) {
      for value in member.value.elementsOrSelf {
        principals.append(Principal(type: member.name, value: try value.text("a principal"), node: value))
      }
    }
    return principals
  }

  private static func conditions(_ node: DocumentNode?) throws(DocumentError) -> [AWSCondition] {
    guard let node else { return [] }
    var conditions: [AWSCondition] = []
    for member in try node.members("Condition") {
      guard let op = AWSOperator(member.name) else {
        throw DocumentError(
          "there is no condition operator “\(member.name)”",
          remedy: Spelling.suggestion(for: member.name, among: AWSOperator.allNames), at: node.location(of: member))
      }
      for key in try member.value.members("the conditions of \(member.name)") {
        var values: [AWSCondition.Value] = []
        for value in key.value.elementsOrSelf {
          values.append(.init(text: try value.scalarText("a value of \(key.name)"), node: value))
        }
        conditions.append(
          AWSCondition(
            op: op, key: key.name, values: values, node: key.value, keyMember: key, block: member.value,
            operatorMember: member, parent: node))
      }
    }
    return conditions
  }

  /// Whether the statement is about an action.
  func covers(_ action: String) -> Bool {
    let wanted = action.lowercased()
    let named = actions.contains { Wildcard(($0.string ?? "").lowercased()).matches(wanted) }
    return named != isNotAction
  }
}

/// One key of a condition block with the values that it is held against.
struct AWSCondition: Sendable {
  struct Value: Sendable {
    let text: String
    let node: DocumentNode
  }

  let op: AWSOperator
  let key: String
  let values: [Value]
  /// The value or the list of values.
  let node: DocumentNode
  let keyMember: DocumentNode.Member
  /// The object of the operator.
  let block: DocumentNode
  let operatorMember: DocumentNode.Member
  /// The object of all conditions.
  let parent: DocumentNode

  var location: DocumentLocation { block.location(of: keyMember) }
}
