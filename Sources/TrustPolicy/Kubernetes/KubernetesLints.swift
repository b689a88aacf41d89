import CEL
import Inspection
import JOSE

/// What should be different in an authenticator.
struct KubernetesLints {
  let issuer: KubernetesIssuer
  let isFlags: Bool
  let token: PresentedToken?

  var all: [Lint] { tenants + wildcards + prefixes + algorithms + slash }

  private var expressions: [KubernetesExpression] {
    issuer.rules.compactMap { rule in
      if case .expression(let expression, _) = rule { expression } else { nil }
    } + issuer.userRules.map(\.expression)
  }

  /// Tokens of a shared issuer become users whatever their tenant, unless a rule pins it.
  private var tenants: [Lint] {
    guard let shared = SharedIssuer(issuer.url.text), issuer.rules.isEmpty, issuer.userRules.isEmpty else { return [] }
    return [
      Lint(
        "no-subject-pin", .warning,
        "Everybody shares the issuer of \(shared.name), and no rule pins the tenant: any of its users becomes a user of "
          + "this cluster, and gets what is granted to system:authenticated.", at: issuer.url.location)
    ]
  }

  private var wildcards: [Lint] {
    var lints: [Lint] = []
    for expression in expressions {
      guard case .success(let program) = expression.program else { continue }
      for test in program.literalTests where test.test == .function("startsWith") {
        let claim = test.subject.path?.split(separator: ".").last.map(String.init) ?? ""
        for text in test.texts {
          guard let problem = TenantWildcard.problem(text + "*", claim: claim) else { continue }
          lints.append(Lint("wildcard-tenant", .warning, problem, at: expression.node.location))
        }
      }
      if program.conjuncts.count == 1, let test = CELLiteralTest(program.expression),
        test.test == .comparison(.notEqual)
      {
        lints.append(
          Lint(
            "only-negation", .warning, "The rule only forbids one value: every other tenant of the issuer gets in.",
            at: expression.node.location))
      }
    }
    return lints
  }

  /// Without a prefix a token can name a user or a group that is another's, such as `system:masters`.
  private var prefixes: [Lint] {
    var lints: [Lint] = []
    if case .claim(let claim, "") = issuer.username, claim.text != "email" {
      lints.append(
        Lint(
          "no-username-prefix", .info,
          "User names have no prefix: who can choose \(claim.text) at the issuer can take the name of another's user.",
          at: claim.location))
    }
    if case .claim(let claim, "")? = issuer.groups {
      lints.append(
        Lint(
          "no-groups-prefix", .warning,
          "Groups have no prefix: who can choose \(claim.text) at the issuer puts themselves into any group of the cluster.",
          at: claim.location))
    }
    return lints
  }

  private var algorithms: [Lint] {
    guard isFlags, issuer.algorithms == ["RS256"], let algorithm = token?.algorithm, algorithm != "RS256" else {
      return []
    }
    return [
      Lint(
        "signing-algorithms", .warning,
        "Flags take RS256 only, and the token has \(algorithm): add --oidc-signing-algs=\(algorithm).",
        at: issuer.url.location)
    ]
  }

  private var slash: [Lint] {
    guard issuer.url.text.hasSuffix("/"), token?.issuer.map({ $0 + "/" == issuer.url.text }) ?? false else { return [] }
    return [
      Lint(
        "trailing-slash", .warning, "The issuer ends with a slash, the token's does not: they never match.",
        at: issuer.url.location)
    ]
  }
}
