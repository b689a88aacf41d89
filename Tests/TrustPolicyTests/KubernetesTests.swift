import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Source: trust-semantics §5, the code of the API server (K1, K2) and of go-oidc.
@Suite("Kubernetes")
struct KubernetesTests {
  private func configuration(
    audiences: String = "[cluster]", rules: String = "", mappings: String = "", more: String = ""
  ) -> String {
    """
    apiVersion: apiserver.config.k8s.io/v1
    kind: AuthenticationConfiguration
    jwt:
    - issuer:
        url: https://idp.acme.dev
        audiences: \(audiences)
    \(rules)
      claimMappings:
        username:
          claim: sub
          prefix: "ci:"
    \(mappings)
    \(more)
    """
  }

  private func workload(_ more: String = "") throws -> PresentedToken {
    try token(
      #"{"iss":"https://idp.acme.dev","aud":"cluster","sub":"repo:acme/app","groups":["devs","ops"],"level":3,"org":"acme"\#(more)}"#
    )
  }

  private func unauthorized(_ text: String) -> PartyAnswer { PartyAnswer("401 Unauthorized", text) }

  @Test("says whom an accepted token becomes")
  func accepted() throws {
    let text = configuration(mappings: "    groups:\n      claim: groups\n      prefix: \"ci:\"")
    let verdict = try documents(text).verdict(try workload())
    #expect(verdict.decision == .accept)
    #expect(verdict.principal == "the user ci:repo:acme/app, in the groups ci:devs, ci:ops")
    #expect(verdict.beyond.map(\.id) == ["rbac"])
  }

  @Test(
    "writes into its log why not",
    arguments: [
      (#"{"iss":"https://idp.acme.dev/","aud":"cluster","sub":"s"}"#, "issuer", ""),
      (
        #"{"iss":"https://idp.acme.dev","aud":"cluster","sub":"s","exp":1795435199}"#, "expiry",
        "oidc: verify token: oidc: token is expired (Token Expiry: 2026-11-23 11:59:59 +0000 UTC)"
      ),
      (
        #"{"iss":"https://idp.acme.dev","aud":"cluster","sub":"s","nbf":1795435501}"#, "not-before",
        "oidc: verify token: oidc: current time 2026-11-23 12:00:00 +0000 UTC before the nbf (not before) time: "
          + "2026-11-23 12:05:01 +0000 UTC"
      ),
      (
        #"{"iss":"https://idp.acme.dev","aud":["b","a"],"sub":"s"}"#, "audience",
        #"oidc: verify token: oidc: expected audience "cluster" got ["b" "a"]"#
      ),
      (
        #"{"iss":"https://idp.acme.dev","aud":"cluster"}"#, "username",
        #"oidc: parse username claims "sub": claim not present"#
      ),
      (
        #"{"iss":"https://idp.acme.dev","aud":"cluster","sub":7}"#, "username",
        #"oidc: parse username claims "sub": json: cannot unmarshal number into Go value of type string"#
      ),
    ])
  func refused(claims: String, check: String, message: String) throws {
    let documents = try documents(configuration())
    let token = try token(claims)
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == .reject)
    #expect(verdict.reported.map { verdict.checks[$0].id } == [check])
    #expect(verdict.wouldReport == unauthorized(message))
    try expectSuggestionsHold(documents, token)
  }

  @Test("has no leeway for exp, one minute for nbf, and leaves up to five open")
  func times() throws {
    for (claim, time, decision) in [
      ("exp", 1_795_435_200, Decision.accept), ("nbf", 1_795_435_260, .accept), ("nbf", 1_795_435_300, .unknown),
      ("iat", 1_895_435_260, .accept),
    ] {
      #expect(try documents(configuration()).verdict(try workload(#","\#(claim)":\#(time)"#)).decision == decision)
    }
  }

