/// What the parts of a provider's `sub` are.
enum SubjectExplanation {
  static func of(_ subject: String, provider: Provider) -> String? {
    switch provider {
    case .gitHub: gitHub(subject)
    case .gitLab:
      "GitLab writes project_path:GROUP/PROJECT:ref_type:TYPE:ref:NAME; the path changes when the project moves."
    case .kubernetes: "Kubernetes writes system:serviceaccount:NAMESPACE:NAME."
    case .spiffe: "A SPIFFE ID: spiffe://TRUST-DOMAIN/PATH."
    case .entra: "Entra makes a subject for each pair of user and application; oid names the user everywhere."
    case .gitpod: "Gitpod writes the URL that the workspace was started from, with the branch if one was given."
    case .ona: "Ona writes organization_id:ID:project_id:ID, or environment_id:ID without a project."
    case .google: "The number of the account; it never changes, the email address may."
    case .circleCI: "CircleCI writes org/ORG-ID/project/PROJECT-ID/user/USER-ID."
    case .buildkite: "Buildkite writes organization:ORG:pipeline:PIPELINE:ref:REF:commit:SHA:step:KEY."
    }
  }

  /// GitHub's subject has two shapes: names alone, and since 2026-07-15 names with the immutable IDs after an @.
  private static func gitHub(_ subject: String) -> String {
    guard subject.hasPrefix("repo:") else {
      return "A subject made by the organisation's or repository's own template for claims."
    }
    let parts = subject.dropFirst("repo:".count).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let repository = parts.first ?? ""
    let context = parts.count > 1 ? parts[1] : ""
    let shape =
      repository.contains("@")
      ? "GitHub's immutable shape, repo:ORG@ID/REPO@ID: a policy for the old shape, repo:ORG/REPO, does not match it."
      : "GitHub's old shape, repo:ORG/REPO: a policy for the immutable shape, repo:ORG@ID/REPO@ID, does not match it."
    switch true {
    case context.hasPrefix("environment:"): return shape + " A job with an environment: the branch is not in it."
    case context.hasPrefix("ref:"): return shape + " A job without an environment, on a branch or tag."
    case context == "pull_request": return shape + " A job of a pull request: neither branch nor environment is in it."
    default: return shape
    }
  }
}
