import JOSE
import Testing

@Suite("A compact token is read as far as it can be read")
struct CompactTokenTests {
  /// RFC 7519, section 3.1.
  static let example =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

  static func token(_ header: String, _ payload: String, _ signature: String = "c2ln") -> String {
    Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8) + "." + signature
  }

  @Test("the example of RFC 7519 is well formed")
  func rfc7519() {
    let token = CompactToken(parsing: Self.example)
    #expect(token.kind == .jws)
    #expect(token.problems.isEmpty)
    #expect(token.algorithm == "HS256")
    #expect(token.type == "JWT")
    #expect(token.keyID == nil)
    #expect(token.claims?["iss"]?.stringValue == "joe")
    #expect(token.claims?["exp"]?.integerValue == 1_300_819_380)
    #expect(token.claims?["http://example.com/is_root"]?.boolValue == true)
    #expect(token.signature?.bytes.count == 32)
    #expect(token.header.range == 0..<40)
  }

  @Test("the unsecured example of RFC 7519, section 6.1, is well formed: its signature is empty")
  func unsecured() {
    let token = CompactToken(
      parsing:
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    )
    #expect(token.problems.isEmpty)
    #expect(token.signature?.bytes.isEmpty == true)
  }

  @Test("an encrypted token, RFC 7516 appendix A.1, is recognised and its header shown")
  func jwe() {
    let token = CompactToken(
      parsing:
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ"
    )
    #expect(token.kind == .jwe)
    #expect(token.problems.isEmpty)
    #expect(token.headerObject?["enc"]?.stringValue == "A256GCM")
    #expect(token.payload == nil)
    #expect(token.claims == nil)
    #expect(token.redacted == "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.<encrypted parts removed>")
  }

  @Test(
    "each way to break a token names the part and the first wrong byte",
    arguments: [
      ("", "byte 0: no '.' in it, where a token has three parts separated by dots"),
      ("eyJhbGciOiJSUzI1NiJ9.e30", "byte 24: the token ends after its second part, the signature is missing"),
      ("e30.e30.AA.AA", "byte 10: 4 parts separated by dots, where a signed token has 3 and an encrypted one 5"),
      ("e30=.e30.AA", "header, byte 3: '=' is padding, which base64url in a token must not have"),
      ("e30.e3 0.AA", "payload, byte 6: white space is not allowed in base64url"),
      ("e30.e30.A+8", "signature, byte 9: '+' is of the standard base64 alphabet, base64url has '-' and '_' instead"),
      ("e30.e30.A*8", "signature, byte 9: '*' is no character of base64url"),
      ("e30.e30.AB", "signature, byte 9: the unused bits of the last character are not zero"),
      ("e30.e30.AAAAA", "signature, byte 12: the last group has one character, it must have two, three or four"),
      (".e30.AA", "header, byte 0: the header is empty"),
      ("e30..AA", "payload, byte 4: the payload is empty"),
      ("e30.e30.", "signature, byte 8: the signature is empty"),
      ("e30.W10.AA", "payload, byte 4: must be a JSON object, but is an array"),
      ("MQ.e30.AA", "header, byte 0: must be a JSON object, but is a number"),
      (
        "e30.eyJhIjoxLH0.AA",
        "payload, byte 13: no JSON: a comma must be followed by another element, JSON has no trailing comma (decoded byte 7)"
      ),
      ("eyJhbGciOiJub25lIn0.e30.AA", "signature, byte 24: alg is none, which has no signature, but there is one"),
      ("{}", "byte 0: this is JSON, not a token"),
    ])
  func problems(_ text: String, _ description: String) {
    let token = CompactToken(parsing: text)
    #expect(token.problems.first?.description == description)
    #expect(token.problems.allSatisfy { !$0.hint.isEmpty })
  }

  @Test("padding in every part is named three times, in order, and all parts are shown nevertheless")
  func padded() {
    let token = CompactToken(parsing: "eyJhbGciOiJIUzI1NiJ9=.eyJzdWIiOiJ4In0=.AA==")
    #expect(token.problems.map(\.part) == [.header, .payload, .signature])
    #expect(token.algorithm == "HS256")
    #expect(token.claims?["sub"]?.stringValue == "x")
    #expect(token.signature?.bytes == [0])
  }

  @Test("of a token that was cut off in its claims, those before the cut are shown")
  func truncated() {
    let claims = #"{"iss":"https://idp.acme.dev","sub":"https://github.com/acme/app","aud":"sts.amazonaws.com"}"#
    let whole = Base64URL.encode(#"{"alg":"RS256"}"#.utf8) + "." + Base64URL.encode(claims.utf8)
    let token = CompactToken(parsing: String(whole.dropLast(20)))
    #expect(token.kind == .unknown(segments: 2))
    #expect(token.algorithm == "RS256")
    #expect(token.claims?["sub"]?.stringValue == "https://github.com/acme/app")
    #expect(token.claims?["aud"] == nil)
    #expect(token.problems.contains { $0.part == .payload })
    #expect(token.problems.contains { $0.reason == .segments(2) })
  }

  @Test("only what concerns the signed bytes affects the signature: what the payload says does not")
  func affectsSignature() {
    func affects(_ text: String) -> [Bool] { CompactToken(parsing: text).problems.map(\.affectsSignature) }
    #expect(affects("e30.W10.AA") == [false])
    #expect(affects("e30.aGVsbG8.AA") == [false])
    #expect(affects("e30..AA") == [false])
    #expect(affects("e30.e3 0.AA") == [true])
    #expect(affects("W10.e30.AA") == [true])
    #expect(affects("e30.e30.") == [true])
    #expect(affects("e30.e30") == [true])
  }

  @Test("a token as payload is recognised")
  func nested() {
    let token = CompactToken(parsing: Self.token(#"{"alg":"RS256","cty":"JWT"}"#, Self.example))
    #expect(token.problems.map(\.reason) == [.nestedToken])
  }

  @Test("the JSON serialisation is named as what it is, and shown")
  func jsonSerialisation() {
    let flattened =
      #"{"payload":"eyJpc3MiOiJqb2UifQ","protected":"eyJhbGciOiJFUzI1NiJ9","header":{"kid":"e9"},"signature":"DtEh"}"#
    let token = CompactToken(parsing: flattened)
    #expect(token.problems.map(\.reason) == [.jsonSerialisation])
    #expect(token.algorithm == "ES256")
    #expect(token.claims?["iss"]?.stringValue == "joe")
    let general =
      #"{"payload":"eyJpc3MiOiJqb2UifQ","signatures":[{"protected":"eyJhbGciOiJFUzI1NiJ9","signature":"DtEh"}]}"#
    #expect(CompactToken(parsing: general).algorithm == "ES256")
    #expect(!CompactToken(parsing: general).redacted.contains("DtEh"))
  }

  @Test(
    "no redacted form holds the signature",
    arguments: [
      (
        example,
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.<signature removed>"
      ),
      ("e30.e30.SECRET.SECRET", "e30.e30.<signature removed>"), ("e30.e30", "e30.e30"),
      ("ghp_SECRET", "<10 bytes removed>"), ("payload.SECRET", "<14 bytes removed>"), ("", "<0 bytes removed>"),
    ])
  func redacted(_ text: String, _ redacted: String) {
    #expect(CompactToken(parsing: text).redacted == redacted)
  }

  @Test("thousands of dots and megabytes of anything are read in one pass")
  func large() {
    #expect(CompactToken(parsing: String(repeating: ".", count: 100_000)).kind == .unknown(segments: 100_001))
    #expect(!CompactToken(parsing: String(repeating: "A", count: 1 << 20)).problems.isEmpty)
  }
}
