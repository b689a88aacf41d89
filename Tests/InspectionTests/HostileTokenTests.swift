import Inspection
import JOSE
import Testing

@Suite("What trips other tools does not trip this one")
struct HostileTokenTests {
  /// The same numbers each time (SplitMix64), so that a failure can be found again.
  struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let evil = [
    "\\u001b]0;x\\u0007", "\\u202e", "\\ud800", "\u{9B}31m", "\u{7F}", "\u{E0041}", "日本語", "😀", "e\u{301}", "\u{FE0F}",
    "\\u0000", "\u{200B}", "\u{FFFE}", "plain", "\\\\", "\\\"", "\u{2028}", "https://idp.acme.dev",
  ]
  static let names = [
    "alg", "kid", "typ", "iss", "sub", "aud", "exp", "nbf", "iat", "jku", "crit", "x5c", "b64", "enc",
  ]
  static let scalars = [
    "1795525248", "1e400", "-1e400", "-5", "1.5", "9223372036854775807", "-9223372036854775808", "true", "null", "[]",
    "{}", "\"none\"", "\"RS256\"", "\"HS256\"", "\"1795525248\"", "[\"a\",1]", "99999999999999999999", "0",
  ]

  private static func object(_ random: inout Seeded, depth: Int = 0) -> String {
    var members: [String] = []
    for _ in 0..<Int.random(in: 0...8, using: &random) {
      let known = Bool.random(using: &random)
      let name = (known ? names : evil).randomElement(using: &random) ?? "x"
      let value =
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where depth < 4: object(&random, depth: depth + 1)
        case 1:
          "\""
            + (0..<Int.random(in: 0...5, using: &random)).map { _ in evil.randomElement(using: &random) ?? "" }.joined()
            + "\""
        case 2: "\"" + String(repeating: "a\u{301}", count: Int.random(in: 0...40, using: &random)) + "\""
        default: scalars.randomElement(using: &random) ?? "0"
        }
      members.append("\"\(name)\":\(value)")
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func token(_ random: inout Seeded, signed: [String]) -> String {
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      return String(decoding: bytes, as: UTF8.self)
    case 1: return signed.randomElement(using: &random) ?? ""
    default: return Fixture.unsigned(object(&random), object(&random), "AAAA")
    }
  }

  private static func mutated(_ text: String, _ random: inout Seeded) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let position = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where position < bytes.count: bytes[position] = UInt8.random(in: 0...255, using: &random)
      case 1 where position < bytes.count: bytes.remove(at: position)
      case 2:
        bytes.insert(
          contentsOf: [".", "=", "\n", "+", "\u{1B}"].randomElement(using: &random)?.utf8 ?? "".utf8, at: position)
      case 3: bytes.removeLast(bytes.count - position)
      default: bytes.insert(contentsOf: Array(bytes.prefix(position)), at: position)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("10,000 random and mutated tokens are inspected and shown without a crash or a control byte", arguments: 0..<10)
  func fuzz(_ round: Int) throws {
    var random = Seeded(state: UInt64(round))
    let keys = try Fixture.keys()
    let signed = try (0..<8).map { _ in try Fixture.signed(Self.object(&random)) }
    for _ in 0..<1000 {
      let text = Self.mutated(Self.token(&random, signed: signed), &random)
      let how = (try? TokenText.extract(from: text).how) ?? []
      let now = Timestamp(Int64.random(in: .min ... .max, using: &random))
      let options = InspectionOptions(
        keys: Bool.random(using: &random) ? keys : nil, issuer: Bool.random(using: &random) ? "x" : nil,
        audiences: Bool.random(using: &random) ? ["a"] : [], leeway: Bool.random(using: &random) ? .max : 0)
      let inspection = Inspection(CompactToken(parsing: text), options: options, now: now)
      let redact = Bool.random(using: &random)
      let json =
        redact
        ? JSONReport.verify(inspection, now: now, redact: redact)
        : JSONReport.inspect(inspection, now: now, redact: redact)
      let shown = [
        TextReport.render(inspection, now: now, redact: redact, utcOffset: 3600),
        TextReport.verdict(inspection, now: now),
        json.compact(escaping: Visible.needsEscape),
      ]
      let judged = (inspection.checks + inspection.warnings).flatMap { [$0.title, $0.actual, $0.expected, $0.hint] }
      // One expectation a token: each costs more than what it looks at.
      #expect((shown + how + judged.compactMap(\.self)).allSatisfy(isHarmless), "round \(round): \(Array(text.utf8))")
      let isReadable = (try? JSON(parsing: shown[2], limits: JSONLimits(depth: 128, bytes: 1 << 24))) != nil
      #expect(isReadable)
      _ = (inspection.state(at: now), inspection.exitStatus(at: now))
    }
  }

