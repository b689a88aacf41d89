import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Source: trust-semantics §6.2, the code of PyPI (P1).
@Suite("PyPI")
struct PyPITests {
  private let publisher =
    #"{"kind":"GitHub","repository":"acme/app","repository_owner_id":"42","workflow":"release.yml","environment":"pypi"}"#

  private func gitHub(_ more: String = "") throws -> PresentedToken {
    try token(
      #"""
      {"iss":"https://token.actions.githubusercontent.com","aud":"pypi","sub":"repo:acme@42/app@7:environment:pypi",
       "repository":"acme/app","repository_owner":"acme","repository_owner_id":"42","ref":"refs/tags/v1","sha":"abc",
       "job_workflow_ref":"acme/app/.github/workflows/release.yml@refs/tags/v1","environment":"pypi",
       "event_name":"push","jti":"1"\#(more)}
      """#)
  }

  private func changed(_ claim: String, _ value: JSON?) throws -> PresentedToken {
    var claims = try gitHub().claims
    claims.members.removeAll { $0.name.value == claim }
    if let value { claims.set(claim, to: value) }
    return PresentedToken(claims: claims)
  }

  @Test("takes the token that fits, and says what else must be true")
  func accepted() throws {
    let verdict = try documents(publisher).verdict(try gitHub())
    #expect(verdict.decision == .accept)
    #expect(verdict.principal == "a publisher of the project: acme/app, release.yml, pypi")
    #expect(verdict.beyond.map(\.id) == ["jti"])
  }

  @Test(
    "refuses in PyPI's words",
    arguments: [
      ("aud", "sts.amazonaws.com", "audience", "malformed or invalid token"),
      ("aud", ["pypi"], "audience", "malformed or invalid token"),
      ("iss", "https://gitlab.example", "issuer", "malformed or invalid token"),
      ("exp", JSON(noon.seconds - 30), "exp", "malformed or invalid token"),
      ("iat", JSON(noon.seconds + 31), "iat", "malformed or invalid token"),
      ("jti", nil, "claims", "valid token, but no corresponding publisher (Missing claim 'jti')"),
      (
        "repository", "acme/other", "publisher",
        "valid token, but no corresponding publisher (Publisher with matching claims was not found)"
      ),
      (
        "environment", nil, "publisher",
        "valid token, but no corresponding publisher (Publisher with matching claims was not found)"
      ),
      (
        "repository_owner", "Acme", "repository_owner",
        "valid token, but no corresponding publisher (Check failed for required claim 'repository_owner')"
      ),
      (
        "job_workflow_ref", "acme/app/.github/workflows/release.yml@refs/heads/main", "job_workflow_ref",
        "valid token, but no corresponding publisher (The job_workflow_ref claim does not match, expecting one of "
          + "['acme/app/.github/workflows/release.yml@abc', 'acme/app/.github/workflows/release.yml@refs/tags/v1'], got "
          + "'acme/app/.github/workflows/release.yml@refs/heads/main')"
      ),
      (
        "event_name", "pull_request_target", "event_name",
        "valid token, but no corresponding publisher (Publishing from a workflow invoked via 'pull_request_target' is "
          + "not supported.)"
      ),
    ] as [(String, JSON?, String, String)])
  func refused(claim: String, value: JSON?, check: String, message: String) throws {
    let documents = try documents(publisher)
    let token = try changed(claim, value)
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == .reject)
    #expect(verdict.reported.map { verdict.checks[$0].id } == [check])
    #expect(verdict.wouldReport?.message == message)
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "compares names without regard to case, and bears 30 seconds",
    arguments: [
      ("repository", "acme/APP"), ("environment", "PyPI"), ("exp", JSON(noon.seconds - 29)),
      ("iat", JSON(noon.seconds + 30)),
      ("job_workflow_ref", "acme/app/.github/workflows/release.yml@abc"),
    ] as [(String, JSON)])
  func lenient(claim: String, value: JSON) throws {
    #expect(try documents(publisher).verdict(try changed(claim, value)).decision == .accept)
  }

  @Test("lets the publisher that names the environment go before the general one")
  func environments() throws {
    let general = #"{"kind":"github","repository":"acme/app","workflow":"release.yml"}"#
    let verdict = try documents("[\(general),\(publisher)]").verdict(try gitHub())
    #expect(verdict.principal == "a publisher of the project: acme/app, release.yml, pypi")
    let other = try documents("[\(general),\(publisher)]").verdict(try changed("environment", "staging"))
    #expect(other.principal == "a publisher of the project: acme/app, release.yml")
  }

  @Test("offers the repository of the token, and nothing else")
  func suggestion() throws {
    let documents = try documents(publisher)
    let token = try changed("environment", nil)
    let verdict = try documents.verdict(token)
    #expect(verdict.suggestions.map(\.title) == ["Let the publisher take any environment"])
    #expect(
      verdict.checks.flatMap(\.children).flatMap(\.children).contains { $0.hint?.contains("environment: pypi") == true }
    )
  }

  @Test(
    "knows the other kinds",
    arguments: [
      (
        #"{"kind":"GitLab","repository":"acme/app","workflow_filepath":".gitlab-ci.yml"}"#,
        #"""
        {"iss":"https://gitlab.com","aud":"pypi","sub":"project_path:acme/app:ref_type:branch:ref:main",
         "project_path":"acme/app","ci_config_ref_uri":"gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main",
         "ref_path":"refs/heads/main","sha":"abc","jti":"1"}
        """#, "ref_path",
        "The ci_config_ref_uri claim does not match"
      ),
      (
        #"{"kind":"Google","email":"ci@acme.iam.gserviceaccount.com"}"#,
        #"{"iss":"https://accounts.google.com","aud":"pypi","sub":"1","email":"ci@acme.iam.gserviceaccount.com","email_verified":true}"#,
        "email_verified", "Check failed for required claim 'email_verified'"
      ),
      (
        #"{"kind":"ActiveState","organization":"acme","project":"app","actor_id":"9"}"#,
        #"""
        {"iss":"https://platform.activestate.com/api/v1/oauth/oidc","aud":"pypi","sub":"org:acme:project:app:x",
         "organization":"acme","project":"app","actor_id":"9","builder":"pypi-publisher"}
        """#, "builder", "Check failed for required claim 'builder'"
      ),
    ])
  func kinds(publisher: String, claims: String, claim: String, reason: String) throws {
    let documents = try documents(publisher)
    #expect(try documents.verdict(try token(claims)).decision == .accept)
    let refused = try documents.verdict(try token(claims).with(JSONObject([(claim, "other")])))
    #expect(refused.wouldReport?.message.contains(reason) == true)
  }

  @Test(
    "says where publishers are wrong",
    arguments: [
      (#"{"kind":"GitHub","repository":"acme/app"}"#, 1, "no “workflow”"),
      (#"{"kind":"GitHub","repository":"acme/app","workflow":"a.yml","env":"x"}"#, 61, "no “env”"),
      (#"{"kind":"GitHub","workflow":"a.yml"}"#, 1, "no “repository”"),
      (#"{"kind":"GitHub","repository":7,"workflow":"a.yml"}"#, 31, "must be a string"),
    ])
  func malformed(text: String, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) { try documents(text) }
    #expect(error.location == DocumentLocation(file: "policy.json", line: 1, column: column))
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
