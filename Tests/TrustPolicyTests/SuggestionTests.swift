import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Whatever the policy and the token: what is offered is right.
@Suite("Suggestions")
struct SuggestionTests {
  /// Numbers that come again with the same seed.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  private static let subjects = [
    "repo:acme/app:ref:refs/heads/main", "repo:Acme/app:ref:refs/heads/main", "repo:acme/app:environment:prod",
    "repo:acme@42/app@7:ref:refs/heads/main", "repo:acme/app:pull_request", "repo:acme/*", "repo:acme/app*", "",
    "a \"quoted\" \\ subject", "repo:äcme/app:x", "${x}", "project_path:acme/app:ref_type:branch:ref:main", "*", "?",
  ]
  private static let audiences = ["sts.amazonaws.com", "api://AzureADTokenExchange", "octo-sts.dev", "x", "X", "x/"]

  @Test("always turn the verdict to accept, in 3,000 policies and tokens", arguments: 1...6)
  func property(seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    var offered = 0
    for _ in 0..<500 {
      let wanted = Self.subjects.randomElement(using: &dice) ?? ""
      let audience = Self.audiences.randomElement(using: &dice) ?? ""
      let policy = Self.policy(wanted, audience, &dice)
      let host = Bool.random(using: &dice) ? AWSTokenTests.host : AWSTokenTests.host + "/"
      var claims = JSONObject([
        ("iss", JSON("https://\(host)")), ("aud", JSON(Self.audiences.randomElement(using: &dice) ?? "")),
        ("sub", JSON(Self.subjects.randomElement(using: &dice) ?? "")), ("repository", "acme/app"),
        ("ref_protected", true), ("iat", JSON(noon.seconds - 60)), ("exp", JSON(noon.seconds + 600)),
      ])
      if Bool.random(using: &dice) { claims.set("environment", to: "prod") }
      let token = PresentedToken(claims: claims)
      guard let documents = try? documents(policy) else { continue }
      for index in documents.configurations.indices {
        let verdict = documents.verdict(of: index, on: token, at: noon)
        offered += verdict.suggestions.count
        if verdict.decision != .reject { #expect(verdict.suggestions.isEmpty) }
      }
      try expectSuggestionsHold(documents, token)
    }
    #expect(offered > 100)
  }

  private static func policy(_ subject: String, _ audience: String, _ dice: inout Dice) -> String {
    let sub = JSON(subject).compact()
    let aud = JSON(audience).compact()
    let host = AWSTokenTests.host
    let op =
      ["StringEquals", "StringLike", "StringNotEquals", "StringEqualsIgnoreCase", "StringEqualsIfExists"]
      .randomElement(using: &dice) ?? ""
    return switch Int.random(in: 0..<7, using: &dice) {
    case 0: AWSTokenTests.role(#"{"\#(op)":{"\#(host):sub":\#(sub)},"StringEquals":{"\#(host):aud":[\#(aud)]}}"#)
    case 1: #"{"issuer":"https://\#(host)","subject":\#(sub),"audiences":[\#(aud)]}"#
    case 2: "issuer: https://\(host)\nsubject: \(sub)\naudience: \(aud)\npermissions: {}\n"
    case 3:
      #"""
      {"name":"projects/1/locations/global/workloadIdentityPools/p/providers/x",
       "oidc":{"issuerUri":"https://\#(host)","allowedAudiences":[\#(aud)]},
       "attributeMapping":{"google.subject":"assertion.repository"},
       "attributeCondition":\#(JSON("assertion.sub == \(CELLiteral.quoted(subject))").compact())}
      """#
    case 4:
      #"""
      {"role_type":"jwt","user_claim":"sub","bound_audiences":[\#(aud)],"bound_claims_type":"\#(["string", "glob"].randomElement(using: &dice) ?? "")",
       "bound_claims":{"sub":\#(sub),"repository":["acme/lib"]}}
      """#
    case 5:
      """
      apiVersion: apiserver.config.k8s.io/v1
      kind: AuthenticationConfiguration
      jwt:
      - issuer: {url: "https://\(host)", audiences: [\(aud)]}
        claimValidationRules:
        - {claim: sub, requiredValue: \(sub)}
        - {expression: "claims.repository == 'acme/app'"}
        claimMappings: {username: {claim: sub, prefix: ""}}
      """
    default: #"{"kind":"GitHub","repository":"acme/app","workflow":"a.yml","environment":"prod"}"#
    }
  }
}
