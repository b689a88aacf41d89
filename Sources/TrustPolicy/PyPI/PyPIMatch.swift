import CEL
import Inspection
import JOSE

/// A publisher held against a token: first how PyPI finds it, then what it checks of the one that it found.
struct PyPIMatch {
  /// A check of the publisher that was found, with the reason that PyPI gives when it fails.
  struct Verification {
    let check: Check
    let reason: String
    let repairs: [Repair]
  }

  let publisher: PyPIPublisher
  private let claims: JSONObject
  /// What PyPI looks for in its table.
  private(set) var lookups: [Check] = []
  private(set) var verifications: [Verification] = []
  private(set) var obstacles: [Route.Obstacle] = []

  init(_ publisher: PyPIPublisher, _ token: PresentedToken) {
    self.publisher = publisher
    claims = token.claims
    switch publisher.kind {
    case .github: gitHub()
    case .gitlab: gitLab()
    case .google: google()
    case .activestate: activeState()
    }
  }

  var isFound: Bool { lookups.allSatisfy { $0.outcome != .fail } }

  var check: Check {
    Check(
      id: "publisher", title: "the publisher \(publisher.title)", outcome: isFound ? .pass : .fail,
      location: publisher.node.location, children: lookups)
  }

  private func claim(_ name: String) -> String? { claims[name]?.stringValue }

  // MARK: Kinds

  private mutating func gitHub() {
    let workflow = claim("job_workflow_ref")
    look("repository", publisher.repositoryNode, publisher.repository ?? "", claim("repository"), ignoringCase: true)
    if let id = publisher.node("repository_owner_id") {
      look("repository_owner_id", id, id.string ?? "", claim("repository_owner_id"))
    }
    look(
      "workflow", publisher.node("workflow"), publisher.text("workflow") ?? "",
      workflow.flatMap { Self.first("[^/]+\\.(yml|yaml)@", in: $0) })
    environment()
    verify("repository_owner", publisher.owner ?? "", claim("repository_owner"), publisher.repositoryNode)
    reference("job_workflow_ref", workflow, ["ref", "sha"].compactMap { claim($0) })
    let event = claim("event_name") ?? ""
    verifications.append(
      Verification(
        check: Check(
          id: "event_name", title: "the workflow was not started by pull_request_target",
          outcome: event == "pull_request_target" ? .fail : .pass, actual: event.isEmpty ? nil : event),
        reason: "Publishing from a workflow invoked via 'pull_request_target' is not supported.", repairs: []))
  }

  private mutating func gitLab() {
    let workflow = claim("ci_config_ref_uri")
    look(
      "project_path", publisher.repositoryNode, publisher.repository ?? "", claim("project_path"), ignoringCase: true)
    look(
      "workflow_filepath", publisher.node("workflow_filepath"), publisher.text("workflow_filepath") ?? "",
      workflow.flatMap { $0.firstRange(of: "//").map { range in String(workflow?[range.upperBound...] ?? "") } }
        .flatMap { Self.first(".+[^/]\\.(yml|yaml)@", in: $0) })
    environment()
    reference("ci_config_ref_uri", workflow, ["ref_path", "sha"].compactMap { claim($0) })
    let subject = claim("sub").map {
      $0.split(separator: ":", omittingEmptySubsequences: false).prefix(2).joined(separator: ":")
    }
    verify("sub", "project_path:\(publisher.repository ?? "")", subject, publisher.repositoryNode, ignoringCase: true)
  }

  private mutating func google() {
    look("email", publisher.node("email"), publisher.text("email") ?? "", claim("email"))
    if let subject = publisher.node("sub") { look("sub", subject, subject.string ?? "", claim("sub")) }
    let isVerified = claims["email_verified"] == .bool(true)
    verifications.append(
      Verification(
        check: Check(
          id: "email_verified", title: "email_verified is true", outcome: isVerified ? .pass : .fail,
          expected: "true", actual: claims["email_verified"]?.compact() ?? "missing"),
        reason: "Check failed for required claim 'email_verified'", repairs: []))
  }

  private mutating func activeState() {
    for name in ["organization", "project", "actor_id"] {
      look(name, publisher.node(name), publisher.text(name) ?? "", claim(name))
    }
    let parts = claim("sub").map {
      $0.split(separator: ":", omittingEmptySubsequences: false).prefix(4).joined(separator: ":")
    }
    verify(
      "sub", "org:\(publisher.text("organization") ?? ""):project:\(publisher.text("project") ?? "")", parts,
      publisher.node("project"))
    verify("builder", "pypi-publisher", claim("builder"), nil)
  }

  // MARK: Parts

