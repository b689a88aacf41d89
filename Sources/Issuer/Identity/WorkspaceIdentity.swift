import JOSE

/// Who a token speaks for: its subject and the claims about the workspace.
public struct WorkspaceIdentity: Sendable, Equatable {
  /// `sub`.
  public var subject: String
  /// The claims about the workspace, in the order in which they are written: name, email, then the configured ones.
  public var claims: JSONObject

  public init(subject: String, claims: JSONObject = JSONObject()) {
    self.subject = subject
    self.claims = claims
  }

  /// The identity that the facts and the configuration make together.
  ///
  /// - Throws: ``TemplateError`` when a template needs what the workspace does not have.
  public init(facts: WorkspaceFacts, configuration: IssuerConfiguration) throws(TemplateError) {
    subject = try configuration.subject?.render(facts) ?? facts.subject
    claims = JSONObject()
    if let name = facts.gitName, !name.isEmpty { claims.set("name", to: JSON(name)) }
    if let email = facts.gitEmail, !email.isEmpty { claims.set("email", to: JSON(email)) }
    for claim in configuration.claims {
      switch claim.value {
      case .template(let template): claims.set(claim.name, to: JSON(try template.render(facts)))
      case .literal(let value): claims.set(claim.name, to: value)
      }
    }
  }
}
