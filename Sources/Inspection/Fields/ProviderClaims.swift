/// The claims that only some providers write.
enum ProviderClaims {
  static func meaning(of name: String, provider: Provider) -> Meaning? {
    tables[provider]?[name]
  }

  private static let tables: [Provider: [String: Meaning]] = [
    .gitHub: gitHub, .gitLab: gitLab, .kubernetes: kubernetes, .spiffe: [:], .entra: entra, .gitpod: gitpod,
    .ona: ona, .google: google, .circleCI: circleCI, .buildkite: buildkite,
  ]

  private static let gitHub: [String: Meaning] = [
    "repository": Meaning("repository", "ORG/REPO; changes when the repository is renamed."),
    "repository_id": Meaning("repository, ID", "Never changes: the safe one to pin."),
    "repository_owner": Meaning("owner"),
    "repository_owner_id": Meaning("owner, ID", "Never changes: the safe one to pin."),
    "repository_visibility": Meaning("visibility"),
    "ref": Meaning("branch or tag", "refs/heads/NAME or refs/tags/NAME."),
    "ref_type": Meaning("branch or tag?"),
    "ref_protected": Meaning("is the ref protected?"),
    "sha": Meaning("commit"),
    "environment": Meaning("deployment environment"),
    "workflow": Meaning("workflow"),
    "workflow_ref": Meaning("workflow file", "The workflow that was started."),
    "workflow_sha": Meaning("workflow, commit"),
    "job_workflow_ref": Meaning("job's workflow file", "The reusable workflow that the job is in, else its own."),
    "job_workflow_sha": Meaning("job's workflow, commit"),
    "event_name": Meaning("event", "pull_request_target runs with secrets on code of others: pin with care."),
    "actor": Meaning("who started it"),
    "actor_id": Meaning("who started it, ID"),
    "head_ref": Meaning("branch of the pull request", "Chosen by whoever opened it."),
    "base_ref": Meaning("target of the pull request"),
    "run_id": Meaning("run"),
    "run_number": Meaning("run, number"),
    "run_attempt": Meaning("run, attempt"),
    "runner_environment": Meaning("runner", "github-hosted or self-hosted."),
    "enterprise": Meaning("enterprise"),
    "enterprise_id": Meaning("enterprise, ID"),
    "check_run_id": Meaning("check run"),
  ]

  private static let gitLab: [String: Meaning] = [
    "namespace_id": Meaning("group, ID", "Never changes: the safe one to pin."),
    "namespace_path": Meaning("group"),
    "project_id": Meaning("project, ID", "Never changes: the safe one to pin."),
    "project_path": Meaning("project", "Changes when the project moves."),
    "user_id": Meaning("user, ID"),
    "user_login": Meaning("user"),
    "user_email": Meaning("user's email"),
    "user_access_level": Meaning("user's role in the project"),
    "pipeline_id": Meaning("pipeline"),
    "pipeline_source": Meaning("pipeline's trigger"),
    "job_id": Meaning("job"),
    "ref": Meaning("branch or tag"),
    "ref_type": Meaning("branch or tag?"),
    "ref_path": Meaning("full name of the ref"),
    "ref_protected": Meaning("is the ref protected?", "\"true\" only on protected branches and tags."),
    "environment": Meaning("deployment environment"),
    "environment_protected": Meaning("is it protected?"),
    "deployment_tier": Meaning("deployment tier"),
    "runner_id": Meaning("runner"),
    "runner_environment": Meaning("runner", "gitlab-hosted or self-hosted."),
    "sha": Meaning("commit"),
    "ci_config_ref_uri": Meaning("CI configuration file"),
    "ci_config_sha": Meaning("CI configuration, commit"),
    "project_visibility": Meaning("visibility"),
  ]

  private static let kubernetes: [String: Meaning] = [
    "kubernetes.io": Meaning(
      "pod and service account", "The token is bound to these: it ends when the pod is gone.", type: .object)
  ]

