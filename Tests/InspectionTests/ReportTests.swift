import Inspection
import JOSE
import Testing

@Suite("The reports say the same in text and in JSON")
struct ReportTests {
  /// RFC 7519, section 3.1.
  static let example =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

  static let now = Timestamp(1_300_819_319)

  @Test("the example of RFC 7519 as text")
  func text() {
    let report = TextReport.render(Fixture.inspect(Self.example, now: Self.now), now: Self.now, ascii: true)
    #expect(
      report == """
        Header
          typ  JWT    type
          alg  HS256  HMAC with SHA-256

        Claims
          iss                         joe         issuer
          exp                         1300819380  expiry: 2011-03-22 18:43:00Z, in 1m 1s
          http://example.com/is_root  true

        shape ok | signature not checked | time ok, expires in 1m 1s (2011-03-22 18:43:00Z) | trust not checked

        Checks
          + format      a signed token (JWS)
          + algorithm   HS256, HMAC with SHA-256
          ? signature   not checked: there is no key to check with
                        Give the keys: --jwks URL or FILE, --key FILE, or --issuer URL to fetch them.
          - issuer      joe - Nobody asked for an issuer.
          - audience    Nobody asked for an audience.
          + expiry      2011-03-22 18:43:00Z, in 1m 1s
          - not before  no nbf: valid from its issue on
          - issued at   no iat

        """)
  }

  @Test("the example verifies with the key of RFC 7515, appendix A.1")
  func verified() throws {
    let jwk = try JSON(
      parsing:
        #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#)
    let keys = KeySource(keys: try JWKSet(jwk), origin: "file key.json")
    let inspection = Fixture.inspect(Self.example, InspectionOptions(keys: keys), now: Self.now)
    #expect(inspection.outcome("signature") == .pass)
    #expect(TextReport.verdict(inspection, now: Self.now, ascii: true).hasPrefix("+ valid: verified with key"))
    #expect(JSONReport.verify(inspection, now: Self.now)["valid"]?.boolValue == true)
  }

  @Test(
    "the verdict on one line says why",
    arguments: [
      ("e30.e30.AA", "x invalid: "), (Fixture.unsigned(#"{"alg":"RS256"}"#, #"{"exp":1}"#), "x invalid: expired "),
      (
        Fixture.unsigned(#"{"alg":"RS256"}"#, "{}"),
        "? not decided: signature: not checked: there is no key to check with"
      ),
    ])
  func verdicts(_ token: String, _ start: String) {
    let line = TextReport.verdict(Fixture.inspect(token), now: Fixture.now, ascii: true)
    #expect(line.hasPrefix(start))
    #expect(line.hasSuffix("\n") && line.dropLast().allSatisfy { $0 != "\n" })
  }

  @Test("a colour stands around each text and never inside one")
  func paint() throws {
    let inspection = try Fixture.inspect(claims: Fixture.claims)
    let plain = TextReport.render(inspection, now: Fixture.now)
    var texts: Set<String> = []
    let painted = TextReport.render(
      inspection, now: Fixture.now,
      paint: { role, text in
        texts.insert(text)
        return "<\(role)>\(text)</>"
      })
    #expect(painted.contains("<good>ok</>"))
    #expect(painted.contains("<key>iss</>"))
    var stripped = painted
    for role in TextReport.Role.allCases {
      stripped = stripped.split(separator: "<\(role)>", omittingEmptySubsequences: false).joined()
    }
    #expect(stripped.split(separator: "</>", omittingEmptySubsequences: false).joined() == plain)
    #expect(texts.allSatisfy(isHarmless))
  }

  @Test("a structure is shown below its name, a short one beside it, a string that looks like a number in quotes")
  func values() throws {
    let claims = #"{"short":[1,2],"text":"17","long":{"first":"0123456789012345678901234567890","second":{"a":null}}}"#
    let report = TextReport.render(try Fixture.inspect(claims: claims), now: Fixture.now)
    #expect(report.contains("  short  [1,2]\n"))
    #expect(report.contains("  text   \"17\"\n"))
    #expect(report.contains("  long\n      {\n        \"first\": "))
  }

  @Test("what is no JSON is shown as text, harmless")
  func noJSON() throws {
    let report = TextReport.render(try Fixture.inspect(claims: "hello \u{1B}[31m"), now: Fixture.now)
    #expect(report.contains("10 bytes that are no JSON:\n  hello \\u{1b}[31m") || report.contains("hello \\u{1b}[31m"))
  }

  @Test("JSON of verify has the schema, with header and claims as in the token")
  func verifyJSON() throws {
    let claims = #"{"b":100002348117421473,"a":"\u00e9","a":1.50}"#
    let json = JSONReport.verify(try Fixture.inspect(claims: claims), now: Fixture.now)
    #expect(json.objectValue?.members.map(\.name.value) == ["schema", "valid", "checks", "header", "claims"])
    #expect(json["schema"]?.integerValue == 1)
    #expect(json["claims"]?.compact() == claims)
    let checks = try #require(json["checks"]?.arrayValue)
    #expect(checks.compactMap { $0["id"]?.stringValue } == CheckTests.ids)
    for check in checks {
      #expect(
        check.objectValue?.members.map(\.name.value).prefix(6)
          == ["id", "title", "outcome", "expected", "actual", "hint"])
      #expect(Check.Outcome(rawValue: check["outcome"]?.stringValue ?? "") != nil)
    }
  }

  @Test("JSON of an unreadable token has null where nothing can be read")
  func unreadable() {
    let json = JSONReport.verify(Fixture.inspect("a.b.c"), now: Fixture.now)
    #expect(json["valid"] == .bool(false))
    #expect(json["header"] == .null)
    #expect(json["claims"] == .null)
  }

  @Test("JSON is never valid when the signature was not checked")
  func undecided() {
    let json = JSONReport.verify(Fixture.inspect(Fixture.unsigned(#"{"alg":"RS256"}"#, "{}")), now: Fixture.now)
    #expect(json["valid"] == .bool(false))
    #expect(json["checks"]?.arrayValue?[2]["outcome"]?.stringValue == "unknown")
  }

  @Test("everything that the panes show is in the JSON of inspect, which can be read again")
  func inspectJSON() throws {
    let inspection = try Fixture.inspect(claims: Fixture.claims)
    let json = JSONReport.inspect(inspection, now: Fixture.now)
    #expect(try JSON(parsing: json.pretty(escaping: Visible.needsEscape))["token"] == JSON(inspection.token.text))
    #expect(json["state"]?.stringValue == "verified")
    #expect(json["verdict"]?["signature"]?["word"]?.stringValue == "ok")
    #expect(json["times"]?["remaining"]?.integerValue == 3552)
    #expect(json["explained"]?["claims"]?.arrayValue?.count == 6)
  }

  @Test("a redacted report holds no signature, neither of the token nor of one inside its claims")
  func redact() throws {
    let inner = try Fixture.signed(#"{"sub":"inner"}"#)
    let inspection = try Fixture.inspect(claims: #"{"exp":1795525248,"act":{"token":["\#(inner)"]}}"#)
    let secrets = [inner, inspection.token.text].compactMap { $0.split(separator: ".").last.map(String.init) }
    let reports = [
      JSONReport.inspect(inspection, now: Fixture.now, redact: true).pretty(),
      JSONReport.verify(inspection, now: Fixture.now, redact: true).compact(),
      TextReport.render(inspection, now: Fixture.now, redact: true),
    ]
    for report in reports {
      for secret in secrets { #expect(!report.contains(secret)) }
      #expect(report.contains("<signature removed>"))
    }
    #expect(JSONReport.inspect(inspection, now: Fixture.now).compact().contains(secrets[0]))
  }

  @Test(
    "the verdict is always there, and not checked is never bad",
    arguments: [
      (Fixture.unsigned(#"{"alg":"RS256"}"#, #"{"exp":9999999999}"#), ["ok", "not checked", "ok", "not checked"]),
      (Fixture.unsigned(#"{"alg":"RS256"}"#, "{}"), ["ok", "not checked", "unknown", "not checked"]),
      (Fixture.unsigned(#"{"alg":"RS256"}"#, "[]"), ["bad", "not checked", "unknown", "not checked"]),
      (Fixture.unsigned(#"{"alg":"none"}"#, #"{"exp":1}"#, ""), ["ok", "bad", "bad", "not checked"]),
      ("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.AA.AA.AA.AA", ["ok", "unknown", "unknown", "not checked"]),
    ])
  func verdictLine(_ token: String, _ words: [String]) {
    let parts = VerdictLine.of(Fixture.inspect(token), at: Fixture.now)
    #expect(parts.map(\.name.rawValue) == ["shape", "signature", "time", "trust"])
    #expect(parts.map(\.word.rawValue) == words)
  }
}
