import Inspection
import Issuer
import JOSE
import Testing

@testable import idp

@Suite("Options")
struct OptionTests {
  @Test(
    "--claim takes JSON where it reads as JSON, else text",
    arguments: [
      ("team=platform", "team", "platform"), ("level=3", "level", 3), ("beta=true", "beta", true), ("x=null", "x", nil),
      ("build=\"42\"", "build", "42"), ("g=[\"a\"]", "g", ["a"]), ("o={\"a\":1}", "o", ["a": 1]), ("e=", "e", ""),
      ("url=https://a/?b=c", "url", "https://a/?b=c"), ("v=1.2.3", "v", "1.2.3"), ("w=[a", "w", "[a"),
    ] as [(String, String, JSON)])
  func claim(text: String, name: String, value: JSON) throws {
    let claim = try ClaimArgument(text)
    #expect(claim.name == name)
    #expect(claim.value == value)
  }

  @Test("--claim without a name or a value is refused", arguments: ["team", "=x", ""])
  func noClaim(text: String) {
    #expect(throws: (any Error).self) { try ClaimArgument(text) }
  }

  @Test(
    "slips are guessed, other words are not",
    arguments: [
      ("tokn", "token"), ("inpsect", "inspect"), ("jkws", "jwks"), ("verfiy", "verify"), ("help", nil),
      ("eyJhbGciOi", nil), ("", nil), ("x", nil),
    ])
  func spelling(written: String, meant: String?) {
    #expect(Spelling.closest(to: written, among: ["token", "inspect", "verify", "jwks", "keys"]) == meant)
  }

  @Test(
    "--rotate-at takes a moment, a length of time from now, or now",
    arguments: [
      ("+2h", 1_007_200), ("+0", 1_000_000), ("now", 1_000_000), ("1000001", 1_000_001), ("-5", -5),
      ("1970-01-12T13:46:40Z", 1_000_000), ("1970-01-12T13:46:40+01:00", 996_400),
    ] as [(String, Int64)])
  func rotationTime(text: String, seconds: Int64) {
    #expect(RotationTime(argument: text)?.moment(from: Timestamp(1_000_000)).seconds == seconds)
  }

  @Test(
    "--rotate-at refuses what is neither",
    arguments: ["", "+", "2h", "+-2h", "++1", "tomorrow", "+2x", "99999999999999999", "2026-13-01T00:00:00Z"])
  func noRotationTime(text: String) {
    #expect(RotationTime(argument: text) == nil)
  }

  @Test(
    "--cache takes a length of time, or somebody who is known",
    arguments: [
      ("aws=10m", "aws", .seconds(600)), ("https://a/?b=c=90", "https://a/?b=c", .seconds(90)),
      ("x=0", "x", .seconds(0)),
    ] as [(String, String, CacheArgument.Value)])
  func cache(text: String, party: String, value: CacheArgument.Value) throws {
    let argument = try CacheArgument(text)
    #expect(argument.party == party)
    #expect(argument.value == value)
  }

  @Test("--cache keeps what is known of fetching for an unknown kid, unless it is to be as another one")
  func cacheOfVault() throws {
    let vault = try #require(Verifier.named("vault"))
    let stated = try CacheArgument("vault=1h").caching(instead: vault.caching)
    #expect(stated.keeping == .seconds(3600))
    #expect(stated.refetch == 0)
    #expect(stated.evidence == .stated)
    #expect(try CacheArgument("vault=envoy").caching(instead: vault.caching) == Verifier.named("envoy")?.caching)
  }

  @Test("--cache refuses what is neither", arguments: ["aws", "=10m", "aws=", "aws=soon", "aws=-1", ""])
  func noCache(text: String) {
    #expect(throws: (any Error).self) { try CacheArgument(text) }
  }
}
