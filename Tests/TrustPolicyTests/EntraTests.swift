import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Sources: trust-semantics §2 (E1 to E4 the documentation, E5 to E7 observed, E8 to E10 third parties).
@Suite("Entra ID")
struct EntraTests {
  private static let audience = "api://AzureADTokenExchange"

  private func credential(
    _ subject: String = "repo:acme/app:ref:refs/heads/main",
    issuer: String = "https://token.actions.githubusercontent.com",
    audience: String = audience, name: String = "main"
  ) -> String {
    #"{"name":"\#(name)","issuer":"\#(issuer)","subject":"\#(subject)","audiences":["\#(audience)"]}"#
  }

  private func flexible(_ expression: String) -> String {
    #"""
    {"name":"flex","issuer":"https://token.actions.githubusercontent.com","audiences":["api://AzureADTokenExchange"],
     "claimsMatchingExpression":{"value":\#(JSON(expression).compact()),"languageVersion":1}}
    """#
  }

  private func gitHub(
    _ sub: String = "repo:acme/app:ref:refs/heads/main", iss: String = "https://token.actions.githubusercontent.com",
    aud: String = #""api://AzureADTokenExchange""#, more: String = ""
  ) throws -> PresentedToken {
    try token(#"{"iss":"\#(iss)","aud":\#(aud),"sub":"\#(sub)","repository_id":"7"\#(more)}"#)
  }

  @Test("reads credentials from Graph, from ARM, and one by itself (E3)")
  func shapes() throws {
    for text in [
      credential(), "[\(credential())]", #"{"value":[\#(credential())]}"#,
      #"[{"id":"/x","name":"main","properties":\#(credential())}]"#,
    ] {
      #expect(try documents(text).verdict(try gitHub()).decision == .accept)
    }
  }

  @Test(
    "answers with the code and the text of Entra ID",
    arguments: [
      ("repo:acme/app:ref:refs/heads/dev", nil, nil, "AADSTS700213", "subject 'repo:acme/app:ref:refs/heads/dev'."),
      ("repo:Acme/app:ref:refs/heads/main", nil, nil, "AADSTS7002138", "subject 'repo:Acme/app:ref:refs/heads/main'."),
      (
        nil, "https://token.actions.githubusercontent.com/", nil, "AADSTS700211",
        "issuer 'https://token.actions.githubusercontent.com/'."
      ),
      (nil, nil, #""sts.amazonaws.com""#, "AADSTS700212", "audience 'sts.amazonaws.com'."),
    ] as [(String?, String?, String?, String, String)])
  func answers(sub: String?, iss: String?, aud: String?, code: String, ending: String) throws {
    let documents = try documents(credential())
    let token = try gitHub(
      sub ?? "repo:acme/app:ref:refs/heads/main", iss: iss ?? "https://token.actions.githubusercontent.com",
      aud: aud ?? #""api://AzureADTokenExchange""#)
    let verdict = try documents.verdict(token)
    #expect(
      verdict.wouldReport
        == PartyAnswer(code, "No matching federated identity record found for presented assertion \(ending)"))
    #expect(!verdict.suggestions.isEmpty)
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "bounds the lifetime by 25 hours, and needs iat (E5)",
    arguments: [("iat", 90_000, Decision.accept), ("iat", 90_001, .reject)] as [(String, Int64, Decision)])
  func lifetime(claim: String, length: Int64, decision: Decision) throws {
    let verdict = try documents(credential())
      .verdict(try gitHub(more: #","iat":\#(noon.seconds - 10),"exp":\#(noon.seconds - 10 + length)"#))
    #expect(verdict.decision == decision)
    if decision == .reject {
      #expect(
        verdict.wouldReport
          == PartyAnswer(
            "AADSTS70023",
            "External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at "
              + "\(noon.seconds - 10). Token expires on \(noon.seconds - 10 + length)."))
    }
  }

  @Test("says when the token is not within its time, and leaves small differences of clocks open")
  func time() throws {
    let late = try documents(credential()).verdict(try gitHub(more: #","exp":\#(noon.seconds - 3600)"#))
    #expect(late.wouldReport?.code == "AADSTS700024")
    let near = try documents(credential()).verdict(try gitHub(more: #","exp":\#(noon.seconds - 60)"#))
    #expect(near.decision == .unknown)
  }

  @Test("takes * in a subject for what it is, and several audiences for unknown (E1, E6)")
  func literals() throws {
    let verdict = try documents(credential("repo:acme/*")).verdict(try gitHub())
    #expect(verdict.decision == .reject)
    let hints = verdict.checks.flatMap(\.children).flatMap(\.children).compactMap(\.hint)
    #expect(hints.contains { $0.contains("* is literal") })
    let several = try documents(credential()).verdict(try gitHub(aud: #"["api://AzureADTokenExchange","b"]"#))
    #expect(several.decision == .unknown)
  }

  @Test("refuses a token with a claim that is there twice (E4)")
  func duplicates() throws {
    let verdict = try documents(credential()).verdict(try gitHub(more: #","x":1,"x":2"#))
    #expect(verdict.wouldReport == PartyAnswer("AADSTS50027", ""))
  }

  @Test("takes the credential of several that fits")
  func several() throws {
    let documents = try documents("[\(credential("repo:acme/lib:x", name: "lib")),\(credential())]")
    let verdict = try documents.verdict(try gitHub())
    #expect(verdict.decision == .accept)
    #expect(verdict.principal == "the owner of the credential main")
    try expectSuggestionsHold(documents, try gitHub("repo:acme/other:x"))
  }

  @Test(
    "evaluates expressions (E2)",
    arguments: [
      ("claims['sub'] eq 'repo:acme/app:ref:refs/heads/main'", Decision.accept),
      ("claims['sub'] matches 'repo:acme/*' and claims['repository_id'] eq '7'", .accept),
      ("claims['sub'] matches 'repo:acme/app:ref:refs/heads/mai?'", .accept),
      ("claims['sub'] matches 'repo:acme'", .reject), ("claims['sub'] eq 'repo:acme/*'", .reject),
      ("claims['sub'] matches 'repo:acme/*' and claims['repository_id'] eq '8'", .reject),
      ("claims['job_workflow_ref'] eq 'x'", .unknown),
    ])
  func expressions(expression: String, decision: Decision) throws {
    let documents = try documents(flexible(expression))
    let token = try gitHub()
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == decision)
    if decision == .reject { #expect(verdict.wouldReport?.code == "AADSTS7002131") }
    try expectSuggestionsHold(documents, token)
  }

  @Test("names GitHub's immutable subjects, and offers the exact one")
  func immutable() throws {
    let documents = try documents(credential())
    let token = try gitHub("repo:acme@42/app@7:ref:refs/heads/main")
    let verdict = try documents.verdict(token)
    let hints = verdict.checks.flatMap(\.children).flatMap(\.children).compactMap(\.hint)
    #expect(hints.contains { $0.contains("immutable subject") })
    #expect(verdict.suggestions.map(\.after) == [#""repo:acme@42/app@7:ref:refs/heads/main""#])
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "says where a credential is wrong",
    arguments: [
      (#"{"issuer":"a","subject":"b","audiences":[]}"#, 41, "exactly one audience"),
      (#"{"issuer":"a","subject":"b","audiences":["x","y"]}"#, 41, "exactly one audience"),
      (#"{"issuer":7,"subject":"b","audiences":["x"]}"#, 11, "must be a string"),
      (
        #"{"issuer":"https://a","audiences":["x"],"claimsMatchingExpression":{"value":"claims['sub'] like 'a'","languageVersion":1}}"#,
        77, "expression"
      ),
    ])
  func malformed(text: String, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) { try documents(text) }
    #expect(error.location == DocumentLocation(file: "policy.json", line: 1, column: column), "\(error)")
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