  @Test("takes what structured configuration takes, and of flags RS256 only")
  func algorithms() throws {
    let claims = try workload().claims
    let signed = PresentedToken(claims: claims, header: ["alg": "ES256"])
    #expect(try documents(configuration()).verdict(signed).decision == .accept)
    let edwards = try documents(configuration()).verdict(PresentedToken(claims: claims, header: ["alg": "EdDSA"]))
    #expect(edwards.wouldReport?.message.contains(#"unsupported algorithm, expected ["ES256" "#) == true)
    let flags = try documents(manifest(["--oidc-issuer-url=https://idp.acme.dev", "--oidc-client-id=cluster"]))
    #expect(
      try flags.verdict(signed).wouldReport
        == unauthorized(
          #"oidc: verify token: oidc: id token signed with unsupported algorithm, expected ["RS256"] got "ES256""#))
    #expect(try flags.verdict(signed).lints.map(\.id).contains("signing-algorithms"))
  }

  @Test(
    "validates claims (K1)",
    arguments: [
      ("claim: org\n    requiredValue: acme", Decision.accept, ""),
      (
        "claim: org\n    requiredValue: other", .reject,
        "oidc: required claim org value does not match. Got = acme, want = other"
      ),
      ("claim: team\n    requiredValue: x", .reject, "oidc: required claim team not present in ID token"),
      ("claim: level\n    requiredValue: \"3\"", .reject, ""),
      ("expression: claims.level == 3", .accept, ""), ("expression: claims.level == 3.0", .accept, ""),
      ("expression: claims.level + 1 == 4", .unknown, ""),
      (
        "expression: claims.org == 'other'\n    message: not our org", .reject,
        "oidc: error evaluating claim validation expression: validation expression 'claims.org == 'other'' failed: not "
          + "our org"
      ),
      ("expression: claims.missing == 'x'", .reject, ""),
      ("expression: has(claims.missing) || claims.?missing.orValue('x') == 'x'", .accept, ""),
      ("expression: claims.groups.exists(g, g == 'ops')", .accept, ""),
      ("expression: claims.groups.isSorted() && 'acme'.charAt(0) == 'a'", .accept, ""),
      ("expression: sets.contains(claims.groups, ['ops'])", .accept, ""),
      ("expression: claims.org.find('[a-c]+') == 'ac'", .accept, ""),
      ("expression: url('https://a/b').getHost() == 'a' && isIP('10.0.0.1')", .accept, ""),
      ("expression: claims.org.frobnicate() == 1", .unknown, ""),
      ("expression: '!has(claims.a__dot__b)'", .unknown, ""),
    ])
  func claimRules(rule: String, decision: Decision, message: String) throws {
    let documents = try documents(configuration(rules: "  claimValidationRules:\n  - \(rule)"))
    let token = try workload()
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == decision)
    if decision == .reject { #expect(verdict.wouldReport == unauthorized(message)) }
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "validates the user (K1)",
    arguments: [
      ("!user.username.startsWith('system:')", Decision.accept), ("user.username == 'ci:repo:acme/lib'", .reject),
      ("'ci:ops' in user.groups", .accept), ("user.groups.all(g, !g.startsWith('ci:d'))", .reject),
    ])
  func userRules(rule: String, decision: Decision) throws {
    let documents = try documents(
      configuration(
        mappings: "    groups:\n      claim: groups\n      prefix: \"ci:\"",
        more: "  userValidationRules:\n  - expression: \"\(rule)\"\n    message: denied"))
    let token = try workload()
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == decision)
    if decision == .reject {
      #expect(
        verdict.wouldReport
          == unauthorized(
            "oidc: error evaluating user info validation rule: validation expression '\(rule)' failed: denied"))
    }
    try expectSuggestionsHold(documents, token)
  }

  @Test("leaves open what the server fetches, and what only Go refuses")
  func foreign() throws {
    for more in [#","_claim_names":{"groups":"src"}"#, #","nonce":7"#, #","at_hash":[]"#, #","Aud":"cluster""#] {
      #expect(try documents(configuration()).verdict(try workload(more)).decision == .unknown)
    }
    #expect(try documents(configuration()).verdict(try workload(#","exp":9223372036854775807"#)).decision == .reject)
  }

  @Test("names GitHub's immutable subjects")
  func immutable() throws {
    let documents = try documents(
      configuration(
        rules: "  claimValidationRules:\n  - claim: sub\n    requiredValue: repo:acme/app:ref:refs/heads/main"))
    let token = try TrustPolicyTests.token(
      #"{"iss":"https://idp.acme.dev","aud":"cluster","sub":"repo:acme@42/app@7:ref:refs/heads/main"}"#)
    let verdict = try documents.verdict(token)
    #expect(verdict.check("required-claim")?.hint?.contains("immutable subject") == true)
    #expect(verdict.suggestions.first?.after == #""repo:acme@42/app@7:ref:refs/heads/main""#)
    try expectSuggestionsHold(documents, token)
  }

  @Test("maps claims by expressions")
  func mappings() throws {
    let text = """
      apiVersion: apiserver.config.k8s.io/v1beta1
      kind: AuthenticationConfiguration
      jwt:
      - issuer: {url: "https://idp.acme.dev", audiences: [a, cluster], audienceMatchPolicy: MatchAny}
        claimMappings:
          username: {expression: "'acme:' + claims.sub"}
          groups: {expression: "claims.groups.map(g, 'acme:' + g)"}
          uid: {claim: sub}
          extra:
          - {key: acme.dev/org, valueExpression: claims.org}
        userValidationRules:
        - {expression: "user.extra['acme.dev/org'] == ['acme'] && user.uid == 'repo:acme/app'"}
      """
    let verdict = try documents(text).verdict(try workload())
    #expect(verdict.decision == .accept)
    #expect(verdict.principal == "the user acme:repo:acme/app, in the groups acme:devs, acme:ops")
    let empty = text.replacing("'acme:' + claims.sub", with: "claims.org.substring(4)")
    #expect(
      try documents(empty).verdict(try workload()).wouldReport
        == unauthorized("oidc: empty username via CEL expression is not allowed"))
    let number = text.replacing("claims.groups.map(g, 'acme:' + g)", with: "[claims.level]")
    #expect(try documents(number).verdict(try workload()).check("groups")?.outcome == .fail)
  }

  @Test("asks whether an address is verified")
  func email() throws {
    let text = configuration().replacing("claim: sub", with: "claim: email")
    for (more, decision, message) in [
      (#","email":"a@b","email_verified":true"#, Decision.accept, ""), (#","email":"a@b""#, .accept, ""),
      (#","email":"a@b","email_verified":false"#, .reject, "oidc: email not verified"),
      (
        #","email":"a@b","email_verified":"true""#, .reject,
        "oidc: parse 'email_verified' claim: json: cannot unmarshal string into Go value of type bool"
      ),
    ] {
      let verdict = try documents(text).verdict(try workload(more))
      #expect(verdict.decision == decision)
      if decision == .reject { #expect(verdict.wouldReport == unauthorized(message)) }
    }
  }

  // MARK: Flags

  private func manifest(_ flags: [String]) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver}
    spec:
      containers:
      - name: kube-apiserver
        command:
        - kube-apiserver
    \(flags.map { "    - \(JSON($0).compact())" }.joined(separator: "\n"))
    """
  }

  @Test("reads the flags of a manifest (K2)")
  func flags() throws {
    let documents = try documents(
      manifest([
        "--oidc-issuer-url=https://idp.acme.dev", "--oidc-client-id", "cluster", "--oidc-groups-claim=groups",
        "--oidc-groups-prefix=g:", "--oidc-required-claim=org=acme", "--oidc-required-claim=hd=x",
      ]))
    let verdict = try documents.verdict(try workload(#","hd":"x""#))
    #expect(verdict.decision == .accept)
    #expect(verdict.principal == "the user https://idp.acme.dev#repo:acme/app, in the groups g:devs, g:ops")
    let token = try workload(#","hd":"y""#)
    let refused = try documents.verdict(token)
    #expect(
      refused.wouldReport == unauthorized("oidc: required claim hd value does not match. Got = y, want = x"))
    #expect(refused.suggestions.map(\.after) == [#""--oidc-required-claim=hd=y""#])
    try expectSuggestionsHold(documents, token)
    try expectSuggestionsHold(
      documents,
      try TrustPolicyTests.token(#"{"iss":"https://idp.acme.dev","aud":"b","sub":"s","org":"acme","hd":"x"}"#))
  }

  // MARK: Remarks and mistakes

  @Test(
    "remarks what lets too many in",
    arguments: [
      ("", "no-subject-pin"),
      ("  claimValidationRules:\n  - expression: claims.sub.startsWith('repo:acme')", "wildcard-tenant"),
      ("  claimValidationRules:\n  - expression: claims.repository_owner != 'x'", "only-negation"),
    ])
  func lints(rules: String, id: String) throws {
    let text = configuration(rules: rules).replacing(
      "https://idp.acme.dev", with: "https://token.actions.githubusercontent.com")
    #expect(try documents(text).lints().map(\.id).contains(id))
    let groups = configuration(mappings: "    groups:\n      claim: groups\n      prefix: \"\"")
    #expect(try documents(groups).lints().map(\.id).contains("no-groups-prefix"))
  }

  @Test(
    "says where a configuration is wrong",
    arguments: [
      (("url: https://idp.acme.dev", "url: http://idp.acme.dev"), 5, 10, "URL scheme must be https"),
      (("url: https://idp.acme.dev", "url: https://u@idp.acme.dev"), 5, 10, "username or password"),
      (("[cluster]", "[a, b]"), 6, 16, "audienceMatchPolicy must be MatchAny for multiple audiences"),
      (("[cluster]", "[]"), 6, 16, "at least one audience"),
      (("claim: sub", "claim: sub\n      expression: claims.sub"), 10, 7, "can't both be set"),
      (("prefix: \"ci:\"", "prefx: \"ci:\""), 11, 7, "no member “prefx”"),
      (
        ("claim: sub\n      prefix: \"ci:\"", "expression: claims.sub =="), 10, 19,
        "the API server refuses this expression"
      ),
      (("claim: sub\n      prefix: \"ci:\"", "expression: claims.email"), 10, 19, "claims.email_verified must be used"),
      (
        ("  claimMappings", "  claimValidationRules:\n  - expression: claims.admin\n  claimMappings"), 9, 17,
        "must evaluate to bool"
      ),
      (("v1\n", "v2\n"), 1, 13, "this apiVersion is not known"),
    ] as [((String, String), Int, Int, String)])
  func malformed(change: (String, String), line: Int, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) {
      try documents(configuration().replacing(change.0, with: change.1))
    }
    #expect(error.location.line == line && error.location.column == column, "\(error)")
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
