import Inspection
import JOSE

/// A credential held against a token.
struct EntraMatch {
  /// What of a credential does not fit.
  enum Failure: Equatable {
    case issuer
    case audience
    case subject
    case subjectCase
    case expression

    func answer(_ token: PresentedToken) -> PartyAnswer {
      let text = "No matching federated identity record found for presented assertion"
      return switch self {
      case .issuer: PartyAnswer("AADSTS700211", "\(text) issuer '\(token.issuer ?? "")'.")
      case .audience: PartyAnswer("AADSTS700212", "\(text) audience '\(token.audiences.first ?? "")'.")
      case .subject: PartyAnswer("AADSTS700213", "\(text) subject '\(token.subject ?? "")'.")
      case .subjectCase: PartyAnswer("AADSTS7002138", "\(text) subject '\(token.subject ?? "")'.")
      case .expression: PartyAnswer("AADSTS7002131", "\(text) subject '\(token.subject ?? "")'.")
      }
    }
  }

  let credential: EntraCredential
  private(set) var failures: [Failure] = []
  private(set) var obstacles: [Route.Obstacle] = []
  private var children: [Check] = []

  var outcome: Check.Outcome {
    if !failures.isEmpty { return .fail }
    return children.contains { $0.outcome == .unknown } ? .unknown : .pass
  }

  var check: Check {
    Check(
      id: "credential-\(credential.name ?? "line-\(credential.node.location.line)")",
      title: credential.name.map { "the credential \($0)" }
        ?? "the credential at line \(credential.node.location.line)",
      outcome: outcome, location: credential.node.location, children: children)
  }

  init(_ credential: EntraCredential, _ token: PresentedToken) {
    self.credential = credential
    exact("issuer", credential.issuer, token.issuer, .issuer)
    audience(token)
    if let subject = credential.subject {
      self.subject(subject, token)
    } else if let expression = credential.expression, let node = credential.expressionNode {
      for clause in expression.clauses { self.clause(clause, expression, node, token) }
    }
  }

  private mutating func exact(_ name: String, _ node: DocumentNode, _ actual: String?, _ failure: Failure) {
    let wanted = node.string ?? ""
    let fits = actual.map { $0.hasSameBytes(as: wanted) } ?? false
    children.append(
      Check(
        id: name, title: "\(name) is exactly the credential's", outcome: fits ? .pass : .fail, expected: wanted,
        actual: actual ?? "missing", hint: fits ? nil : actual.flatMap { hint(wanted, $0) }, location: node.location))
    guard !fits else { return }
    failures.append(failure)
    obstacles.append(
      .init(
        repairs: actual.map { Repair.replacing(node, with: $0, "Set the \(name) of the credential to “\($0)”") } ?? []))
  }

  private mutating func audience(_ token: PresentedToken) {
    let wanted = credential.audience.string ?? ""
    let title = "audience is exactly the credential's"
    let audiences = token.audiences
    guard audiences.count <= 1 else {
      let holds = audiences.contains { $0.hasSameBytes(as: wanted) }
      children.append(
        Check(
          id: "audience", title: title, outcome: holds ? .unknown : .fail, expected: wanted,
          actual: audiences.joined(separator: ", "),
          hint: "Request the token for one audience: what Entra makes of several is not documented.",
          location: credential.audience.location))
      if !holds { failures.append(.audience) }
      obstacles.append(
        .init(repairs: [
          .token(
            "aud", from: audiences.joined(separator: ", "), to: wanted, "Request the token for the audience “\(wanted)”"
          )
        ]))
      return
    }
    let actual = audiences.first
    let fits = actual.map { $0.hasSameBytes(as: wanted) } ?? false
    children.append(
      Check(
        id: "audience", title: title, outcome: fits ? .pass : .fail, expected: wanted, actual: actual ?? "missing",
        hint: fits ? nil : actual.flatMap { hint(wanted, $0) }, location: credential.audience.location))
    guard !fits else { return }
    failures.append(.audience)
    var repairs = [
      Repair.token("aud", from: actual ?? "", to: wanted, "Request the token for the audience “\(wanted)”")
    ]
    if let actual, !actual.isEmpty {
      repairs += Repair.replacing(
        credential.audience, with: actual, "Set the audience of the credential to “\(actual)”")
    }
    obstacles.append(.init(repairs: repairs))
  }

  private mutating func subject(_ node: DocumentNode, _ token: PresentedToken) {
    let wanted = node.string ?? ""
    let actual = token.subject ?? ""
    let isCase = !wanted.hasSameBytes(as: actual) && wanted.lowercased().hasSameBytes(as: actual.lowercased())
    let before = failures.count
    exact("subject", node, token.subject, isCase ? .subjectCase : .subject)
    guard failures.count > before else { return }
    if wanted.contains("*"), Wildcard(wanted).matches(actual) {
      children[children.count - 1].hint =
        "In subject * is literal: a pattern needs claimsMatchingExpression, or one credential for each subject."
    }
    if token.subject != nil, !GitHubSubject.differOnlyByShape(wanted, actual) {
      let repair = Repair.token("sub", from: actual, to: wanted, "Use a token with the subject “\(wanted)”")
      let last = obstacles.removeLast()
      obstacles.append(.init(repairs: last.repairs + [repair]))
    }
  }

  private mutating func clause(
    _ clause: EntraExpression.Clause, _ expression: EntraExpression, _ node: DocumentNode, _ token: PresentedToken
  ) {
    let op = clause.isPattern ? "matches" : "eq"
    var check = Check(
      id: "claim-\(clause.claim)", title: "claims['\(clause.claim)'] \(op)", outcome: .fail, expected: clause.text,
      location: node.location)
    guard let value = token[clause.claim], value != .null else {
      check.actual = "missing"
      check.outcome = .unknown
      check.hint = "The token lacks the claim, and what Entra makes of that is not documented."
      children.append(check)
      return
    }
    guard let actual = value.stringValue else {
      check.actual = value.compact()
      check.outcome = .unknown
      check.hint = "The claim is \(value.kindName), and what Entra makes of that is not documented."
      children.append(check)
      return
    }
    check.actual = actual
    let fits = clause.isPattern ? Wildcard(clause.text).matches(actual) : clause.text.hasSameBytes(as: actual)
    check.outcome = fits ? .pass : .fail
    if !fits {
      check.hint =
        Divergence(policy: clause.text, token: actual, isPattern: clause.isPattern)?.asSentence
      failures.append(.expression)
      let isLiteral = !clause.isPattern || !actual.contains { "*?".contains($0) }
      obstacles.append(
        .init(
          repairs: isLiteral
            ? Repair.replacing(
              node, with: expression.replacing(clause, with: actual),
              "Set \(clause.claim) in the expression to “\(actual)”")
            : []))
    }
    children.append(check)
  }

  private func hint(_ wanted: String, _ actual: String) -> String? {
    Divergence(policy: wanted, token: actual)?.asSentence
  }
}
