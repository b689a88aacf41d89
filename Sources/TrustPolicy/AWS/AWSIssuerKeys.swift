import JOSE

/// Which claims of an issuer's tokens AWS makes condition keys of. All others never become keys.
///
/// Source: the service authorization reference of AWS STS, and the announcement of January 2026.
struct AWSIssuerKeys: Sendable {
  /// The issuer without `https://`: the prefix of its condition keys.
  let prefix: String
  /// The claims besides `aud`, `sub`, `amr`, `email`.
  let claims: [String]
  /// Whom the keys are for, when it is an issuer with keys of its own.
  let provider: String?

  init(issuer: String) {
    let prefix = AWSProvider.withoutScheme(issuer)
    self.prefix = prefix
    let host = prefix.prefix { $0 != "/" }
    let path = prefix.dropFirst(host.count)
    switch host {
    case "token.actions.githubusercontent.com": (provider, claims) = ("GitHub", Self.gitHub)
    case _ where host.hasPrefix("token.actions.") && host.hasSuffix(".ghe.com"):
      (provider, claims) = ("GitHub", Self.gitHub)
    case "github.com" where path.hasPrefix("/enterprises/"): (provider, claims) = ("GitHub", Self.gitHub)
    case "gitlab.com" where path.isEmpty: (provider, claims) = ("GitLab", Self.gitLab)
    case "agent.buildkite.com": (provider, claims) = ("Buildkite", Self.buildkite)
    case _ where host.hasPrefix("agent.") && (host.hasSuffix(".buildkite.dev") || host.hasSuffix(".buildkite.site")):
      (provider, claims) = ("Buildkite", Self.buildkite)
    case "oidc.circleci.com" where path.hasPrefix("/org/"):
      (provider, claims) = ("CircleCI", ["oidc.circleci.com/project-id"])
    case "accounts.google.com": (provider, claims) = ("Google", ["google/organization_number"])
    case _ where host.hasPrefix("idcs-") && host.hasSuffix(".identity.oraclecloud.com"):
      (provider, claims) = ("Oracle", ["rpst_id"])
    default: (provider, claims) = (nil, [])
    }
  }

  private static let gitHub = [
    "actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "repository_owner_id", "workflow", "ref",
    "environment", "enterprise_id",
  ]
  private static let gitLab = [
    "namespace_id", "project_id", "user_id", "user_login", "user_email", "user_access_level", "ref_protected",
    "pipeline_source", "runner_environment",
  ]
  private static let buildkite = [
    "organization_slug", "organization_id", "pipeline_slug", "pipeline_id", "cluster_name", "cluster_id",
    "build_branch",
  ]

  /// Every claim that there is a key for.
  var all: [String] { ["aud", "oaud", "sub", "amr", "email"] + claims }

  /// The claim that a condition key stands for; nil when it is no key of this issuer. Key names know no case.
  func claim(of key: String) -> String? {
    let lower = key.lowercased()
    let start = prefix.lowercased() + ":"
    guard lower.hasPrefix(start) else { return nil }
    let name = lower.dropFirst(start.count)
    return all.first { $0.lowercased() == name }
  }

  /// Issuers that AWS knows without an OIDC provider in the account.
  static let builtIn = [
    "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com",
  ]
}
