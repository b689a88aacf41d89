import Inspection
import JOSE

/// A trusted publisher of PyPI.
///
/// Written as PyPI's provenance names it (`{"kind": "GitHub", "repository": "o/r", "workflow": "w.yml"}`), or with the
/// fields of PyPI's forms.
///
/// <https://docs.pypi.org/trusted-publishers/>
struct PyPIPublisher: Sendable {
  enum Kind: String, CaseIterable {
    case github, gitlab, google, activestate

    /// The issuer of its tokens, unless the publisher names another.
    var issuer: String {
      switch self {
      case .github: "https://token.actions.githubusercontent.com"
      case .gitlab: "https://gitlab.com"
      case .google: "https://accounts.google.com"
      case .activestate: "https://platform.activestate.com/api/v1/oauth/oidc"
      }
    }

    /// The members that a publisher of this kind can have, the first ones always.
    fileprivate var members: (required: [String], optional: [String]) {
      switch self {
      case .github:
        (["workflow"], ["repository", "repository_owner", "repository_name", "repository_owner_id", "environment"])
      case .gitlab: (["workflow_filepath"], ["repository", "namespace", "project", "environment", "issuer_url"])
      case .google: (["email"], ["sub"])
      case .activestate: (["organization", "project", "actor_id"], ["actor"])
      }
    }
  }

  let node: DocumentNode
  let kind: Kind
  /// The members that are texts and not empty.
  private let members: [String: DocumentNode]

  /// Names that are in use for the same member.
  private static let synonyms = [
    "workflow_filename": "workflow", "owner": "repository_owner", "activestate_project_name": "project",
    "subject": "sub",
  ]
  static let kindMembers = ["kind", "publisher", "provider"]

  static func recognises(_ node: DocumentNode) -> Bool { kindNode(of: node) != nil }

  private static func kindNode(of node: DocumentNode) -> DocumentNode? {
    for name in kindMembers {
      if let value = node[name], let text = value.string, Kind(rawValue: text.lowercased()) != nil { return value }
    }
    return nil
  }

  init(_ node: DocumentNode) throws(DocumentError) {
    self.node = node
    let all = try node.members("the publisher")
    guard let kindNode = Self.kindNode(of: node), let kind = Kind(rawValue: kindNode.string?.lowercased() ?? "") else {
      throw node.error(
        "the publisher has no “kind” that PyPI knows", remedy: "It is GitHub, GitLab, Google or ActiveState.")
    }
    self.kind = kind
    let (required, optional) = kind.members
    var members: [String: DocumentNode] = [:]
    for member in all where !Self.kindMembers.contains(member.name) && member.name != "claims" {
      let name = Self.synonyms[member.name] ?? member.name
      guard (required + optional).contains(name) else {
        throw DocumentError(
          "a publisher of the kind \(kindNode.string ?? "") has no “\(member.name)”",
          remedy: Spelling.suggestion(for: member.name, among: required + optional),
          at: node.location(of: member))
      }
      guard !member.value.isNull else { continue }
      if try !member.value.text(member.name).isEmpty { members[name] = member.value }
    }
    for name in required where members[name] == nil {
      throw node.error("the publisher has no “\(name)”", remedy: "Add “\(name)”.")
    }
    self.members = members
    guard kind != .github && kind != .gitlab || repository != nil else {
      throw node.error("the publisher has no “repository”", remedy: "Add “repository” as OWNER/NAME.")
    }
  }

  func node(_ name: String) -> DocumentNode? { members[name] }

  func text(_ name: String) -> String? { members[name]?.string }

  // MARK: What it wants

  /// `OWNER/NAME`; of GitLab the path of the project.
  var repository: String? {
    if let whole = text("repository") { return whole }
    let (owner, name) = kind == .github ? ("repository_owner", "repository_name") : ("namespace", "project")
    guard let first = text(owner), let second = text(name) else { return nil }
    return "\(first)/\(second)"
  }

  var repositoryNode: DocumentNode? {
    node("repository") ?? node(kind == .github ? "repository_name" : "project")
  }

  var owner: String? { repository?.split(separator: "/").first.map(String.init) }
  var environment: String? { text("environment") }
  var issuer: String { text("issuer_url") ?? kind.issuer }

  /// What `job_workflow_ref` or `ci_config_ref_uri` begins with, up to `@`.
  var workflowReference: String {
    let repository = repository ?? ""
    if kind == .github { return "\(repository)/.github/workflows/\(text("workflow") ?? "")" }
    let host = issuer.hasPrefix("https://") ? String(issuer.dropFirst(8)) : issuer
    return "\(host)/\(repository)//\(text("workflow_filepath") ?? "")"
  }

  var title: String {
    switch kind {
    case .github: "\(repository ?? ""), \(text("workflow") ?? "")" + (environment.map { ", \($0)" } ?? "")
    case .gitlab: "\(repository ?? ""), \(text("workflow_filepath") ?? "")" + (environment.map { ", \($0)" } ?? "")
    case .google: text("email") ?? ""
    case .activestate: "\(text("organization") ?? "")/\(text("project") ?? "")"
    }
  }
}
