import Inspection
import JOSE

extension EntraCredentials {
  func lints(for token: PresentedToken?) -> [Lint] {
    var lints: [Lint] = []
    for credential in credentials { lints += Self.lints(credential, token) }
    if credentials.count > 20 {
      lints.append(
        Lint("too-many-credentials", .error, "Entra keeps at most 20 credentials for an application.", at: location))
    }
    for (index, credential) in credentials.enumerated() {
      let same = credentials[..<index].contains {
        $0.issuer.string == credential.issuer.string && $0.subject?.string == credential.subject?.string
          && $0.expression?.source == credential.expression?.source
      }
      guard same else { continue }
      lints.append(
        Lint(
          "same-credential", .error, "Two credentials have the same issuer and subject: Entra keeps only one.",
          at: credential.node.location))
    }
    if let token {
      let fitting = credentials.filter { EntraMatch($0, token).outcome == .pass }
      if fitting.count > 1 {
        lints.append(
          Lint(
            "several-fit", .info, "\(fitting.count) credentials fit this token; one is enough.",
            at: fitting[1].node.location))
      }
    }
    return lints.sorted { $0.severity < $1.severity }
  }

  private static func lints(_ credential: EntraCredential, _ token: PresentedToken?) -> [Lint] {
    var lints: [Lint] = []
    let issuer = credential.issuer.string ?? ""
    if let actual = token?.issuer, actual != issuer, actual + "/" == issuer || issuer + "/" == actual {
      lints.append(
        Lint(
          "issuer-slash", .error, "Issuers are compared to the last character, the slash at the end included.",
          at: credential.issuer.location))
    }
    if !issuer.hasPrefix("https://") || issuer.utf8.count > 600 {
      lints.append(
        Lint(
          "issuer-url", .error, "The issuer must be a URL with https and at most 600 characters.",
          at: credential.issuer.location))
    }
    if let audience = credential.audience.string, !audience.hasPrefix("api://AzureADTokenExchange") {
      lints.append(
        Lint(
          "unusual-audience", .info,
          "The usual audience is api://AzureADTokenExchange; tokens must name “\(audience)”.",
          at: credential.audience.location))
    }
    if let node = credential.subject, let subject = node.string { lints += self.subject(subject, node) }
    if let expression = credential.expression, let node = credential.expressionNode {
      lints += self.expression(expression, node, issuer: issuer)
    }
    return lints
  }

  private static func subject(_ subject: String, _ node: DocumentNode) -> [Lint] {
    var lints: [Lint] = []
    if subject.contains("*") {
      lints.append(
        Lint(
          "literal-wildcard", .warning,
          "In subject * is literal: nobody gets in unless the token's subject has the star itself.", at: node.location))
    }
    if subject.utf8.count > 600 {
      lints.append(Lint("subject-length", .error, "Entra keeps subjects of at most 600 characters.", at: node.location))
    }
    if let parsed = GitHubSubject(subject), !parsed.isImmutable {
      lints.append(
        Lint(
          "name-without-id", .info,
          "Only names are pinned: who registers them again after a rename or deletion gets in, and repositories "
            + "made since 2026-07-15 have ids in their subject.", at: node.location))
    }
    return lints
  }

  private static func expression(_ expression: EntraExpression, _ node: DocumentNode, issuer: String) -> [Lint] {
    let claims = expression.clauses.map(\.claim)
    var lints: [Lint] = []
    if let known = claimsKnown(issuer) {
      for clause in expression.clauses
      where !known.contains(where: { $0.0 == clause.claim && (!clause.isPattern || $0.1) }) {
        lints.append(
          Lint(
            "claim-not-supported", .error,
            "Entra takes no \(clause.isPattern ? "matches" : "eq") on \(clause.claim) for this issuer.",
            at: node.location))
      }
    }
    if issuer == "https://token.actions.githubusercontent.com" {
      let ids = claims.contains("repository_id") || claims.contains("repository_owner_id")
      if !claims.contains("sub") || !ids {
        lints.append(
          Lint(
            "expression-without-id", .warning,
            "Since 2026-08-14 an expression for GitHub needs sub and repository_id or repository_owner_id: without an "
              + "id, who takes over the name gets in.", at: node.location))
      }
    }
    for clause in expression.clauses where clause.isPattern {
      if let problem = TenantWildcard.problem(clause.text, claim: clause.claim.lowercased()) {
        lints.append(Lint("wildcard-tenant", .warning, problem, at: node.location))
      }
    }
    return lints
  }

  /// The claims that an expression may name, and whether `matches` may be used; nil when it is not known.
  private static func claimsKnown(_ issuer: String) -> [(String, Bool)]? {
    switch issuer {
    case "https://token.actions.githubusercontent.com":
      [("sub", true), ("job_workflow_ref", true), ("repository_id", false), ("repository_owner_id", false)]
    case "https://app.terraform.io", "https://app.eu.terraform.io": [("sub", true)]
    default: nil
    }
  }
}