  private static let entra: [String: Meaning] = [
    "tid": Meaning("tenant ID"),
    "oid": Meaning("object ID", "Names the user or service principal in its tenant."),
    "appid": Meaning("application ID"),
    "azp": Meaning("application ID of the client"),
    "appidacr": Meaning("how the client signed in", "0 public, 1 secret, 2 certificate."),
    "azpacr": Meaning("how the client signed in", "0 public, 1 secret, 2 certificate."),
    "idp": Meaning("identity provider"),
    "idtyp": Meaning("kind of token", "app when there is no user in it."),
    "scp": Meaning("scopes", "What the user has let the application do."),
    "roles": Meaning("application roles"),
    "upn": Meaning("user principal name", "May change: do not authorise by it."),
    "unique_name": Meaning("name to show"),
    "ver": Meaning("version of the token", "1.0 and 2.0 have different issuers."),
    "xms_mirid": Meaning("managed identity"),
    "wids": Meaning("directory roles"),
    "uti": Meaning("token ID"),
    "rh": Meaning("for internal use"),
    "aio": Meaning("for internal use"),
  ]

  private static let gitpod: [String: Meaning] = [
    "user_id": Meaning("user, ID"),
    "org_id": Meaning("organisation, ID", "The safe one to pin."),
    "c_hash": Meaning("code hash", "Gitpod writes one although there is no code: it means nothing."),
  ]

  private static let ona: [String: Meaning] = [
    "organization_id": Meaning("organisation, ID", "The safe one to pin."),
    "project_id": Meaning("project, ID", "Absent when the environment has no project."),
    "environment_id": Meaning("environment, ID", "New for each environment."),
    "runner_id": Meaning("runner, ID"),
    "creator_principal": Meaning("kind of creator"),
    "creator_id": Meaning("creator, ID"),
    "creator_email": Meaning("creator's email"),
    "creator_name": Meaning("creator"),
    "creator_idp": Meaning("creator's identity provider"),
    "environment_initializers": Meaning("what the environment was made from"),
  ]

  private static let google: [String: Meaning] = [
    "google": Meaning("about the instance", "Only with format=full.", type: .object),
    "azp": Meaning("authorised party", "For a service account its number, as in sub."),
    "email": Meaning("email address", "Of a service account: NAME@PROJECT.iam.gserviceaccount.com."),
    "hd": Meaning("Workspace domain"),
  ]

  private static let circleCI: [String: Meaning] = [
    "oidc.circleci.com/project-id": Meaning("project, ID", "The safe one to pin."),
    "oidc.circleci.com/context-ids": Meaning("contexts, IDs"),
    "oidc.circleci.com/vcs-origin": Meaning("repository"),
    "oidc.circleci.com/vcs-ref": Meaning("branch or tag"),
    "oidc.circleci.com/org-id": Meaning("organisation, ID"),
    "oidc.circleci.com/pipeline-id": Meaning("pipeline"),
    "oidc.circleci.com/workflow-id": Meaning("workflow"),
    "oidc.circleci.com/job-id": Meaning("job"),
    "oidc.circleci.com/ssh-rerun": Meaning("run again with SSH?", "true: a person had a shell in the job."),
  ]

  private static let buildkite: [String: Meaning] = [
    "organization_slug": Meaning("organisation"),
    "organization_id": Meaning("organisation, ID", "Never changes: the safe one to pin."),
    "pipeline_slug": Meaning("pipeline"),
    "pipeline_id": Meaning("pipeline, ID", "Never changes: the safe one to pin."),
    "build_number": Meaning("build"),
    "build_branch": Meaning("branch"),
    "build_tag": Meaning("tag"),
    "build_commit": Meaning("commit"),
    "build_source": Meaning("build's trigger"),
    "step_key": Meaning("step"),
    "job_id": Meaning("job"),
    "agent_id": Meaning("agent"),
    "runner_environment": Meaning("agent", "buildkite-hosted or self-hosted."),
  ]
}
