import Inspection
import JOSE

/// The trusted publishers of a project on PyPI, of which one must fit.
struct PyPIPublishers: DocumentShape, TrustConfiguration {
  static let kind = DocumentKind.pypi

  let relyingParty = RelyingParty.pypi
  let node: DocumentNode
  let publishers: [PyPIPublisher]
  /// The audience of the index.
  let audience: String

  var location: DocumentLocation { node.location }
  var name: String { publishers.count == 1 ? publishers[0].title : location.file }

  // MARK: Reading

  static func recognises(_ node: DocumentNode) -> Bool {
    if let list = node["publishers"]?.array ?? node.array {
      return !list.isEmpty && list.allSatisfy(PyPIPublisher.recognises)
    }
    return PyPIPublisher.recognises(node)
  }

  /// A publisher, a list of them, or an object with `publishers` and the `audience` of an index other than PyPI.
  static func read(_ node: DocumentNode) throws(DocumentError) -> [PyPIPublishers] {
    let list = try node.present("publishers")?.elements("publishers") ?? node.elementsOrSelf
    guard !list.isEmpty else { throw node.error("the list of publishers is empty", remedy: "Add a publisher.") }
    if node.present("publishers") != nil {
      _ = try node.members("the publishers", among: ["publishers", "audience"])
    }
    var publishers: [PyPIPublisher] = []
    for element in list { publishers.append(try PyPIPublisher(element)) }
    return [
      PyPIPublishers(
        node: node, publishers: publishers, audience: try node.present("audience")?.text("audience") ?? "pypi")
    ]
  }

  // MARK: Deciding

  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    var evaluation = Evaluation()
    let checks = PyPITokenChecks(token: token, now: now, audience: audience, issuers: publishers.map(\.issuer))
    for step in checks.steps {
      evaluation.add(step.check, answer: step.check.outcome == .fail ? Self.invalidToken : nil)
      if step.check.outcome == .fail { evaluation.obstacle(step.repairs) }
    }
    let candidates = publishers.filter { $0.issuer.hasSameBytes(as: token.issuer ?? "") }
    claims(candidates.first?.kind, token, &evaluation)
    publisher(candidates.map { PyPIMatch($0, token) }, token, &evaluation)
    evaluation.beyond = [
      Check(
        id: "jti", title: "the token was not used before", outcome: .unknown,
        hint: "PyPI takes each jti once: request a new token for each upload.")
    ]
    return evaluation
  }

  private static let invalidToken = PartyAnswer("invalid-token", "malformed or invalid token")

  private static func refusal(_ reason: String) -> PartyAnswer {
    PartyAnswer("invalid-publisher", "valid token, but no corresponding publisher (\(reason))")
  }

  /// Claims that must be there. Of several that are missing it is not known which PyPI names.
  private func claims(_ kind: PyPIPublisher.Kind?, _ token: PresentedToken, _ evaluation: inout Evaluation) {
    let wanted: [String] =
      switch kind {
      case .github: ["repository", "repository_owner", "repository_owner_id", "job_workflow_ref", "jti"]
      case .gitlab: ["sub", "project_path", "ci_config_ref_uri", "ref_path", "sha", "jti"]
      case .google: ["email", "email_verified"]
      case .activestate: ["sub", "organization", "project", "actor_id", "builder"]
      case nil: []
      }
    let missing = wanted.filter { token[$0] == nil || token[$0] == .null }
    guard !missing.isEmpty else {
      return evaluation.add(Check(id: "claims", title: "every claim that PyPI needs is there", outcome: .pass))
    }
    for (index, name) in missing.enumerated() {
      let check = Check(
        id: "claims", title: "the claim \(name) is there", outcome: .fail, actual: "missing",
        hint: "PyPI needs \(wanted.joined(separator: ", ")).")
      let answer = Self.refusal("Missing claim '\(name)'")
      if index == 0 { evaluation.add(check, answer: answer) } else { evaluation.addBeside(check, answer: answer) }
      evaluation.obstacle([])
    }
  }

  private func publisher(_ matches: [PyPIMatch], _ token: PresentedToken, _ evaluation: inout Evaluation) {
    let environment = token["environment"]?.stringValue?.lowercased()
    let found = matches.filter(\.isFound)
    // The one that names the environment goes before the one that names none.
    let chosen =
      found.first { $0.publisher.environment?.lowercased() == environment && environment != nil } ?? found.first
    evaluation.add(
      Check(
        id: "publisher",
        title: publishers.count == 1 ? "the publisher fits" : "one of the \(publishers.count) publishers fits",
        outcome: chosen == nil ? .fail : .pass,
        hint: matches.isEmpty ? "No publisher is for the issuer \(token.issuer ?? "of this token")." : nil,
        location: chosen?.publisher.node.location ?? location,
        children: matches.map(\.check)), answer: Self.refusal("Publisher with matching claims was not found"))
    guard let chosen else {
      evaluation.routes = { matches.map { Route(obstacles: $0.obstacles) } }
      if matches.isEmpty { evaluation.obstacle([]) }
      return
    }
    for verification in chosen.verifications {
      evaluation.add(verification.check, answer: Self.refusal(verification.reason))
      if verification.check.outcome == .fail { evaluation.obstacle(verification.repairs) }
    }
    evaluation.principal = "a publisher of the project: \(chosen.publisher.title)"
  }

  // MARK: Remarks

  func lints(for token: PresentedToken?) -> [Lint] {
    publishers.flatMap { publisher -> [Lint] in
      var lints: [Lint] = []
      if publisher.kind == .gitlab {
        lints.append(
          Lint(
            "name-without-id", .warning,
            "PyPI pins names of GitLab only: whoever registers \(publisher.owner ?? "the namespace") after a rename or "
              + "deletion can publish.", at: publisher.node.location))
      }
      if publisher.kind == .github, publisher.node("repository_owner_id") == nil {
        lints.append(
          Lint(
            "unknown-owner-id", .info,
            "PyPI also compares the owner's id, which this document does not tell: a renamed owner is refused.",
            at: publisher.node.location))
      }
      if publisher.kind == .github || publisher.kind == .gitlab, publisher.environment == nil {
        lints.append(
          Lint(
            "no-environment", .info,
            "No environment is named: whoever can push to the repository can run the workflow and publish.",
            at: publisher.node.location))
      }
      return lints
    }
  }
}