  private mutating func look(
    _ name: String, _ node: DocumentNode?, _ wanted: String, _ actual: String?, ignoringCase: Bool = false
  ) {
    let fits = actual.map { Self.equal(wanted, $0, ignoringCase: ignoringCase) } ?? false
    lookups.append(
      Check(
        id: name, title: "\(name) is the publisher's", outcome: fits ? .pass : .fail, expected: wanted,
        actual: actual ?? "missing",
        hint: fits ? nil : actual.flatMap { Divergence(policy: wanted, token: $0)?.asSentence },
        location: node?.location ?? publisher.node.location))
    if !fits { mend(name, node, actual) }
  }

  /// A publisher that names no environment takes tokens of all, unless another one names just that.
  private mutating func environment() {
    guard let node = publisher.node("environment"), let wanted = publisher.environment else { return }
    let actual = claim("environment")
    let fits = actual.map { Self.equal(wanted, $0, ignoringCase: true) } ?? false
    lookups.append(
      Check(
        id: "environment", title: "environment is the publisher's", outcome: fits ? .pass : .fail, expected: wanted,
        actual: actual ?? "missing",
        hint: fits ? nil : actual == nil ? "Add “environment: \(wanted)” to the job that publishes." : nil,
        location: node.location))
    if !fits { mend("environment", node, actual ?? "") }
  }

  private mutating func mend(_ name: String, _ node: DocumentNode?, _ actual: String?) {
    var repairs: [Repair] = []
    if let node, let actual, node.string != nil {
      // A member that is only the name has only the name of the token's repository.
      let isPart = ["repository", "project_path"].contains(name) && publisher.node("repository") == nil
      let text = isPart ? actual.split(separator: "/").last.map(String.init) ?? actual : actual
      repairs = Repair.replacing(
        node, with: text, text.isEmpty ? "Let the publisher take any environment" : "Set \(name) to “\(text)”")
    }
    obstacles.append(.init(repairs: repairs))
  }

  private mutating func verify(
    _ name: String, _ wanted: String, _ actual: String?, _ node: DocumentNode?, ignoringCase: Bool = false
  ) {
    let fits = actual.map { Self.equal(wanted, $0, ignoringCase: ignoringCase) } ?? false
    var repairs: [Repair] = []
    if name == "repository_owner", let node, let repository = claim("repository"), publisher.node("repository") != nil {
      repairs = Repair.replacing(node, with: repository, "Set the repository to “\(repository)”")
    }
    verifications.append(
      Verification(
        check: Check(
          id: name, title: "\(name) is the publisher's", outcome: fits ? .pass : .fail, expected: wanted,
          actual: actual ?? "missing",
          hint: fits ? nil : actual.flatMap { Divergence(policy: wanted, token: $0)?.asSentence },
          location: node?.location ?? publisher.node.location),
        reason: "Check failed for required claim '\(name)'", repairs: repairs))
  }

  /// The file with the ref or the commit of the run behind it.
  private mutating func reference(_ name: String, _ actual: String?, _ versions: [String]) {
    let wanted = versions.filter { !$0.isEmpty }.map { "\(publisher.workflowReference)@\($0)" }
    let fits = actual.map { actual in wanted.contains { $0.hasSameBytes(as: actual) } } ?? false
    let list = wanted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(PythonText.quoted)
    verifications.append(
      Verification(
        check: Check(
          id: name, title: "\(name) is the publisher's file at the ref or the commit of the run",
          outcome: fits ? .pass : .fail, expected: wanted.joined(separator: ", "), actual: actual ?? "missing",
          hint: fits
            ? nil
            : "The claim names the file in which the job stands: of a reusable workflow that is the called one, and its "
              + "ref must be that of the run.", location: publisher.node.location),
        reason: "The \(name) claim does not match, expecting one of [\(list.joined(separator: ", "))], got "
          + PythonText.quoted(actual ?? ""), repairs: []))
  }

  private static func equal(_ left: String, _ right: String, ignoringCase: Bool) -> Bool {
    ignoringCase ? left.lowercased().hasSameBytes(as: right.lowercased()) : left.hasSameBytes(as: right)
  }

  /// The first match of a pattern that ends with `@`, without it.
  private static func first(_ pattern: String, in text: String) -> String? {
    guard let match = (try? RegularExpression(pattern))?.firstMatch(in: text) else { return nil }
    return String(decoding: Array(text.utf8)[match.range].dropLast(), as: UTF8.self)
  }
}

/// Texts as Python's `repr` writes them.
enum PythonText {
  static func quoted(_ text: String) -> String {
    let quote: Character = text.contains("'") && !text.contains("\"") ? "\"" : "'"
    let escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    return "\(quote)\(quote == "'" ? escaped.replacing("'", with: "\\'") : escaped)\(quote)"
  }
}
