import Inspection
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
}