  // MARK: Failures of peers

  @Test("a number beyond 2^53 is shown with all its digits (jwt prints ...470)")
  func bigNumber() throws {
    let inspection = try Fixture.inspect(claims: #"{"id":100002348117421473}"#)
    #expect(TextReport.render(inspection, now: Fixture.now).contains("100002348117421473"))
  }

  @Test("an exp in 2030 that is a string is not called expired (jwt calls it so)")
  func stringExpiry() throws {
    let inspection = try Fixture.inspect(claims: #"{"exp":"1893456000"}"#)
    #expect(!TextReport.render(inspection, now: Fixture.now).contains("expired"))
  }

  @Test("an unknown crit is refused (jose and jwt accept it)")
  func unknownCrit() throws {
    let token = try Fixture.signed(Fixture.claims, header: ["crit": ["exp"], "exp": 1])
    let inspection = Fixture.inspect(token, InspectionOptions(keys: try Fixture.keys()))
    #expect(inspection.outcome("signature") == .fail)
    #expect(inspection.exitStatus(at: Fixture.now) == .no)
  }

  @Test("a padded, a quoted and a Bearer token are read whole (jwt prints 26 bytes and exits 0)")
  func wrapped() throws {
    let token = try Fixture.signed(Fixture.claims)
    for text in ["\"\(token)\"", "Bearer \(token)"] {
      #expect(try TokenText.extract(from: text).token == token)
    }
    let padded = token.split(separator: ".").map { $0 + "=" }.joined(separator: ".")
    let inspection = Fixture.inspect(try TokenText.extract(from: padded).token)
    #expect(inspection.claims.count == 6)
    #expect(inspection.exitStatus(at: Fixture.now) == .no)
  }

  @Test("the header is shown when the payload is no JSON (jwt-tui hides it), with all its members (jwt-ui drops them)")
  func headerWithoutPayload() {
    let inspection = Fixture.inspect(Fixture.unsigned(#"{"alg":"RS256","mine":{"a":1}}"#, "no JSON"))
    #expect(inspection.header.map(\.name) == ["alg", "mine"])
    #expect(TextReport.render(inspection, now: Fixture.now).contains(#"mine  {"a":1}"#))
  }

  @Test("a JWKS without kid verifies a token (jwt-ui refuses it)")
  func keysWithoutID() throws {
    let key = try #require(Fixture.key)
    var json = try #require(key.jwk.publicJWK)
    json.members.removeAll { $0.name.value == "kid" }
    let keys = KeySource(keys: try JWKSet(["keys": [.object(json)]]), origin: "file keys.json")
    let token = try key.compactJWS(header: ["alg": "Ed25519"], payload: Array(Fixture.claims.utf8))
    #expect(Fixture.inspect(token, InspectionOptions(keys: keys)).outcome("signature") == .pass)
  }

  @Test(
    "an exp out of every range is shown (jwt-ui panics)",
    arguments: ["1e400", "-1e400", "9223372036854775807", "-9223372036854775808", "99999999999999999999999", "1e18"])
  func hugeExpiry(_ value: String) throws {
    for now in [Timestamp(0), Timestamp(.max), Timestamp(.min)] {
      let inspection = try Fixture.inspect(claims: #"{"exp":\#(value),"iat":\#(value),"nbf":\#(value)}"#, now: now)
      #expect(TextReport.render(inspection, now: now).contains(value))
    }
  }

  @Test("500 claims, a claim of 10,000 characters and 60 levels of nesting are shown whole")
  func large() throws {
    let many = (0..<500).map { "\"claim\($0)\":\"value\($0)\"" }.joined(separator: ",")
    let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    let text = String(repeating: "x", count: 10_000)
    let inspection = try Fixture.inspect(claims: "{\(many),\"long\":\"\(text)\",\"deep\":\(deep)}")
    let report = TextReport.render(inspection, now: Fixture.now)
    #expect(report.contains("claim499"))
    #expect(report.contains(text))
    #expect(inspection.claims.count == 502)
  }
}
