import JOSE

/// Who seems to have issued a token, by its issuer and the shape of its claims.
///
/// Only for explaining: anybody can write these claims, the signature says who did.
public enum Provider: String, Sendable, CaseIterable {
  case gitHub = "GitHub Actions"
  case gitLab = "GitLab CI"
  case kubernetes = "Kubernetes"
  case spiffe = "SPIFFE"
  case entra = "Microsoft Entra"
  case gitpod = "Gitpod"
  case ona = "Ona"
  case google = "Google"
  case circleCI = "CircleCI"
  case buildkite = "Buildkite"

  init?(claims: JSONObject?) {
    guard let claims else { return nil }
    let issuer = claims["iss"]?.stringValue ?? ""
    let subject = claims["sub"]?.stringValue ?? ""
    func has(_ names: String...) -> Bool { names.allSatisfy { claims[$0] != nil } }
    switch issuer {
    case _ where Self.host(of: issuer) == "token.actions.githubusercontent.com": self = .gitHub
    case "https://api.gitpod.io/idp": self = .gitpod
    case "https://app.gitpod.io", "https://app.ona.com": self = .ona
    case "https://accounts.google.com", "accounts.google.com": self = .google
    case "https://agent.buildkite.com": self = .buildkite
    case _ where Self.host(of: issuer) == "oidc.circleci.com": self = .circleCI
    case _ where ["login.microsoftonline.com", "sts.windows.net"].contains(Self.host(of: issuer)): self = .entra
    case _ where subject.hasPrefix("spiffe://"): self = .spiffe
    case _ where has("kubernetes.io") || subject.hasPrefix("system:serviceaccount:"): self = .kubernetes
    case _ where has("repository", "workflow_ref"): self = .gitHub
    case _ where has("project_path", "namespace_path"): self = .gitLab
    case _ where Self.host(of: issuer).hasPrefix("services.") && issuer.hasSuffix("/idp"): self = .gitpod
    case _ where has("organization_id", "environment_id", "runner_id"): self = .ona
    case _ where has("organization_slug", "pipeline_slug"): self = .buildkite
    default: return nil
    }
  }

  private static func host(of issuer: String) -> String {
    guard issuer.hasPrefix("https://") else { return "" }
    return String(issuer.dropFirst(8).prefix { $0 != "/" && $0 != ":" })
  }
}
