import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Source: trust-semantics §6.1, the code of octo-sts (O1) and go-oidc.
@Suite("octo-sts")
struct OctoSTSTests {
  private let policy = """
    issuer: https://token.actions.githubusercontent.com
    subject: repo:acme/app:ref:refs/heads/main
    permissions:
      contents: read
    """

  private func gitHub(_ sub: String = "repo:acme/app:ref:refs/heads/main", _ more: String = "") throws -> PresentedToken
  {
    try token(
      #"{"iss":"https://token.actions.githubusercontent.com","aud":"octo-sts.dev","sub":"\#(sub)"\#(more)}"#)
  }

  @Test("takes the exact values, and its own domain as the audience")
  func accepted() throws {
    let verdict = try documents(policy).verdict(try gitHub())
    #expect(verdict.decision == .accept)
    #expect(verdict.relyingParty == .octoSTS)
  }

  @Test(
    "refuses in its words",
    arguments: [
      (
        #"{"iss":"https://gitlab.com","aud":"octo-sts.dev","sub":"repo:acme/app:ref:refs/heads/main"}"#, "issuer",
        #"trust policy: issuer "https://gitlab.com" did not match "https://token.actions.githubusercontent.com""#
      ),
      (
        #"{"iss":"https://token.actions.githubusercontent.com","aud":"octo-sts.dev","sub":"repo:acme/app:ref:refs/heads/dev"}"#,
        "subject",
        #"trust policy: subject "repo:acme/app:ref:refs/heads/dev" did not match "repo:acme/app:ref:refs/heads/main""#
      ),
      (
        #"{"iss":"https://token.actions.githubusercontent.com","aud":"sigstore","sub":"repo:acme/app:ref:refs/heads/main"}"#,
        "audience", #"trust policy: audience ["sigstore"] did not match "octo-sts.dev""#
      ),
    ])
  func refused(claims: String, check: String, message: String) throws {
    let documents = try documents(policy)
    let token = try token(claims)
    let verdict = try documents.verdict(token)
    #expect(verdict.reported.map { verdict.checks[$0].id } == [check])
    #expect(verdict.wouldReport == PartyAnswer("PermissionDenied", message))
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "anchors patterns without a group, and reads booleans but no numbers",
    arguments: [
      ("repo:acme/.*", "", Decision.accept), ("repo:acme/app", "", .reject),
      // Each alternative is anchored at one end only.
      ("repo:acme/app:x|repo:other/.*main", "", .reject), ("repo:acme/app|nothing", "", .accept),
      ("repo:acme/.*", "\nclaim_pattern:\n  ref_protected: \"true\"", .accept),
      ("repo:acme/.*", "\nclaim_pattern:\n  run_number: \".*\"", .reject),
      ("repo:acme/.*", "\nclaim_pattern:\n  missing: \".*\"", .reject),
    ])
  func patterns(pattern: String, more: String, decision: Decision) throws {
    let text = """
      issuer: https://token.actions.githubusercontent.com
      subject_pattern: "\(pattern)"\(more)
      permissions: {}
      """
    let documents = try documents(text)
    let token = try gitHub("repo:acme/app:ref:refs/heads/main", #","ref_protected":true,"run_number":7"#)
    #expect(try documents.verdict(token).decision == decision)
    try expectSuggestionsHold(documents, token)
  }

  @Test("refuses subjects that are not plain, before it reads a policy")
  func plainSubjects() throws {
    let verdict = try documents(policy).verdict(try gitHub("repo:acme/app;rm"))
    #expect(verdict.wouldReport == PartyAnswer("InvalidArgument", "invalid subject in token"))
    #expect(verdict.suggestions.isEmpty)
  }

  @Test("knows both shapes of GitHub's subjects")
  func immutable() throws {
    let documents = try documents(policy)
    let token = try gitHub("repo:acme@42/app@7:ref:refs/heads/main")
    let verdict = try documents.verdict(token)
    #expect(verdict.check("subject")?.hint?.contains("immutable subject") == true)
    #expect(verdict.suggestions.contains { $0.after == #""repo:acme@42/app@7:ref:refs/heads/main""# })
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "remarks what lets too many in",
    arguments: [
      ("subject_pattern: \"repo:acme/app|repo:acme/lib\"", "alternation-without-group"),
      ("subject_pattern: \".*\"", "no-subject-pin"), ("subject_pattern: \"repo:acme.*\"", "wildcard-tenant"),
      ("subject: repo:acme/app:ref:refs/heads/main", "name-without-id"),
    ])
  func lints(subject: String, id: String) throws {
    let text = "issuer: https://token.actions.githubusercontent.com\n\(subject)\npermissions: {}\n"
    #expect(try documents(text).lints().map(\.id).contains(id))
  }

  @Test(
    "says where a policy is wrong",
    arguments: [
      ("issuer: a\nissuer_pattern: b\nsubject: c\npermissions: {}", 2, 17, "exclude each other"),
      ("issuer: a\npermissions: {}", 1, 1, "neither subject nor subject_pattern"),
      ("issuer: a\nsubject_pattern: \"(\"\npermissions: {}", 2, 18, "cannot be compiled"),
      ("issuer: a\nsubject: b\npermisions: {}\npermissions: {}", 3, 1, "no member “permisions”"),
    ])
  func malformed(text: String, line: Int, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) { try documents(text) }
    #expect(error.location == DocumentLocation(file: "policy.json", line: line, column: column))
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
