import Inspection
import JOSE

/// What should be different in a statement, whatever a token says.
struct AWSLints {
  let policy: AWSPolicy
  let statement: AWSStatement
  let providers: [AWSProvider]
  let token: PresentedToken?

  private var admitsTokens: Bool { statement.allows && statement.covers(AWSTrust.action) }

  var lints: [Lint] {
    var lints = principals + actions
    for condition in statement.conditions { lints += AWSConditionLints(self, condition).lints }
    guard admitsTokens else { return lints }
    for issuer in issuers { lints += tenancy(issuer) }
    return lints
  }

  /// The issuers without their scheme that the statement admits.
  var issuers: [String] {
    statement.principals.filter { $0.type == "Federated" }.compactMap { principal in
      AWSIssuerKeys.builtIn.contains(principal.value) ? principal.value : AWSARN(principal.value)?.providerURL
    }
  }

  // MARK: Who and what

  private var principals: [Lint] {
    statement.principals.compactMap { principal in
      let place = principal.node.location
      if principal.value == "*", principal.type == "*" || principal.type == "Federated" {
        return Lint(
          "principal-wildcard", .error, "IAM refuses a trust policy for web identities with the principal “*”.",
          at: place)
      }
      if admitsTokens, !statement.isNotAction, principal.type != "Federated",
        statement.actions.contains(where: { $0.string?.lowercased().contains("webidentity") == true })
      {
        return Lint(
          "principal-not-federated", .warning,
          "\(principal.type) never names the holder of a token: write Federated with the provider's ARN, or nobody gets in.",
          at: place)
      }
      return nil
    }
  }

  private var actions: [Lint] {
    var lints: [Lint] = []
    if statement.isNotAction {
      lints.append(
        Lint(
          "not-action", .info,
          "NotAction in a trust policy is evaluated here as everything else; no recording of AWS confirms it.",
          at: statement.actions.first?.location))
    }
    for action in statement.actions {
      let name = (action.string ?? "").lowercased()
      let known = ["sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:*", "*"]
      guard !known.contains(where: { name == $0 || (name.hasPrefix("sts:assumerole") && $0 == "sts:assumerole") }),
        !name.contains("*")
      else { continue }
      lints.append(
        Lint(
          "action-not-sts", .error,
          "IAM refuses it: Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and "
            + "sts:AssumeRoleWithWebIdentity.", at: action.location))
    }
    return lints
  }

  // MARK: Whose tokens

  /// Conditions that must hold, and that a token without the claim does not fulfil.
  private func pins(_ issuer: String) -> [(claim: String, condition: AWSCondition)] {
    let keys = AWSIssuerKeys(issuer: issuer)
    return statement.conditions.compactMap { condition in
      guard let claim = keys.claim(of: condition.key), !condition.op.comparison.isNegated, !condition.op.ifExists,
        condition.op.comparison != .null, condition.op.quantifier != .forAllValues || isGuarded(condition)
      else { return nil }
      return (claim, condition)
    }
  }

  /// Whether the key must be there by a condition with Null.
  func isGuarded(_ condition: AWSCondition) -> Bool {
    statement.conditions.contains {
      $0.op.comparison == .null && $0.key.lowercased() == condition.key.lowercased()
        && $0.values.first?.text.lowercased() == "false"
    }
  }

  private func tenancy(_ issuer: String) -> [Lint] {
    let pins = pins(issuer)
    let who = pins.filter { $0.claim != "aud" && $0.claim != "oaud" }
    let place = statement.node.location
    var lints: [Lint] = []
    let others = statement.conditions.filter { $0.key.lowercased().hasPrefix(issuer.lowercased() + ":") }
    let isOnlyNegated =
      who.isEmpty
      && others.contains {
        $0.op.comparison.isNegated && !["aud"].contains(AWSIssuerKeys(issuer: issuer).claim(of: $0.key))
      }
    if isOnlyNegated {
      lints.append(
        Lint(
          "only-negation", .warning,
          "Only negations guard the role: a token of \(issuer) without the claim, or with any value that was not "
            + "thought of, gets in.", at: place))
    }
    let shared = SharedIssuer(issuer)
    if who.isEmpty, !isOnlyNegated {
      let isShared = shared != nil
      let whom = isShared ? "anybody who can get a token of \(issuer)" : "every workload of \(issuer)"
      lints.append(
        Lint(
          "no-subject-pin", isShared ? .warning : .info,
          "Nothing pins the subject: \(whom) can assume the role, whatever repository or workspace it runs in.",
          at: place))
    }
    if let rule = AWSCreationRule(issuer: issuer), let problem = rule.problem(statement) {
      lints.append(
        Lint(
          "creation-rule", .error,
          "IAM would refuse to create or update it: Trust policy with trusted principal "
            + "\(principalARN(issuer)) must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, "
            + "\(problem) which is not scoped to all.", at: place))
    }
    if let name = who.first(where: { isNameOnly($0.claim, $0.condition) }),
      !who.contains(where: { Self.ids.contains($0.claim) })
    {
      lints.append(
        Lint(
          "name-without-id", .info,
          "Only names are pinned: who registers the name again after it was deleted, renamed or transferred gets in; "
            + "pin an id too.", at: name.condition.location))
    }
    return lints
  }

