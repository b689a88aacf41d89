import Inspection

/// An IAM policy: `gcloud … get-iam-policy`, of a service account or of what is to be reached.
struct GooglePolicy: DocumentShape {
  static let kind = DocumentKind.googlePolicy

  struct Binding: Sendable {
    let role: String
    /// A list, or the one member.
    let members: DocumentNode
    /// A condition on the time or on what is reached, which says nothing about the token.
    let condition: DocumentNode?
  }

  let node: DocumentNode
  let bindings: [Binding]

  var location: DocumentLocation { node.location }

  static func recognises(_ node: DocumentNode) -> Bool {
    node["bindings"]?.array?.contains { $0["role"] != nil && $0["members"] != nil } ?? false
  }

  static func read(_ node: DocumentNode) throws(DocumentError) -> [GooglePolicy] { [try GooglePolicy(node)] }

  init(node: DocumentNode, bindings: [Binding]) {
    self.node = node
    self.bindings = bindings
  }

  init(_ node: DocumentNode) throws(DocumentError) {
    var bindings: [Binding] = []
    for binding in try node.required("bindings", of: "the policy").elements("bindings") {
      _ = try binding.members("a binding")
      let members = try binding.required("members", of: "the binding")
      for member in try members.elements("members") { _ = try member.text("a member") }
      bindings.append(
        Binding(
          role: try binding.required("role", of: "the binding").text("role"), members: members,
          condition: binding.present("condition")))
    }
    self.init(node: node, bindings: bindings)
  }
}
