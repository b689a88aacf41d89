import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Sources: trust-semantics §1.5, §1.6, §1.7, §1.10.
@Suite("AWS: the trust policy")
struct AWSPolicyTests {
  private static let host = AWSTokenTests.host
  private static let more =
    #","repository":"acme/app","repository_id":"7","actor":"kim","environment":"prod","ref":"refs/heads/main","amr":["mfa","pwd"],"email":"a@b""#

  private func decision(
    _ policy: String, _ sub: String = "repo:acme/app:ref:refs/heads/main", more: String = more
  ) throws -> Decision {
    let documents = try documents(policy, AWSTokenTests.provider())
    let token = try AWSTokenTests.gitHub(sub, more: more)
    try expectSuggestionsHold(documents, token)
    return try documents.verdict(token).decision
  }

  /// A condition on `sub`, with `H` for the host.
  private func decision(condition: String) throws -> Decision {
    try decision(AWSTokenTests.role(condition.replacing("H:", with: "\(Self.host):")))
  }

  @Test(
    "knows the operators (A1, A2)",
    arguments: [
      (#"{"StringEquals":{"H:sub":"repo:acme/app:ref:refs/heads/main"}}"#, true),
      (#"{"StringEquals":{"h:SUB":"x","H:sub":["y","repo:acme/app:ref:refs/heads/main"]}}"#, false),
      (#"{"StringEquals":{"H:SUB":"repo:acme/app:ref:refs/heads/main"}}"#, true),
      (#"{"StringEquals":{"H:sub":"repo:ACME/app:ref:refs/heads/main"}}"#, false),
      (#"{"StringEqualsIgnoreCase":{"H:sub":"repo:ACME/app:ref:refs/heads/main"}}"#, true),
      (#"{"StringEquals":{"H:sub":"repo:acme/*"}}"#, false),
      (#"{"StringLike":{"H:sub":"repo:acme/*"}}"#, true),
      (#"{"StringLike":{"H:sub":"repo:acme/app:ref:refs/heads/mai?"}}"#, true),
      (#"{"StringLike":{"H:sub":"acme/*"}}"#, false),
      (#"{"StringLike":{"H:sub":"*"}}"#, true),
      (#"{"StringNotEquals":{"H:sub":"x"}}"#, true),
      (#"{"StringNotEquals":{"H:sub":["x","repo:acme/app:ref:refs/heads/main"]}}"#, false),
      (#"{"StringNotLike":{"H:sub":"repo:acme/*"}}"#, false),
      (#"{"StringNotEqualsIgnoreCase":{"H:sub":"REPO:acme/app:ref:refs/heads/main"}}"#, false),
      (#"{"StringEquals":{"H:sub":[]}}"#, false),
      (#"{"NumericEquals":{"H:repository_id":"7.0"}}"#, true),
      (#"{"NumericGreaterThan":{"H:repository_id":"6"},"NumericLessThanEquals":{"H:repository_id":7}}"#, true),
      (#"{"NumericEquals":{"H:actor":"7"}}"#, false), (#"{"NumericNotEquals":{"H:actor":"7"}}"#, true),
      (#"{"DateGreaterThan":{"aws:CurrentTime":"2026-11-23T11:59:59Z"}}"#, true),
      (#"{"DateLessThan":{"aws:CurrentTime":"2026-11-23T11:59:59Z"}}"#, false),
      (#"{"DateLessThan":{"aws:EpochTime":"1795435201"}}"#, true),
      (#"{"Bool":{"sts:RoleAuthorizedByIdp":"false"}}"#, true), (#"{"Bool":{"H:actor":"true"}}"#, false),
      (#"{"Null":{"H:sub":"false"}}"#, true), (#"{"Null":{"H:enterprise_id":"true"}}"#, true),
      (#"{"Null":{"H:sub":"true"}}"#, false),
      (#"{"ArnLike":{"aws:FederatedProvider":"arn:aws:iam::*:oidc-provider/*"}}"#, true),
      (#"{"ArnEquals":{"aws:FederatedProvider":"arn:aws:iam::9:oidc-provider/*"}}"#, false),
    ])
  func operators(condition: String, holds: Bool) throws {
    #expect(try decision(condition: condition) == (holds ? .accept : .reject))
  }

  @Test(
    "knows what a missing key means (A1)",
    arguments: [
      (#"{"StringEquals":{"H:enterprise_id":"1"}}"#, false), (#"{"StringNotEquals":{"H:enterprise_id":"1"}}"#, true),
      (#"{"StringEqualsIfExists":{"H:enterprise_id":"1"}}"#, true),
      (#"{"StringEqualsIfExists":{"H:sub":"1"}}"#, false),
      (#"{"ForAllValues:StringEquals":{"H:enterprise_id":"1"}}"#, true),
      (#"{"ForAnyValue:StringEquals":{"H:enterprise_id":"1"}}"#, false),
      // Claims that AWS makes no key of (A4).
      (#"{"StringEquals":{"H:repository_owner":"acme"}}"#, false),
      (#"{"StringNotEquals":{"H:event_name":"push"}}"#, true),
      (#"{"StringEquals":{"H:repository":"acme/app","H:environment":"prod"}}"#, true),
    ])
  func missing(condition: String, holds: Bool) throws {
    #expect(try decision(condition: condition) == (holds ? .accept : .reject))
  }

  @Test(
    "knows keys with several values (A1)",
    arguments: [
      (#"{"StringEquals":{"H:amr":"mfa"}}"#, false), (#"{"ForAnyValue:StringEquals":{"H:amr":"mfa"}}"#, true),
      (#"{"ForAllValues:StringEquals":{"H:amr":"mfa"}}"#, false),
      (#"{"ForAllValues:StringLike":{"H:amr":["mfa","p*"]}}"#, true),
      (#"{"ForAnyValue:StringEquals":{"H:amr":"otp"}}"#, false),
    ])
  func severalValues(condition: String, holds: Bool) throws {
    #expect(try decision(condition: condition) == (holds ? .accept : .reject))
  }

  @Test(
    "puts policy variables in, whose text is no pattern (A1)",
    arguments: [
      (#"{"StringLike":{"H:sub":"repo:${H:repository}:*"}}"#, "2012-10-17", true),
      (#"{"StringLike":{"H:sub":"repo:${H:repository}:*"}}"#, "2008-10-17", false),
      (#"{"StringLike":{"H:sub":"repo:${H:enterprise_id}:*"}}"#, "2012-10-17", false),
      (#"{"StringLike":{"H:sub":"repo:${H:enterprise_id, 'acme/app'}:*"}}"#, "2012-10-17", true),
      (#"{"StringEquals":{"H:sub":"repo:acme${*}"}}"#, "2012-10-17", false),
    ])
  func variables(condition: String, version: String, holds: Bool) throws {
    let policy = AWSTokenTests.role(condition.replacing("H:", with: "\(Self.host):"))
      .replacing("2012-10-17", with: version)
    #expect(try decision(policy) == (holds ? .accept : .reject))
  }

  @Test("takes the 2008 version where none is named (A1)")
  func noVersion() throws {
    let policy = AWSTokenTests.role(#"{"StringLike":{"\#(Self.host):sub":"repo:${\#(Self.host):repository}:*"}}"#)
      .replacing(#""Version":"2012-10-17","#, with: "")
    #expect(try decision(policy) == .reject)
  }

  @Test(
    "knows actions (A1, A2)",
    arguments: [
      (#""sts:AssumeRoleWithWebIdentity""#, true), (#""STS:assumerolewithwebidentity""#, true),
      (#"["sts:TagSession","sts:AssumeRole*"]"#, true), (#""sts:*""#, true), (#""sts:AssumeRole""#, false),
    ])
  func actions(action: String, holds: Bool) throws {
    let policy = AWSTokenTests.role(
      #"{"StringEquals":{"\#(Self.host):sub":"repo:acme/app:ref:refs/heads/main"}}"#, action: action)
    #expect(try decision(policy) == (holds ? .accept : .reject))
  }

  @Test("needs a statement whose principal is the provider (A1, A2)")
  func principals() throws {
    let federated = #"{"Federated":"arn:aws:iam::111122223333:oidc-provider/\#(Self.host)"}"#
    for (principal, holds) in [
      (federated, true), (#"{"AWS":"*"}"#, false),
      (
        #"{"Federated":["arn:aws:iam::1:oidc-provider/x","arn:aws:iam::111122223333:oidc-provider/\#(Self.host)"]}"#,
        true
      ),
      (#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/\#(Self.host)/"}"#, false),
      (#"{"Federated":"cognito-identity.amazonaws.com"}"#, false),
    ] {
      let policy = AWSTokenTests.pinned.replacing(federated, with: principal)
      #expect(try decision(policy) == (holds ? .accept : .reject), "\(principal)")
    }
  }

  @Test("lets Deny win, and one Allow of several suffice (A1)")
  func statements() throws {
    let provider = #""Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/\#(Self.host)"}"#
    func statement(_ effect: String, _ condition: String) -> String {
      #",{"Effect":"\#(effect)",\#(provider),"Action":"sts:AssumeRoleWithWebIdentity","Condition":\#(condition)}"#
    }
    let never = #"{"StringEquals":{"\#(Self.host):sub":"x"}}"#
    let always = #"{"StringLike":{"\#(Self.host):sub":"repo:acme/*"}}"#
    #expect(try decision(AWSTokenTests.role(never, more: statement("Allow", always))) == .accept)
    #expect(try decision(AWSTokenTests.role(always, more: statement("Deny", always))) == .reject)
    #expect(try decision(AWSTokenTests.role(always, more: statement("Deny", never))) == .accept)
    // A negated Deny also denies tokens that lack the key.
    #expect(
      try decision(
        AWSTokenTests.role(always, more: statement("Deny", #"{"StringNotEquals":{"\#(Self.host):enterprise_id":"1"}}"#))
      )
        == .reject)
  }

  @Test("says that it cannot tell what hangs on the call")
  func unknownKeys() throws {
    #expect(try decision(condition: #"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#) == .unknown)
    #expect(try decision(condition: #"{"StringLike":{"sts:RoleSessionName":"ci-*"}}"#) == .unknown)
  }

  // MARK: Hints and suggestions

  @Test(
    "shows where the values part, and offers the narrowest change",
    arguments: [
      (
        "repo:acme/app:ref:refs/heads/main", "repo:Acme/app:ref:refs/heads/main", "only by upper and lower case",
        "Write sub as the token has it"
      ),
      (
        "repo:acme/app:environment:prod", "repo:acme/app:ref:refs/heads/main",
        "policy wants the environment prod, the token comes from the branch main", "Also accept the sub"
      ),
      (
        "repo:acme/app:ref:refs/heads/main", "repo:acme@42/app@7:ref:refs/heads/main", "immutable subject",
        "Also accept the sub"
      ),
      (
        "repo:acme/app:environment:a%3Ab", "repo:acme/app:environment:a:b", "percent-encoded",
        "Write sub as the token has it"
      ),
      ("repo:acme/*", "repo:acme/app:ref:refs/heads/main", "would fit with StringLike", "Also accept the sub"),
    ])
  func hints(policy: String, subject: String, hint: String, title: String) throws {
    let documents = try documents(
      AWSTokenTests.role(#"{"StringEquals":{"\#(Self.host):sub":"\#(policy)"}}"#), AWSTokenTests.provider())
    let token = try AWSTokenTests.gitHub(subject)
    let verdict = try documents.verdict(token)
    let hints = verdict.checks.flatMap(\.children).flatMap { [$0] + $0.children }.compactMap(\.hint)
    #expect(hints.contains { $0.contains(hint) }, "\(hints)")
    #expect(verdict.suggestions.first?.title.hasPrefix(title) == true, "\(verdict.suggestions.map(\.title))")
    try expectSuggestionsHold(documents, token)
  }

  @Test("takes both shapes of GitHub's subjects where the policy has a pattern (A9)")
  func bothShapes() throws {
    let documents = try documents(
      AWSTokenTests.role(#"{"StringLike":{"\#(Self.host):sub":"repo:acme/app:*"}}"#), AWSTokenTests.provider())
    let token = try AWSTokenTests.gitHub("repo:acme@42/app@7:ref:refs/heads/main")
    let first = try #require(try documents.verdict(token).suggestions.first)
    #expect(first.title == "Accept both shapes of GitHub's subject")
    #expect(first.after == #"["repo:acme/app:*", "repo:acme@42/app@7:*"]"#)
    try expectSuggestionsHold(documents, token)
  }

  @Test("points at the line and the column of the condition")
  func location() throws {
    let policy = """
      {
        "Version": "2012-10-17",
        "Statement": [{
          "Effect": "Allow",
          "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/\(Self.host)"},
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "\(Self.host):sub": "repo:acme/lib"
            }
          }
        }]
      }
      """
    let verdict = try documents(policy).verdict(try AWSTokenTests.gitHub())
    let failing = verdict.checks.compactMap { $0.deepest(.fail) }.compactMap(\.location)
    #expect(failing.contains { $0.line == 9 })
  }

  // MARK: Remarks

  @Test(
    "remarks what lets too many in, or nobody (§1.10)",
    arguments: [
      (#"{"StringEquals":{"H:repository_owner":"acme"}}"#, "not-a-condition-key"),
      (#"{"ForAllValues:StringEquals":{"H:amr":"mfa"}}"#, "for-all-values"),
      (#"{"ForAnyValue:StringEquals":{"H:sub":"x"}}"#, "quantifier"),
      (#"{"StringEquals":{"H:sub":"repo:acme/*"}}"#, "literal-wildcard"),
      (#"{"StringNotEquals":{"H:sub":"x"}}"#, "only-negation"),
      (#"{"StringLike":{"H:sub":"repo:acme*"}}"#, "wildcard-tenant"),
      (#"{"StringLike":{"H:sub":"repo:*/app:*"}}"#, "wildcard-tenant"),
      (#"{"StringEquals":{"H/:sub":"repo:acme/app:x"}}"#, "key-prefix"),
      (#"{"StringEquals":{"H:aud":"nobody","H:sub":"repo:acme/app:x"}}"#, "audience-unsatisfiable"),
      (#"{"StringEquals":{"H:aud":"sts.amazonaws.com"}}"#, "no-subject-pin"),
      (#"{"StringEquals":{"H:sub":"repo:acme/app:ref:refs/heads/main"}}"#, "name-without-id"),
    ])
  func lints(condition: String, id: String) throws {
    let policy = AWSTokenTests.role(
      condition.replacing("H/:", with: "\(Self.host)/:").replacing("H:", with: "\(Self.host):"))
    let found = try documents(policy, AWSTokenTests.provider()).lints()
    #expect(found.map(\.id).contains(id), "\(found.map(\.id))")
    #expect(found.allSatisfy { $0.location != nil })
  }

  @Test("says what AWS would not store (A2, A4)")
  func creation() throws {
    let open = AWSTokenTests.role(#"{"StringEquals":{"\#(Self.host):aud":"sts.amazonaws.com"}}"#)
    let verdict = try documents(open, AWSTokenTests.provider()).verdict(try AWSTokenTests.gitHub())
    #expect(verdict.decision == .accept)
    #expect(verdict.lints.contains { $0.message.contains("which is not scoped to all") })
  }

  // MARK: Bad input

  @Test(
    "says where a policy is wrong",
    arguments: [
      (#"{"Statement":[{"Effect":"Alow","Principal":{"Federated":"x"},"Action":"sts:*"}]}"#, 1, 25, "no effect"),
      (
        #"{"Statement":[{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:*","Condition":{"StringEqual":{"a:b":"c"}}}]}"#,
        1, 93, "no condition operator “StringEqual”"
      ),
      (
        #"{"Statement":[{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:*","Condition":{"StringEquals":{"a:b":{}}}}]}"#,
        1, 115, "must be"
      ),
      (
        #"{"Statement":[{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:*","Resource":"*"}]}"#, 1, 80,
        "Resource"
      ),
      (#"{"Version":"2012-10-17","Statement":"x"}"#, 1, 37, "must be"),
      (#"{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}"#, 1, 25, "a second time"),
    ])
  func malformed(text: String, line: Int, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) { try documents(text) }
    #expect(error.location == DocumentLocation(file: "policy.json", line: line, column: column), "\(error)")
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
