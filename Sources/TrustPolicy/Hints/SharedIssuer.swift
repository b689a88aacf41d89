/// An issuer that many tenants share: its signature alone says nothing about whose token it is.
struct SharedIssuer: Sendable {
  /// What people call it.
  let name: String
  /// The claims of which one must be pinned.
  let pins: [String]

  /// - Parameter issuer: with or without `https://`.
  init?(_ issuer: String) {
    let rest = (issuer.hasPrefix("https://") ? String(issuer.dropFirst(8)) : issuer).lowercased()
    let bare = rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    guard let found = Self.all.first(where: { bare == $0.0 || ($0.3 && bare.hasPrefix($0.0 + "/")) }) else {
      return nil
    }
    name = found.1
    pins = found.2
  }

  /// Host and path, name, claims, and whether every path below is shared too.
  private static let all: [(String, String, [String], Bool)] = [
    (
      "token.actions.githubusercontent.com", "GitHub Actions",
      ["sub", "repository_id", "repository_owner_id", "job_workflow_ref"], false
    ),
    ("gitlab.com", "GitLab", ["sub", "project_id", "namespace_id"], false),
    ("app.terraform.io", "HCP Terraform", ["sub", "terraform_organization_id"], false),
    ("app.eu.terraform.io", "HCP Terraform", ["sub", "terraform_organization_id"], false),
    ("agent.buildkite.com", "Buildkite", ["sub", "organization_id"], false),
    ("oidc.codefresh.io", "Codefresh", ["sub"], false),
    ("scalr.io", "Scalr", ["sub"], false),
    ("proidc.upbound.io", "Upbound", ["sub"], false),
    ("tokens.cloud.shisho.dev", "Shisho Cloud", ["sub"], false),
    ("studio.datachain.ai/api", "DataChain Studio", ["sub"], false),
    ("oidc-configuration.audit-log.githubusercontent.com", "GitHub audit log", ["sub"], false),
    ("vstoken.actions.githubusercontent.com", "GitHub", ["sub"], false),
    ("cognito-identity.amazonaws.com", "Amazon Cognito", ["aud"], false),
    ("api.pulumi.com/oidc", "Pulumi Cloud", ["aud"], false),
    ("sandboxes.cloud", "Sandboxes", ["aud"], false),
    ("oidc.vercel.com", "Vercel", ["aud", "sub"], true),
    ("accounts.google.com", "Google", ["sub", "email"], false),
    ("api.gitpod.io/idp", "Gitpod", ["sub", "org_id"], false),
    ("app.gitpod.io", "Ona", ["sub", "organization_id"], false),
    ("app.ona.com", "Ona", ["sub", "organization_id"], false),
    ("login.microsoftonline.com/common/v2.0", "Microsoft Entra", ["sub", "tid"], false),
    ("login.microsoftonline.com/organizations/v2.0", "Microsoft Entra", ["sub", "tid"], false),
  ]
}