  private static let ids = [
    "repository_id", "repository_owner_id", "enterprise_id", "actor_id", "namespace_id", "project_id", "user_id",
    "organization_id", "pipeline_id", "cluster_id", "google/organization_number", "oidc.circleci.com/project-id",
  ]

  /// Whether a pin is a name that can come to belong to another.
  private func isNameOnly(_ claim: String, _ condition: AWSCondition) -> Bool {
    switch claim {
    case "repository", "job_workflow_ref", "user_login", "organization_slug": true
    case "sub":
      condition.values.contains {
        GitHubSubject($0.text).map { !$0.isImmutable } ?? $0.text.hasPrefix("project_path:")
      }
    default: false
    }
  }

  private func principalARN(_ issuer: String) -> String {
    statement.principals.first { AWSARN($0.value)?.providerURL == issuer }?.value ?? issuer
  }

  // MARK: The policy

  /// What concerns all statements together.
  static func ofPolicy(_ policy: AWSPolicy, token: PresentedToken?) -> [Lint] {
    let end = policy.node.end ?? policy.node.start
    let size = policy.node.source.bytes[min(policy.node.start, end)..<min(end, policy.node.source.bytes.count)]
      .count { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
    guard size > 2048 else { return [] }
    return [
      Lint(
        "policy-size", size > 4096 ? .error : .info,
        "The policy has \(size) characters without white space; IAM's usual quota is 2048, and it can be raised to 4096.",
        at: policy.node.location)
    ]
  }
}

/// What IAM asks of a trust policy for an issuer that many tenants share, when the policy is created or changed.
struct AWSCreationRule {
  /// One of these must be evaluated.
  let claims: [String]
  private let prefix: String

  init?(issuer: String) {
    guard let (_, claims) = Self.rules.first(where: { $0.0 == issuer.lowercased() }) else { return nil }
    self.claims = claims
    prefix = issuer.lowercased()
  }

  private static let rules: [(String, [String])] =
    [("token.actions.githubusercontent.com", ["sub", "job_workflow_ref"])]
    + [
      "gitlab.com", "app.terraform.io", "agent.buildkite.com", "oidc.codefresh.io", "scalr.io", "proidc.upbound.io",
      "tokens.cloud.shisho.dev", "studio.datachain.ai/api", "oidc-configuration.audit-log.githubusercontent.com",
      "vstoken.actions.githubusercontent.com",
    ].map { ($0, ["sub"]) }
    + ["cognito-identity.amazonaws.com", "api.pulumi.com/oidc", "sandboxes.cloud", "oidc.vercel.com"].map {
      ($0, ["aud"])
    }

  /// The claim that the statement does not evaluate as it should; nil when it does.
  func problem(_ statement: AWSStatement) -> String? {
    let accepted: [AWSOperator.Comparison] = [.stringEquals, .stringLike, .stringEqualsIgnoreCase]
    let isPinned = statement.conditions.contains { condition in
      guard accepted.contains(condition.op.comparison), !condition.op.ifExists else { return false }
      guard claims.contains(where: { condition.key.lowercased() == "\(prefix):\($0)" }) else { return false }
      // IAM looks at the first value only.
      return condition.values.first.map { !$0.text.allSatisfy { "*?".contains($0) } } ?? false
    }
    return isPinned ? nil : "\(prefix):\(claims[0])"
  }
}
