import Inspection
import JOSE

/// The federated identity credentials of an application or a managed identity of Entra ID: one of them must fit.
struct EntraCredentials: DocumentShape, TrustConfiguration {
  static let kind = DocumentKind.entra

  let relyingParty = RelyingParty.entra
  let name: String
  let location: DocumentLocation
  let credentials: [EntraCredential]

  // MARK: Reading

  static func recognises(_ node: DocumentNode) -> Bool {
    if let list = node["value"]?.array ?? node.array { return !list.isEmpty && list.allSatisfy(isCredential) }
    return isCredential(node)
  }

  private static func isCredential(_ node: DocumentNode) -> Bool {
    let inner = node["properties"] ?? node
    return inner["issuer"] != nil && inner["audiences"] != nil
      && (inner["subject"] != nil || inner["claimsMatchingExpression"] != nil)
  }

  /// A credential, a list, what Graph answers (`value`), or what ARM answers (`properties`).
  static func read(_ node: DocumentNode) throws(DocumentError) -> [EntraCredentials] {
    let list = node["value"]?.array ?? node.array ?? [node]
    guard !list.isEmpty else {
      throw node.error(
        "the list of credentials is empty: Entra would say AADSTS70025",
        remedy: "Add a credential: az ad app federated-credential create.")
    }
    var credentials: [EntraCredential] = []
    for element in list { credentials.append(try EntraCredential(element)) }
    return [EntraCredentials(credentials, at: node.location)]
  }

  init(_ credentials: [EntraCredential], at location: DocumentLocation) {
    self.credentials = credentials
    self.location = location
    name = credentials.count == 1 ? credentials[0].name ?? location.file : location.file
  }

  // MARK: Deciding

  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation {
    var evaluation = Evaluation()
    let checks = EntraTokenChecks(token: token, now: now)
    if let forms = ClaimForms.check(token) { evaluation.addBeside(forms) }
    for step in checks.steps { evaluation.addBeside(step.check, answer: step.answer) }
    for step in checks.steps where step.check.outcome == .fail { evaluation.obstacle([]) }
    let matches = credentials.map { EntraMatch($0, token) }
    let fits = matches.contains { $0.outcome == .pass }
    let outcome: Check.Outcome =
      fits ? .pass : matches.contains { $0.outcome == .unknown } ? .unknown : .fail
    let title =
      credentials.count == 1
      ? "the credential fits the token" : "one of the \(credentials.count) credentials fits the token"
    evaluation.addBeside(
      Check(id: "credential", title: title, outcome: outcome, location: location, children: matches.map(\.check)),
      answer: outcome == .fail ? answer(matches, token) : nil)
    if outcome == .fail { evaluation.routes = { matches.map { Route(obstacles: $0.obstacles) } } }
    evaluation.principal = matches.first { $0.outcome == .pass }.map {
      "the owner of the credential \($0.credential.name ?? "at line \($0.credential.node.location.line)")"
    }
    evaluation.beyond = [
      Check(
        id: "propagation", title: "the credential has reached all of Entra ID", outcome: .unknown,
        hint: "It takes minutes after a change; until then Entra says AADSTS70021."),
      Check(
        id: "tenant-policy", title: "the tenant allows federation with this issuer", outcome: .unknown,
        hint: "Entra would say AADSTS700223 or AADSTS700238."),
    ]
    return evaluation
  }

  /// What Entra says when no credential fits. With several credentials it is not known which of them it names.
  private func answer(_ matches: [EntraMatch], _ token: PresentedToken) -> PartyAnswer? {
    let failures = matches.map(\.failures)
    guard let fewest = failures.min(by: { $0.count < $1.count }), fewest.count == 1, let only = fewest.first,
      failures.count == 1 || failures.allSatisfy({ $0.contains(only) })
    else { return PartyAnswer("AADSTS70021", "No matching federated identity record found for presented assertion.") }
    return only.answer(token)
  }
}

/// One federated identity credential.
struct EntraCredential: Sendable {
  let name: String?
  let issuer: DocumentNode
  /// The subject; nil when an expression stands in its place.
  let subject: DocumentNode?
  let expression: EntraExpression?
  let expressionNode: DocumentNode?
  let audience: DocumentNode
  let audiences: DocumentNode
  let node: DocumentNode

  /// - Parameter node: from Graph, from ARM with `properties`, or from `az`.
  init(_ node: DocumentNode) throws(DocumentError) {
    let inner = node.present("properties") ?? node
    try self.init(
      inner, name: (node.present("name") ?? inner.present("name"))?.text("name"), issuer: "issuer", subject: "subject",
      expression: "claimsMatchingExpression", audiences: ["audiences"])
  }

  /// - Parameters: the names that the members have.
  init(
    _ inner: DocumentNode, name: String?, issuer issuerName: String, subject subjectName: String,
    expression expressionName: String, audiences audienceNames: [String]
  ) throws(DocumentError) {
    node = inner
    self.name = name
    issuer = try inner.required(issuerName, of: "the credential")
    _ = try issuer.text("issuer")
    subject = inner.present(subjectName)
    _ = try subject?.text("subject")
    let written = inner.present(expressionName)
    if let subject, written != nil {
      throw subject.error(
        "subject and \(expressionName) exclude each other", remedy: "Take one of them out.")
    }
    if let written {
      if let version = written.present("languageVersion"), case .number(let text) = version.value, text != "1" {
        throw version.error("there is no version \(text) of the expression language", remedy: "Write 1.")
      }
      let value = written.string == nil ? try written.required("value", of: expressionName) : written
      expressionNode = value
      expression = try EntraExpression(try value.text("the expression"), at: value)
    } else {
      expressionNode = nil
      expression = nil
      if subject == nil {
        throw inner.error("the credential has neither subject nor claimsMatchingExpression", remedy: "Add “subject”.")
      }
    }
    let found = audienceNames.lazy.compactMap { inner.present($0) }.first
    audiences = if let found { found } else { try inner.required(audienceNames[0], of: "the credential") }
    let list = audiences.string == nil ? try audiences.elements("audiences") : [audiences]
    guard list.count == 1, let only = list.first else {
      throw audiences.error(
        "a credential has exactly one audience, and this one has \(list.count)",
        remedy: "Keep one, usually \"api://AzureADTokenExchange\".")
    }
    _ = try only.text("an audience")
    audience = only
  }
}
