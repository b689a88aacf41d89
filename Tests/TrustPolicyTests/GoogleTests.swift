import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Sources: trust-semantics §3 (G1 the API reference, G2 the documentation, G3 measured on the live service).
@Suite("Google Cloud")
struct GoogleTests {
  private static let resource = "projects/123/locations/global/workloadIdentityPools/pool/providers/gitpod"

  /// A provider as Gitpod's documentation teaches it.
  private func provider(
    audiences: String = #"["https://iam.googleapis.com/\#(resource)"]"#,
    mapping: String = #"{"google.subject":"assertion.sub","attribute.org":"assertion.organization_id"}"#,
    condition: String? = "assertion.organization_id == 'acme-1'", more: String = ""
  ) -> String {
    """
    {"name":"\(Self.resource)","state":"ACTIVE",\(more)
     "oidc":{"issuerUri":"https://app.gitpod.io","allowedAudiences":\(audiences)},
     "attributeMapping":\(mapping)\(condition.map { ",\n \"attributeCondition\":\(JSON($0).compact())" } ?? "")}
    """
  }

  private func token(
    _ more: String = "", iss: String = "https://app.gitpod.io",
    aud: String = #""https://iam.googleapis.com/\#(resource)""#
  ) throws -> PresentedToken {
    try TrustPolicyTests.token(
      #"{"iss":"\#(iss)","aud":\#(aud),"sub":"user:7/ws:9","organization_id":"acme-1","count":20\#(more)}"#)
  }

  @Test("takes the token of the configuration that Gitpod teaches, and says whom it becomes")
  func taught() throws {
    let verdict = try documents(provider()).verdict(try token())
    #expect(verdict.decision == .accept)
    #expect(
      verdict.principal
        == "principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/subject/user:7/ws:9"
    )
    #expect(verdict.beyond.map(\.id) == ["binding", "organization-policy"])
  }

  @Test("reads what gcloud prints without --format")
  func yaml() throws {
    let text = """
      attributeCondition: assertion.organization_id == 'acme-1'
      attributeMapping:
        google.subject: assertion.sub
      name: \(Self.resource)
      oidc:
        allowedAudiences:
        - https://iam.googleapis.com/\(Self.resource)
        issuerUri: https://app.gitpod.io
      state: ACTIVE
      """
    #expect(try documents(text).verdict(try token()).decision == .accept)
    let refused = try documents(text).verdict(
      try TrustPolicyTests.token(
        #"{"iss":"https://app.gitpod.io","sub":"a","aud":"https://iam.googleapis.com/\#(Self.resource)","organization_id":"b"}"#
      ))
    #expect(refused.check("condition")?.location == DocumentLocation(file: "policy.json", line: 1, column: 21))
    #expect(
      refused.suggestions.first?.after == #""assertion.organization_id in ['acme-1', 'b']""#)
  }

  // MARK: Error texts, G3

