import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Sources: trust-semantics §1 (A1 the user guide, A2 recorded answers of STS, A3 the API model, A4 the service
/// authorisation reference, A6 and A9 third parties).
@Suite("AWS: the token, the provider and the audience")
struct AWSTokenTests {
  static let host = "token.actions.githubusercontent.com"

  static func role(_ condition: String, more: String = "", action: String = #""sts:AssumeRoleWithWebIdentity""#)
    -> String
  {
    #"""
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
      "Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/\#(host)"},
      "Action":\#(action),
      "Condition":\#(condition)}\#(more)]}
    """#
  }

  static let pinned = role(
    #"{"StringEquals":{"\#(host):aud":"sts.amazonaws.com","\#(host):sub":"repo:acme/app:ref:refs/heads/main"}}"#)

  static func provider(_ url: String = host, _ clients: String = #"["sts.amazonaws.com"]"#) -> String {
    #"{"Url":"\#(url)","ClientIDList":\#(clients),"ThumbprintList":[]}"#
  }

  static func gitHub(
    _ sub: String = "repo:acme/app:ref:refs/heads/main", aud: String = #""sts.amazonaws.com""#, more: String = ""
  ) throws -> PresentedToken {
    try token(#"{"iss":"https://\#(host)","aud":\#(aud),"sub":"\#(sub)"\#(more)}"#)
  }

  static let denied = PartyAnswer("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")

  @Test("accepts what fits, and leaves the provider open where no document tells of it")
  func accepted() throws {
    #expect(try documents(Self.pinned, Self.provider()).verdict(try Self.gitHub()).decision == .accept)
    let alone = try documents(Self.pinned).verdict(try Self.gitHub())
    #expect(alone.decision == .unknown)
    #expect(alone.check("provider")?.hint?.contains("aws iam get-open-id-connect-provider") == true)
    // A policy that refuses refuses, whatever the provider.
    #expect(try documents(Self.pinned).verdict(try Self.gitHub("repo:acme/lib:x")).decision == .reject)
  }

  @Test(
    "answers in AWS's words (A2)",
    arguments: [
      (#"{"aud":"A","sub":"s"}"#, "InvalidIdentityToken", "Missing a required claim: iss"),
      (#"{"iss":"https://\#(host)","sub":"s"}"#, "InvalidIdentityToken", "Missing a required claim: aud"),
      (
        #"{"iss":"https://\#(host)","aud":"sts.amazonaws.com","sub":null}"#, "InternalFailure",
        "Unknown error validating third-party token"
      ),
      (
        #"{"iss":"https://\#(host)/acme","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/main"}"#,
        "InvalidIdentityToken",
        "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com/acme"
      ),
      (
        #"{"iss":"https://\#(host)","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/main","exp":1.5}"#,
        "InvalidIdentityToken", "Invalid timestamp in token claims."
      ),
      (
        #"{"iss":"https://\#(host)","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/main","exp":1795434900}"#,
        "ExpiredTokenException",
        "Token expired: current date/time 1795434900 must be before the expiration date/time 1795434900"
      ),
      (
        #"{"iss":"https://\#(host)","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/main","iat":1795435501}"#,
        "InvalidIdentityToken", "Token issued in the future: 1795435501"
      ),
      (
        #"{"iss":"https://\#(host)","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/main","nbf":1795435501}"#,
        "InvalidIdentityToken",
        "Token not yet valid: current date/time 1795435500 must be after or equal to the not-before date/time 1795435501"
      ),
      (
        #"{"iss":"https://\#(host)","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/dev"}"#,
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity"
      ),
    ])
  func answers(claims: String, code: String, message: String) throws {
    let documents = try documents(Self.pinned, Self.provider())
    let token = try token(claims)
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == .reject)
    #expect(verdict.answers.contains(PartyAnswer(code, message)), "\(verdict.answers)")
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "takes five minutes of skew, and integers in strings (A2)",
    arguments: [
      #""exp":1795434901"#, #""iat":1795435500"#, #""nbf":1795435500"#, #""exp":"1795438800""#,
    ])
  func skew(member: String) throws {
    let verdict = try documents(Self.pinned, Self.provider()).verdict(
      try Self.gitHub("repo:acme/app:ref:refs/heads/main", more: "," + member))
    #expect(verdict.ids(.fail).contains { ["expiry", "issued-at", "not-before", "timestamps"].contains($0) } == false)
  }

  @Test(
    "holds azp, or the one audience, against the client IDs (A2)",
    arguments: [
      (#""sts.amazonaws.com""#, "", Decision.accept, ""), (#"["sts.amazonaws.com"]"#, "", .accept, ""),
      (
        #"["sts.amazonaws.com","b"]"#, "", .reject,
        "Token audience contains more than one audience while authorized party is not present"
      ),
      ("[]", "", .reject, "Claim is not allowed to be empty: aud"),
      (
        #""other""#, "", .reject,
        "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for "
          + "requirements."
      ),
      // azp becomes the condition key aud, whatever aud is.
      (#"["a","b"]"#, #","azp":"sts.amazonaws.com""#, .accept, ""),
      (#""sts.amazonaws.com""#, #","azp":null"#, .accept, ""),
      (
        #""sts.amazonaws.com""#, #","azp":"x""#, .reject,
        "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for "
          + "requirements."
      ),
    ])
  func audiences(aud: String, more: String, decision: Decision, message: String) throws {
    let documents = try documents(Self.pinned, Self.provider())
    let token = try Self.gitHub(aud: aud, more: more)
    let verdict = try documents.verdict(token)
    #expect(verdict.decision == decision)
    if decision == .reject { #expect(verdict.wouldReport?.message == message) }
    try expectSuggestionsHold(documents, token)
  }

  @Test(
    "compares the issuer with the provider byte for byte (A2)",
    arguments: [
      ("Token.actions.githubusercontent.com", "case"), ("token.actions.githubusercontent.com/", "slash"),
      ("token.actions.githubusercontent.com:443", "policy"),
    ])
  func issuer(url: String, hint: String) throws {
    let verdict = try documents(Self.pinned, Self.provider(url)).verdict(try Self.gitHub())
    #expect(verdict.check("provider")?.outcome == .fail)
    #expect(verdict.check("provider")?.hint?.contains(hint) == true, "\(verdict.check("provider")?.hint ?? "")")
  }

  @Test("takes neither PS256 nor EdDSA, and no crit (A2)", arguments: ["PS256", "EdDSA", "HS256", "RS256K"])
  func algorithms(algorithm: String) throws {
    let claims = try Self.gitHub().claims
    let verdict = try documents(Self.pinned, Self.provider())
      .verdict(PresentedToken(claims: claims, header: ["alg": JSON(algorithm), "kid": "1"]))
    #expect(
      verdict.wouldReport?.message
        == "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
    let critical = try documents(Self.pinned, Self.provider())
      .verdict(PresentedToken(claims: claims, header: ["alg": "RS256", "crit": ["x"]]))
    #expect(critical.decision == .reject)
  }

  @Test(
    "asks the roles claim before the policy (A2)",
    arguments: [
      (#""arn:aws:iam::111122223333:role/deploy""#, Decision.accept, ""),
      (#"" arn:aws:iam::1:role/x ; arn:aws:iam::111122223333:role/deploy""#, .accept, ""),
      (#"["arn:aws:iam::111122223333:role/deploy",7]"#, .accept, ""), ("null", .accept, ""),
      (
        #""arn:aws:iam::111122223333:role/other""#, .reject,
        "The target role ARN is not present in the roles claim of the identity token"
      ),
      (#"[]"#, .reject, "The roles claim contains no valid role ARNs"),
      ("7", .reject, "The roles claim is not in a supported format"),
    ])
  func roles(claim: String, decision: Decision, message: String) throws {
    let whole =
      #"{"Role":{"RoleName":"deploy","Arn":"arn:aws:iam::111122223333:role/deploy","AssumeRolePolicyDocument":\#(Self.pinned)}}"#
    let verdict = try documents(whole, Self.provider())
      .verdict(try Self.gitHub(more: #","https://aws.amazon.com/roles":\#(claim)"#))
    #expect(verdict.decision == decision)
    if decision == .reject { #expect(verdict.wouldReport == PartyAnswer("InvalidIdentityToken", message)) }
  }

  @Test("lets session tags need sts:TagSession (A1)")
  func tags() throws {
    let claim = #","https://aws.amazon.com/tags":{"principal_tags":{"team":["a"]}}"#
    let refused = try documents(Self.pinned, Self.provider()).verdict(try Self.gitHub(more: claim))
    #expect(refused.decision == .reject)
    let tagging = Self.role(
      #"{"StringEquals":{"\#(Self.host):sub":"repo:acme/app:ref:refs/heads/main"}}"#,
      action: #"["sts:AssumeRoleWithWebIdentity","sts:TagSession"]"#)
    #expect(
      try documents(tagging, Self.provider())
        .verdict(try Self.gitHub(more: claim)).decision == .accept)
    let malformed = try documents(tagging, Self.provider()).verdict(
      try Self.gitHub(
        more: #","https://aws.amazon.com/tags":{"principal_tags":{"team":["a","b"]}}"#))
    #expect(malformed.wouldReport?.message == "principal_tags passed in claim is not in correct format.")
  }

  @Test("explains the configuration that Gitpod's documentation teaches")
  func gitpod() throws {
    let url = "services.gitpod.example/idp"
    let policy = #"""
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
       "Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/\#(url)"},
       "Action":"sts:AssumeRoleWithWebIdentity",
       "Condition":{"StringEquals":{"\#(url):aud":"sts.amazonaws.com"},"StringLike":{"\#(url):sub":"https://github.com/acme/*"}}}]}
      """#
    let documents = try documents(policy, Self.provider(url))
    func gitpod(_ sub: String) throws -> PresentedToken {
      try token(#"{"iss":"https://\#(url)","aud":"sts.amazonaws.com","sub":"\#(sub)"}"#)
    }
    #expect(try documents.verdict(try gitpod("https://github.com/acme/app")).decision == .accept)
    let refused = try documents.verdict(try gitpod("https://github.com/Acme/app"))
    #expect(refused.wouldReport == Self.denied)
    try expectSuggestionsHold(documents, try gitpod("https://github.com/Acme/app"))
  }
}
