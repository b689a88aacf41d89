import Inspection
import JOSE
import Testing

@Suite("Shape, signature, time and expectations are judged apart")
struct CheckTests {
  static let ids = [
    "format", "algorithm", "signature", "issuer", "audience", "expiry", "not-before", "issued-at",
  ]

  @Test(
    "the checks have stable names in a stable order, whatever the token is", arguments: ["", "a.b.c", "e30.e30.AA"])
  func order(_ text: String) {
    #expect(Fixture.inspect(text).checks.map(\.id) == Self.ids)
    #expect(Fixture.inspect(text).checks(at: Timestamp(0)).map(\.id) == Self.ids)
  }

  @Test("a good token passes, and what nobody asked for is skipped")
  func good() throws {
    let inspection = try Fixture.inspect(claims: Fixture.claims)
    #expect(inspection.checks.map(\.outcome) == [.pass, .pass, .pass, .skipped, .skipped, .pass, .pass, .pass])
    #expect(inspection.exitStatus(at: Fixture.now) == .good)
    #expect(inspection.state(at: Fixture.now) == .verified)
    #expect(inspection.warnings.isEmpty)
  }

  @Test("an expired token can have a signature that holds")
  func expiredAndSigned() throws {
    let late = Timestamp(1_795_525_248)
    let inspection = try Fixture.inspect(claims: Fixture.claims, now: late)
    #expect(inspection.outcome("signature") == .pass)
    #expect(inspection.outcome("expiry") == .fail)
    #expect(inspection.exitStatus(at: late) == .no)
    #expect(inspection.state(at: late) == .expired)
  }

  @Test("a payload that is no JSON object can have a signature that holds", arguments: ["hello", "[1]", "\"x\"", "{"])
  func noObject(_ payload: String) throws {
    let inspection = try Fixture.inspect(claims: payload)
    #expect(inspection.outcome("format") == .fail)
    #expect(inspection.outcome("signature") == .pass)
    #expect(inspection.state(at: Fixture.now) == .malformed)
    #expect(inspection.exitStatus(at: Fixture.now) == .no)
  }