  @Test(
    "answers in the service's words",
    arguments: [
      (
        #"{"iss":"https://app.gitpod.io/","aud":"A","sub":"s","organization_id":"acme-1"}"#, "issuer", "invalid_grant",
        "The issuer in ID Token https://app.gitpod.io/ does not match the expected one in config: https://app.gitpod.io."
      ),
      (
        #"{"aud":"A","sub":"s","organization_id":"acme-1"}"#, "issuer", "invalid_grant",
        "The issuer in ID Token null does not match the expected one"
      ),
      (
        #"{"iss":"https://app.gitpod.io","aud":"sts.amazonaws.com","sub":"s","organization_id":"acme-1"}"#, "audience",
        "invalid_grant", "The audience in ID Token [sts.amazonaws.com] does not match the expected audience."
      ),
      (
        #"{"iss":"https://app.gitpod.io","sub":"s","organization_id":"acme-1"}"#, "audience", "invalid_grant",
        "The audience in ID Token [] does not match the expected audience."
      ),
      (
        #"{"iss":"https://app.gitpod.io","aud":"A","sub":"s","organization_id":"acme-1","iat":1795430000,"exp":1795435139}"#,
        "expiry", "invalid_grant", "ID Token issued at 1795430000 is stale to sign-in."
      ),
      (
        #"{"iss":"https://app.gitpod.io","aud":"A","sub":"s","organization_id":"acme-1","iat":1795435319}"#,
        "issue-time", "invalid_grant", "ID Token issued at 1795435319 is stale to sign-in."
      ),
      (
        #"{"iss":"https://app.gitpod.io","aud":"A","sub":"s","organization_id":"acme-2"}"#, "condition",
        "unauthorized_client", "The given credential is rejected by the attribute condition."
      ),
      (
        #"{"iss":"https://app.gitpod.io","aud":"A","sub":"s"}"#, "condition", "unauthorized_client",
        "The given credential is rejected by the attribute condition."
      ),
      (
        #"{"iss":"https://app.gitpod.io","aud":"A","sub":"\#(String(repeating: "x", count: 128))","organization_id":"acme-1"}"#,
        "mapping", "invalid_request",
        "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes."
      ),
    ])
  func answers(claims: String, check: String, code: String, message: String) throws {
    let text = provider(audiences: #"["A"]"#, mapping: #"{"google.subject":"assertion.sub"}"#)
    let documents = try documents(text)
    let token = try TrustPolicyTests.token(claims)
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == .reject)
    #expect(verdict.reported.map { verdict.checks[$0].id } == [check])
    #expect(verdict.wouldReport == PartyAnswer(code, message))
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "bears the clock skew that was measured",
    arguments: [
      ("exp", -59, Decision.accept), ("exp", -61, .reject), ("iat", 60, .accept), ("iat", 90, .unknown),
      ("iat", 119, .reject),
    ]
      as [(String, Int64, Decision)])
  func skew(claim: String, offset: Int64, decision: Decision) throws {
    let verdict = try documents(provider()).verdict(try token(#","\#(claim)":\#(noon.seconds + offset)"#))
    #expect(verdict.decision == decision)
  }

  @Test("takes a long lifetime, although it is documented otherwise")
  func lifetime() throws {
    let verdict = try documents(provider()).verdict(try token(#","exp":\#(noon.seconds + 400_000)"#))
    #expect(verdict.decision == .accept)
    #expect(verdict.check("lifetime")?.hint?.contains("Google documents this limit") == true)
  }

  // MARK: Audiences, G1

  @Test("takes its own name as the audience while no other is allowed", arguments: ["//", "https://"])
  func defaultAudience(scheme: String) throws {
    let own = #""\#(scheme)iam.googleapis.com/\#(Self.resource)""#
    #expect(try documents(provider(audiences: "[]")).verdict(try token(aud: own)).decision == .accept)
    let other = try documents(provider(audiences: #"["A"]"#)).verdict(try token(aud: own))
    #expect(other.decision == .reject)
    #expect(other.check("audience")?.hint?.contains("only while allowedAudiences is empty") == true)
  }

  @Test("leaves several audiences unknown")
  func severalAudiences() throws {
    #expect(try documents(provider(audiences: #"["A"]"#)).verdict(try token(aud: #"["A","B"]"#)).decision == .unknown)
    #expect(try documents(provider(audiences: #"["A"]"#)).verdict(try token(aud: #"["C","B"]"#)).decision == .reject)
  }

  // MARK: Expressions

  @Test(
    "asks the condition as the service does",
    arguments: [
      ("assertion.sub.startsWith('user:7/')", Decision.accept),
      ("google.subject == assertion.sub && attribute.org == 'acme-1'", .accept),
      ("assertion.sub.extract('user:{id}/') == '7'", .accept),
      ("assertion.sub.split('/')[1] == 'ws:9'", .accept),
      ("assertion.sub.matches('^user:[0-9]+/')", .accept),
      ("has(assertion.nothing) && assertion.nothing == 'x'", .reject),
      ("assertion.nothing == 'x' || assertion.organization_id == 'acme-1'", .accept),
      ("assertion.nothing == 'x'", .reject),
      ("assertion.count == 20", .accept), ("assertion.count + 1 == 21", .unknown),
      ("double(assertion.count) + 1.0 == 21.0", .accept),
      ("assertion.count == '20'", .reject),
      ("assertion.organization_id", .reject),
      ("assertion.sub.upperAscii() == 'USER:7/WS:9'", .unknown),
      ("assertion['organization_id'] in ['acme-1', 'acme-2']", .accept),
    ])
  func conditions(condition: String, decision: Decision) throws {
    let documents = try documents(provider(condition: condition))
    let token = try token()
    #expect(try documents.verdict(token).decision == decision)
    try expectSuggestionsHold(documents, token)
  }

  @Test("shows which part of a condition does not hold, and mends that part only")
  func parts() throws {
    let condition = "assertion.organization_id == 'acme-1' && (assertion.sub == 'user:8/ws:9' || assertion.sub == 'x')"
    let documents = try documents(provider(condition: condition))
    let token = try token()
    let verdict = try documents.verdict(token)
    let parts = try #require(verdict.check("condition")?.children)
    #expect(parts.map(\.outcome) == [.pass, .fail])
    #expect(parts[1].children.map(\.expected) == ["user:8/ws:9", "x"])
    #expect(parts[1].children[0].hint == "After “user:” the policy goes on with “8/ws:9”, the token with “7/ws:9”.")
    #expect(
      verdict.suggestions.map(\.after) == [
        #""assertion.organization_id == 'acme-1' && (assertion.sub in ['user:8/ws:9', 'user:7/ws:9'] || assertion.sub == 'x')""#
      ])
    try expectSuggestionsHold(documents, token)
  }

  @Test("names GitHub's immutable subjects, and takes both shapes")
  func immutable() throws {
    let documents = try documents(provider(condition: "assertion.sub == 'repo:acme/app:ref:refs/heads/main'"))
    let token = try TrustPolicyTests.token(
      #"{"iss":"https://app.gitpod.io","aud":"https://iam.googleapis.com/\#(Self.resource)","organization_id":"acme-1","sub":"repo:acme@42/app@7:ref:refs/heads/main"}"#
    )
    let verdict = try documents.verdict(token)
    #expect(verdict.check("condition")?.hint?.contains("immutable subject") == true)
    #expect(
      verdict.suggestions.first?.after
        == #""assertion.sub in ['repo:acme/app:ref:refs/heads/main', 'repo:acme@42/app@7:ref:refs/heads/main']""#)
    try expectSuggestionsHold(documents, token)
  }

  @Test("refuses a mapping that makes no string, and one that reads a missing claim")
  func mappings() throws {
    for (expression, hint) in [
      ("assertion.count", "must be a string"), ("assertion.missing", "The token lacks the claim missing."),
    ] {
      let verdict = try documents(
        provider(mapping: #"{"google.subject":"assertion.sub","attribute.n":"\#(expression)"}"#)
      ).verdict(try token())
      #expect(verdict.decision == .reject)
      #expect(verdict.checks.contains { $0.id == "mapping" && $0.outcome == .fail && $0.hint?.contains(hint) == true })
    }
  }

  @Test("refuses a provider that is disabled or deleted", arguments: [#""disabled":true,"#, #""state":"DELETED","#])
  func outOfUse(member: String) throws {
    let text =
      member.contains("state")
      ? provider().replacing(#""state":"ACTIVE","#, with: member) : provider(more: member)
    let documents = try documents(text)
    let verdict = try documents.verdict(try token())
    #expect(verdict.wouldReport == PartyAnswer("invalid_target", ""))
    #expect(verdict.suggestions.count == 1)
    try expectSuggestionsHold(documents, try token())
  }

  @Test("asks for a key of the uploaded set")
  func uploadedKeys() throws {
    let text = provider().replacing(
      #""issuerUri""#, with: #""jwksJson":"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"old\"}]}","issuerUri""#)
    let claims = try token().claims
    func verdict(_ kid: String) throws -> Verdict {
      try documents(text).verdict(PresentedToken(claims: claims, header: ["alg": "RS256", "kid": JSON(kid)]))
    }
    #expect(try verdict("old").decision == .accept)
    #expect(
      try verdict("new").wouldReport
        == PartyAnswer("invalid_grant", "Error connecting to the given credential's issuer."))
  }

  // MARK: Bindings

  private func policy(_ member: String, role: String = "roles/iam.workloadIdentityUser") -> String {
    #"{"bindings":[{"role":"\#(role)","members":["\#(member)"]}],"etag":"x"}"#
  }

  @Test(
    "finds the principal in bindings",
    arguments: [
      ("principal://POOL/subject/user:7/ws:9", Decision.accept), ("principalSet://POOL/attribute.org/acme-1", .accept),
      ("principalSet://POOL/*", .accept), ("principal://POOL/subject/user:8/ws:9", .reject),
      ("principalSet://POOL/attribute.org/acme-2", .reject),
      ("serviceAccount:a@b.iam.gserviceaccount.com", .reject),
    ])
  func bindings(member: String, decision: Decision) throws {
    let pool = "iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool"
    let documents = try documents(provider(), policy(member.replacing("POOL", with: pool)))
    let token = try token()
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == decision)
    if decision == .reject {
      #expect(
        verdict.wouldReport
          == PartyAnswer(
            "403", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).")
      )
      #expect(verdict.suggestions.first?.after.contains("/subject/user:7/ws:9") == true)
    }
    try expectSuggestionsHold(documents, token)
  }

  // MARK: Lints

  @Test(
    "remarks what lets too many in, or nobody",
    arguments: [
      (nil, "no-subject-pin"), ("assertion.sub.startsWith('repo:acme')", "wildcard-tenant"),
      ("assertion.repository == 'acme/app'", "name-without-id"),
      ("assertion.repository_owner_id != '4'", "only-negation"),
    ] as [(String?, String)])
  func lints(condition: String?, id: String) throws {
    let text = provider(condition: condition).replacing(
      "https://app.gitpod.io", with: "https://token.actions.githubusercontent.com")
    #expect(try documents(text).lints().map(\.id).contains(id))
  }

  @Test("remarks a member that no mapping makes")
  func unmapped() throws {
    let pool = "iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool"
    let documents = try documents(provider(), policy("principalSet://\(pool)/attribute.repo/x"))
    #expect(documents.lints().map(\.id).contains("unmapped-attribute"))
  }

  // MARK: Bad input

  @Test(
    "says where a provider is wrong",
    arguments: [
      (
        #"{"oidc":{"issuerUri":"http://a"},"attributeMapping":{"google.subject":"assertion.sub"}}"#, 1, 22,
        "scheme must be https"
      ),
      (
        #"{"oidc":{"issuerUri":"a.example"},"attributeMapping":{"google.subject":"assertion.sub"}}"#, 1, 22,
        "Invalid OIDC issuer URI."
      ),
      (
        #"{"oidc":{"issuerUri":"https://a"},"attributeMapping":{"attribute.a":"assertion.sub"}}"#, 1, 54,
        "no google.subject"
      ),
      (
        #"{"oidc":{"issuerUri":"https://a"},"attributeMapping":{"google.subject":"assertion.sub ==="}}"#, 1, 72,
        "column 17"
      ),
      (
        #"{"oidc":{"issuerUri":"https://a"},"attributeMapping":{"google.user":"assertion.sub"}}"#, 1, 55,
        "no attribute “google.user”"
      ),
      (#"{"aws":{"accountId":"1"},"attributeMapping":{"google.subject":"assertion.arn"}}"#, 1, 1, "one for aws"),
      (
        #"{"oidc":{"issuerUri":"https://a","allowedAudiences":"A"},"attributeMapping":{"google.subject":"assertion.sub"}}"#,
        1, 53, "must be a list"
      ),
      (
        #"{"oidc":{"issuerUri":"https://a"},"attributeMapping":{"google.subject":"subject"}}"#, 1, 72,
        "no variable “subject”"
      ),
    ] as [(String, Int, Int, String)])
  func malformed(text: String, line: Int, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) { try documents(text) }
    #expect(error.location == DocumentLocation(file: "policy.json", line: line, column: column))
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
