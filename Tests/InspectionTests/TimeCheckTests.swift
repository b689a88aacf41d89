import Inspection
import JOSE
import Testing

@Suite("Time is judged exactly, and nothing about it is guessed")
struct TimeCheckTests {
  private func outcome(_ id: String, _ claims: String, at now: Int64, leeway: Int64 = 0) -> Check.Outcome? {
    Fixture.inspect(
      Fixture.unsigned(#"{"alg":"RS256"}"#, claims), InspectionOptions(leeway: leeway), now: Timestamp(now)
    ).outcome(id)
  }

  @Test(
    "the token ends at exp, not after it (RFC 7519 section 4.1.4), and begins at nbf and iat",
    arguments: [
      ("expiry", #"{"exp":100}"#, 99, .pass), ("expiry", #"{"exp":100}"#, 100, .fail),
      ("expiry", #"{"exp":100.5}"#, 100, .pass), ("expiry", #"{"exp":100.5}"#, 101, .fail),
      ("expiry", #"{"exp":1e2}"#, 100, .fail), ("expiry", #"{"exp":0}"#, 0, .fail),
      ("expiry", #"{"exp":-1}"#, 0, .fail),
      ("expiry", #"{"exp":1e400}"#, .max - 1, .pass), ("expiry", #"{"exp":-1e400}"#, 0, .fail),
      ("expiry", #"{"exp":99999999999999999999}"#, 0, .pass), ("expiry", "{}", 0, .skipped),
      ("not-before", #"{"nbf":100}"#, 99, .fail), ("not-before", #"{"nbf":100}"#, 100, .pass),
      ("not-before", #"{"nbf":99.5}"#, 99, .fail), ("not-before", #"{"nbf":1e400}"#, 0, .fail),
      ("not-before", #"{"nbf":-1e400}"#, 0, .pass), ("not-before", "{}", 0, .skipped),
      ("issued-at", #"{"iat":100}"#, 99, .fail), ("issued-at", #"{"iat":100}"#, 100, .pass),
      ("issued-at", "{}", 0, .skipped),
    ] as [(String, String, Int64, Check.Outcome)])
  func boundaries(_ id: String, _ claims: String, _ now: Int64, _ expected: Check.Outcome) {
    #expect(outcome(id, claims, at: now) == expected)
  }

  @Test("no leeway is granted unless asked for, and then it is told")
  func leeway() {
    #expect(outcome("expiry", #"{"exp":100}"#, at: 109, leeway: 10) == .pass)
    #expect(outcome("expiry", #"{"exp":100}"#, at: 110, leeway: 10) == .fail)
    #expect(outcome("not-before", #"{"nbf":100}"#, at: 90, leeway: 10) == .pass)
    #expect(outcome("not-before", #"{"nbf":100}"#, at: 89, leeway: 10) == .fail)
    let inspection = Fixture.inspect(
      Fixture.unsigned("{}", #"{"exp":100}"#), InspectionOptions(leeway: 10), now: Timestamp(105))
    #expect(inspection.check("expiry")?.expected?.contains("leeway 10 s") == true)
    #expect(inspection.check("expiry")?.hint == "Expired, and let pass by the leeway of 10 s.")
    #expect(InspectionOptions(leeway: -5).leeway == 0)
  }

  @Test(
    "a time that is no number is named as what it is, never as expired",
    arguments: [
      (#""1893456000""#, "a string, \"1893456000\""), (#""2030-01-01""#, "a string, \"2030-01-01\""), ("null", "null"),
      ("true", "a boolean, true"), ("[1]", "an array"), ("{}", "an object"),
    ])
  func wrongType(_ value: String, _ actual: String) throws {
    let inspection = try Fixture.inspect(claims: #"{"exp":\#(value)}"#)
    let check = try #require(inspection.check("expiry"))
    #expect(check.outcome == .fail)
    #expect(check.actual == actual)
    #expect(check.hint?.contains("must be a number") == true)
    #expect(inspection.state(at: Fixture.now) == .refused)
    #expect(!inspection.timeInWords(at: Fixture.now).contains("expired"))
    #expect(inspection.claims.first?.marks == [.wrongType])
    #expect(inspection.times.expiry == nil)
  }

  @Test("a time in milliseconds is recognised")
  func milliseconds() throws {
    let inspection = try Fixture.inspect(claims: #"{"iat":1795521648000}"#)
    #expect(inspection.outcome("issued-at") == .fail)
    #expect(inspection.check("issued-at")?.hint?.contains("milliseconds") == true)
    #expect(inspection.warnings.map(\.id) == ["milliseconds"])
  }

  @Test("the checks can be made at any other moment, and only those of time change")
  func otherMoment() throws {
    let inspection = try Fixture.inspect(claims: Fixture.claims)
    let early = inspection.checks(at: Timestamp(0))
    #expect(early.prefix(5) == inspection.checks.prefix(5))
    #expect(early.map(\.outcome).suffix(3) == [.pass, .fail, .fail])
    #expect(inspection.state(at: Timestamp(0)) == .notYetValid)
  }

  @Test(
    "the state follows the clock",
    arguments: [
      (1_795_521_648, .verified), (1_795_524_528, .verified), (1_795_524_529, .expiringSoon),
      (1_795_525_247, .expiringSoon), (1_795_525_248, .expired), (.max, .expired), (1_795_521_647, .notYetValid),
      (.min, .notYetValid),
    ] as [(Int64, TokenState)])
  func states(_ now: Int64, _ state: TokenState) throws {
    #expect(try Fixture.inspect(claims: Fixture.claims).state(at: Timestamp(now)) == state)
  }

  @Test(
    "the time is said in words",
    arguments: [
      (1_795_521_696, "expires in 59m 12s (2026-11-24 13:00:48Z)"),
      (1_795_525_248, "expired 0s ago (2026-11-24 13:00:48Z)"),
      (1_795_525_430, "expired 3m 2s ago (2026-11-24 13:00:48Z)"),
      (1_795_521_640, "not valid for another 8s (2026-11-24 12:00:48Z)"),
    ] as [(Int64, String)])
  func words(_ now: Int64, _ words: String) throws {
    #expect(try Fixture.inspect(claims: Fixture.claims).timeInWords(at: Timestamp(now)) == words)
  }

  @Test("what stands behind a cut is not taken for absent")
  func cut() {
    let whole = Fixture.unsigned(#"{"alg":"RS256"}"#, #"{"nbf":1,"sub":"a long subject","exp":1795525248}"#, "")
    let inspection = Fixture.inspect(String(whole.dropLast(15)))
    #expect(inspection.claims.map(\.name) == ["nbf", "sub"])
    #expect(inspection.check("expiry")?.actual == "no exp among the claims that could be read")
    #expect(inspection.timeInWords(at: Fixture.now) == "the claims cannot be read to their end")
    #expect(inspection.warnings.isEmpty)
  }
}