  @Test("a changed payload fails by the signature alone")
  func tampered() throws {
    let parts = try Fixture.signed(Fixture.claims).split(separator: ".")
    let changed = Base64URL.encode(#"{"sub":"admin","exp":1795525248}"#.utf8)
    let inspection = Fixture.inspect(
      "\(parts[0]).\(changed).\(parts[2])", InspectionOptions(keys: try Fixture.keys()))
    #expect(inspection.outcome("format") == .pass)
    #expect(inspection.outcome("algorithm") == .pass)
    #expect(inspection.outcome("signature") == .fail)
    #expect(inspection.outcome("expiry") == .pass)
    #expect(inspection.state(at: Fixture.now) == .refused)
  }

  @Test("without keys the signature is not checked, which is neither valid nor invalid")
  func noKeys() throws {
    let options = InspectionOptions(keysProblem: "the issuer could not be reached")
    let inspection = Fixture.inspect(try Fixture.signed(Fixture.claims), options)
    #expect(inspection.outcome("signature") == .unknown)
    #expect(inspection.check("signature")?.actual == "not checked: the issuer could not be reached")
    #expect(inspection.exitStatus(at: Fixture.now) == .undecided)
    #expect(inspection.state(at: Fixture.now) == .notChecked)
    let late = Timestamp(1_795_525_248)
    #expect(inspection.exitStatus(at: late) == .no)
    #expect(inspection.state(at: late) == .expired)
  }

  @Test("an encrypted token is neither good nor bad")
  func encrypted() {
    let inspection = Fixture.inspect("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.AA.AA.AA.AA")
    #expect(inspection.outcome("format") == .pass)
    #expect(inspection.outcome("algorithm") == .skipped)
    #expect(inspection.outcome("signature") == .unknown)
    #expect(inspection.state(at: Fixture.now) == .encrypted)
    #expect(inspection.exitStatus(at: Fixture.now) == .undecided)
  }

  @Test("alg none is refused in any spelling, and warned of", arguments: ["none", "None", "NONE", "nOnE"])
  func algorithmNone(_ name: String) throws {
    let token = Fixture.unsigned(#"{"alg":"\#(name)"}"#, Fixture.claims, "")
    for keys in [nil, try Fixture.keys()] {
      let inspection = Fixture.inspect(token, InspectionOptions(keys: keys))
      #expect(inspection.outcome("algorithm") == .fail)
      #expect(inspection.exitStatus(at: Fixture.now) == .no)
      #expect(inspection.warnings.map(\.id) == ["alg-none"])
      #expect(inspection.header.first?.meaning == "not signed at all")
    }
  }

  @Test("an unknown algorithm is refused, and all the rest is shown")
  func algorithmUnknown() {
    let inspection = Fixture.inspect(Fixture.unsigned(#"{"alg":"XX256","extra":{"x":1}}"#, Fixture.claims))
    #expect(inspection.outcome("algorithm") == .fail)
    #expect(inspection.claims.count == 6)
    #expect(inspection.header.map(\.name) == ["alg", "extra"])
  }

  @Test("two problems of the shape are both told, the first one first")
  func shapes() {
    let inspection = Fixture.inspect("e30=.e 30.AA")
    #expect(inspection.check("format")?.actual?.hasPrefix("header, byte 3") == true)
    #expect(inspection.check("format")?.children.map(\.id) == ["format-payload"])
  }

  // MARK: Expectations

  @Test(
    "the issuer is compared byte for byte, and near misses are named",
    arguments: [
      ("https://idp.acme.dev", .pass, nil), ("https://idp.acme.dev/", .fail, "slash"),
      ("https://IDP.acme.dev", .fail, "upper and lower case"), ("http://idp.acme.dev", .fail, "scheme"),
      ("https://example.org", .fail, "another issuer"), ("https://idp.acme.dev\u{200B}", .fail, nil),
    ] as [(String, Check.Outcome, String?)])
  func issuer(_ expected: String, _ outcome: Check.Outcome, _ hint: String?) throws {
    let inspection = try Fixture.inspect(claims: Fixture.claims, InspectionOptions(issuer: expected))
    #expect(inspection.outcome("issuer") == outcome)
    if let hint { #expect(inspection.check("issuer")?.hint?.contains(hint) == true) }
  }

  @Test("names that look the same and are composed differently are not the same")
  func composition() throws {
    let inspection = try Fixture.inspect(
      claims: "{\"iss\":\"https://caf\u{E9}.example\"}", InspectionOptions(issuer: "https://cafe\u{301}.example"))
    #expect(inspection.outcome("issuer") == .fail)
    #expect(inspection.check("issuer")?.hint?.contains("look the same") == true)
  }

  @Test(
    "one of the expected audiences must be named",
    arguments: [
      (#""a""#, ["a"], .pass), (#"["b","a"]"#, ["a"], .pass), (#"["b"]"#, ["a", "b"], .pass), (#""b""#, ["a"], .fail),
      ("[]", ["a"], .fail), (#""A""#, ["a"], .fail), ("7", ["a"], .fail), (#"["a",7]"#, ["a"], .fail), ("7", [], .fail),
      (#""a""#, [], .skipped),
    ] as [(String, [String], Check.Outcome)])
  func audience(_ audience: String, _ expected: [String], _ outcome: Check.Outcome) throws {
    let inspection = try Fixture.inspect(claims: #"{"aud":\#(audience)}"#, InspectionOptions(audiences: expected))
    #expect(inspection.outcome("audience") == outcome)
  }

  @Test("what was asked for and is not there fails")
  func missing() throws {
    let options = InspectionOptions(issuer: "x", audiences: ["y"])
    let inspection = try Fixture.inspect(claims: "{}", options)
    #expect(inspection.outcome("issuer") == .fail)
    #expect(inspection.outcome("audience") == .fail)
    #expect(inspection.exitStatus(at: Fixture.now) == .no)
  }
}
