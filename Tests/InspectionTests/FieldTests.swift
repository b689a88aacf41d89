import Inspection
import JOSE
import Testing

@Suite("Members are explained, in the order and with the bytes of the token")
struct FieldTests {
  private func claims(_ text: String) -> [Field] { Fixture.inspect(Fixture.unsigned("{}", text)).claims }
  private func header(_ text: String) -> [Field] { Fixture.inspect(Fixture.unsigned(text, "{}")).header }

  @Test("order, duplicates, unknown members and the text of numbers are kept")
  func honest() {
    let fields = claims(#"{"z":100002348117421473,"iss":"a","mine":1.50,"iss":"b"}"#)
    #expect(fields.map(\.name) == ["z", "iss", "mine", "iss"])
    #expect(fields.map { $0.value.compact() } == ["100002348117421473", "\"a\"", "1.50", "\"b\""])
    #expect(fields.map(\.marks) == [[], [.duplicate], [], [.duplicate]])
    #expect(fields.map(\.meaning) == [nil, "issuer", nil, "issuer"])
  }

  @Test(
    "registered members say what they mean",
    arguments: [
      ("iss", #""x""#, "issuer"), ("sub", #""x""#, "subject"), ("aud", #"["x"]"#, "audience"), ("exp", "1", "expiry"),
      ("azp", #""x""#, "authorised party"), ("auth_time", "1", "authentication time"),
    ])
  func meanings(_ name: String, _ value: String, _ meaning: String) {
    let field = claims(#"{"\#(name)":\#(value)}"#).first
    #expect(field?.meaning == meaning)
    #expect(field?.marks == [])
  }

  @Test("the algorithm is spelled out")
  func algorithm() {
    #expect(header(#"{"alg":"RS256"}"#).first?.meaning == "RSASSA-PKCS1-v1_5 with SHA-256")
    #expect(header(#"{"alg":"rs256"}"#).first?.meaning == "unknown algorithm")
    #expect(header(#"{"x5c":["AA","BB"]}"#).first?.meaning == "certificate chain, 2 certificates")
  }

  @Test(
    "a member of the wrong type is marked",
    arguments: [
      #"{"iss":7}"#, #"{"aud":{"a":1}}"#, #"{"aud":["a",1]}"#, #"{"exp":"7"}"#, #"{"iat":null}"#, #"{"jti":[]}"#,
    ])
  func wrongType(_ text: String) {
    let field = claims(text).first
    #expect(field?.marks == [.wrongType])
    #expect(field?.explanation?.contains("must be") == true)
    #expect(field?.time == nil)
  }

  @Test(
    "suspicious text is marked, nested and in names too",
    arguments: [
      (#"{"a":"\u001b"}"#, [.controlCharacters]), (#"{"a":[{"b":"\u202e"}]}"#, [.bidi]),
      (#"{"a":"\ud800"}"#, [.loneSurrogate]),
      (#"{"\u200b":1}"#, [.controlCharacters]),
      (#"{"a":{"\u009b":"\u2066\udc00"}}"#, [.controlCharacters, .bidi, .loneSurrogate]),
      (#"{"a":"日本 é"}"#, []),
    ] as [(String, [Field.Mark])])
  func marks(_ text: String, _ marks: [Field.Mark]) {
    #expect(claims(text).first?.marks == marks)
  }

  @Test("times are read whatever their size")
  func times() {
    let fields = claims(#"{"exp":1e400,"nbf":-5,"iat":1.5,"auth_time":7}"#)
    #expect(fields.map(\.time) == [Timestamp(.max), Timestamp(-5), Timestamp(2), Timestamp(7)])
  }

  @Test(
    "who seems to have issued a token is told by its shape",
    arguments: [
      (#"{"iss":"https://token.actions.githubusercontent.com"}"#, .gitHub),
      (#"{"iss":"https://token.actions.githubusercontent.com/acme"}"#, .gitHub),
      (#"{"iss":"https://token.actions.githubusercontent.com.evil.example"}"#, nil),
      (#"{"iss":"https://gitlab.example.org","project_path":"a/b","namespace_path":"a"}"#, .gitLab),
      (#"{"iss":"https://kubernetes.default.svc","sub":"system:serviceaccount:ns:app"}"#, .kubernetes),
      (#"{"sub":"spiffe://example.org/app"}"#, .spiffe),
      (#"{"iss":"https://login.microsoftonline.com/7a/v2.0"}"#, .entra),
      (#"{"iss":"https://sts.windows.net/7a/"}"#, .entra),
      (#"{"iss":"https://api.gitpod.io/idp"}"#, .gitpod),
      (#"{"iss":"https://services.acme.gitpod.cloud/idp"}"#, .gitpod),
      (#"{"iss":"https://app.gitpod.io"}"#, .ona), (#"{"iss":"https://accounts.google.com"}"#, .google),
      (#"{"iss":"https://oidc.circleci.com/org/7a"}"#, .circleCI),
      (#"{"iss":"https://agent.buildkite.com"}"#, .buildkite),
      (#"{"iss":"https://idp.acme.dev","sub":"x"}"#, nil), ("{}", nil),
    ] as [(String, Provider?)])
  func providers(_ text: String, _ provider: Provider?) {
    #expect(Fixture.inspect(Fixture.unsigned("{}", text)).provider == provider)
  }

  @Test("GitHub's old and immutable subjects are told apart")
  func gitHubSubjects() throws {
    func explanation(_ subject: String) throws -> String {
      let fields = claims(#"{"iss":"https://token.actions.githubusercontent.com","sub":"\#(subject)"}"#)
      return try #require(fields.last?.explanation)
    }
    #expect(try explanation("repo:acme/app:ref:refs/heads/main").hasPrefix("GitHub's old shape"))
    #expect(try explanation("repo:acme@1/app@2:environment:prod").hasPrefix("GitHub's immutable shape"))
    #expect(try explanation("repo:acme/app:environment:prod").contains("the branch is not in it"))
    #expect(try explanation("repository_owner:acme").contains("template"))
  }
}

@Suite("Warnings say what to be wary of")
struct WarningTests {
  @Test(
    "each has a stable name",
    arguments: [
      (#"{"alg":"RS256","jku":"https://evil.example"}"#, "{}", "jku"),
      (#"{"x5u":"https://evil.example"}"#, "{}", "x5u"),
      (#"{"jwk":{"kty":"RSA"}}"#, "{}", "jwk"), (#"{"x5c":["AA"]}"#, "{}", "x5c"),
      (#"{"alg":"none"}"#, "{}", "alg-none"),
      (#"{"kid":"a","kid":"b"}"#, "{}", "duplicate-header"), ("{}", #"{"a":1,"a":1}"#, "duplicate-claim"),
      ("{}", #"{"a":"\u0007"}"#, "control-text"), ("{}", #"{"a":"\u202e"}"#, "bidi-text"),
      ("{}", #"{"a":"\ud800"}"#, "lone-surrogate"), ("{}", #"{"iss":"http://idp.example"}"#, "http-issuer"),
      ("{}", #"{"aud":[]}"#, "empty-audience"), ("{}", "{}", "no-expiry"),
      ("{}", #"{"iat":0,"exp":86401}"#, "long-lifetime"), ("{}", #"{"iat":5,"exp":5}"#, "never-valid"),
      ("{}", #"{"exp":1795521648000}"#, "milliseconds"),
    ])
  func warnings(_ header: String, _ claims: String, _ id: String) {
    let warnings = Fixture.inspect(Fixture.unsigned(header, claims)).warnings
    #expect(warnings.contains { $0.id == id })
    #expect(warnings.allSatisfy { $0.outcome == .unknown && $0.hint?.isEmpty == false })
  }

  @Test("an honest token of an hour has none, on this machine neither")
  func none() {
    let claims = #"{"iss":"http://localhost:8765","aud":["a"],"iat":0,"exp":3600}"#
    #expect(Fixture.inspect(Fixture.unsigned(#"{"alg":"RS256","kid":"a"}"#, claims)).warnings.isEmpty)
  }

  @Test("old keys are told")
  func staleKeys() throws {
    let keys = KeySource(
      keys: try Fixture.keys().keys, origin: "cache", fetchedAt: Timestamp(0), stale: true, note: "could not connect")
    let inspection = Fixture.inspect(try Fixture.signed(Fixture.claims), InspectionOptions(keys: keys))
    #expect(inspection.warnings.map(\.id) == ["stale-keys"])
    #expect(inspection.check("signature")?.hint == "could not connect")
  }
}
