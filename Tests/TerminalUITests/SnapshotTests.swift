import Inspection
import JOSE
import Testing

@testable import TerminalUI

/// Each state that must look good, as a picture kept beside the tests.
@Suite("Screens look as their snapshots")
struct SnapshotTests {
  @Test(
    "first start invites, at every size", arguments: [(120, 36), (100, 30), (80, 24), (60, 16), (50, 14), (40, 10)])
  func firstStart(columns: Int, rows: Int) throws {
    try expectSnapshot(ScreenDriver(columns: columns, rows: rows), "first-start-\(columns)x\(rows)")
  }

  @Test("an empty list says what belongs there")
  func emptyList() throws {
    try expectSnapshot(ScreenDriver(audiences: []), "empty-list")
  }

  @Test(
    "a verified token, at every size",
    arguments: [(160, 45), (120, 36), (100, 30), (84, 24), (80, 24), (60, 16), (50, 14), (40, 10)])
  func verified(columns: Int, rows: Int) throws {
    var screen = ScreenDriver(columns: columns, rows: rows)
    try screen.request()
    try screen.press("3")
    try expectSnapshot(screen, "verified-\(columns)x\(rows)")
  }

  @Test("tokens in every state stand in one list")
  func listOfStates() throws {
    var screen = ScreenDriver(audiences: [
      "sts.amazonaws.com", "vault.hashicorp.com", "//iam.googleapis.com/projects/1/x", "old", "wrong", "example.org",
    ])
    let tokens: [String?] = [
      nil, TokenFixture.token(audience: "vault.hashicorp.com", secondsLeft: 2000),
      TokenFixture.token(audience: "//iam.googleapis.com/projects/1/x", secondsLeft: 4),
      TokenFixture.token(audience: "old", secondsLeft: -182), TokenFixture.tampered(audience: "wrong"),
    ]
    for token in tokens {
      try screen.request(token)
      try screen.press("1", "j")
    }
    screen.paste(TokenFixture.signed(#"{"iss":"https://accounts.example.org","aud":"pasted-one","sub":"x"}"#))
    try screen.press("1", "up", "enter")
    screen.pass(milliseconds: 200)
    try screen.press("g")
    try expectSnapshot(screen, "list-of-states")
  }

  @Test("a request in flight shows a spinner with seconds, after 150 ms")
  func inFlight() throws {
    var screen = ScreenDriver()
    try screen.press("enter")
    screen.pass(milliseconds: 149)
    #expect(!screen.text.contains("requesting"))
    screen.pass(milliseconds: 2100)
    try expectSnapshot(screen, "in-flight")
  }

  @Test("a request that times out says what to try")
  func timedOut() throws {
    var screen = ScreenDriver()
    try screen.press("enter")
    screen.pass(seconds: 10)
    if let id = screen.lastRequest {
      screen.send(.tokenFailed(id, problem: "no answer within 10 seconds", hint: "check the network, then try again"))
    }
    try expectSnapshot(screen, "timed-out")
  }

  @Test("a renewal that fails keeps the last good token and says its age")
  func renewalFailed() throws {
    var screen = ScreenDriver()
    try screen.request()
    screen.pass(seconds: 240)
    try screen.press("r")
    screen.pass(seconds: 3)
    if let id = screen.lastRequest {
      screen.send(
        .tokenFailed(
          id, problem: "could not reach https://idp.acme.dev", hint: "is a proxy needed? HTTPS_PROXY is not set"))
    }
    try expectSnapshot(screen, "renewal-failed")
  }

  @Test("a renewal under way keeps the last good token")
  func renewing() throws {
    var screen = ScreenDriver()
    try screen.request()
    screen.pass(seconds: 60)
    try screen.press("r")
    screen.pass(seconds: 2)
    try expectSnapshot(screen, "renewing")
  }

  @Test("an issuer that cannot be reached is not an invalid signature")
  func issuerUnreachable() throws {
    var screen = ScreenDriver(trusted: ["https://issuer.example.org"])
    screen.paste(
      TokenFixture.signed(
        #"{"iss":"https://issuer.example.org","sub":"x","aud":"y","exp":\#(ScreenDriver.start.seconds + 600)}"#))
    if let id = screen.lastRequest {
      screen.send(
        .keysFailed(id, problem: "could not connect to issuer.example.org", hint: "check the network, then press v"))
    }
    screen.pass(seconds: 7)
    try expectSnapshot(screen, "issuer-unreachable")
  }

  @Test("stale keys from the cache are told")
  func staleKeys() throws {
    var screen = ScreenDriver()
    try screen.press("enter")
    if let id = screen.lastRequest {
      let fetched = Timestamp(ScreenDriver.start.seconds - 7500)
      let keys = TokenFixture.source(fetchedAt: fetched, stale: true, note: "the issuer could not be reached")
      screen.send(.tokenArrived(id, TokenFixture.token(audience: "sts.amazonaws.com"), keys))
    }
    try expectSnapshot(screen, "stale-keys")
  }

  @Test("a pasted token of an unknown issuer is not checked, and says how it can be")
  func notChecked() throws {
    var screen = ScreenDriver()
    screen.paste("Bearer " + TokenFixture.signed(#"{"iss":"https://login.example.org/tenant","sub":"x","aud":"y"}"#))
    try expectSnapshot(screen, "not-checked")
    try screen.press("v")
    try expectSnapshot(screen, "confirm-fetching-keys")
  }

  @Test(
    "verdicts that are bad say why",
    arguments: ["tampered", "alg-none", "expired", "not-yet-valid", "malformed", "jwe", "payload-no-object"])
  func badTokens(_ name: String) throws {
    var screen = ScreenDriver()
    let now = ScreenDriver.start.seconds
    let whole = TokenFixture.token(audience: "sts.amazonaws.com")
    let token =
      switch name {
      case "tampered": TokenFixture.tampered(audience: "sts.amazonaws.com")
      case "alg-none":
        TokenFixture.unsigned(
          #"{"iss":"\#(TokenFixture.issuer)","sub":"admin","aud":"sts.amazonaws.com","exp":\#(now + 600)}"#)
      case "expired": TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: -182)
      case "not-yet-valid":
        TokenFixture.signed(
          #"{"iss":"\#(TokenFixture.issuer)","sub":"x","aud":"sts.amazonaws.com","iat":\#(now),"nbf":\#(now + 300),"exp":\#(now + 3600)}"#
        )
      case "malformed": String(whole.prefix(260)) + "=" + String(whole.dropFirst(260))
      case "jwe": TokenFixture.encrypted
      default: TokenFixture.signed("not even JSON, but signed")
      }
    if name == "jwe" {
      screen.paste(token)
    } else {
      try screen.request(token)
    }
    screen.pass(seconds: 4)
    try screen.press("3")
    try expectSnapshot(screen, name)
  }

  @Test("where there is room for one time only, it is the one that matters", arguments: [(80, 24), (60, 20)])
  func onlyTime(columns: Int, rows: Int) throws {
    let now = ScreenDriver.start.seconds
    var screen = ScreenDriver(columns: columns, rows: rows)
    screen.paste(
      TokenFixture.signed(
        #"{"iss":"https://other.example","sub":"x","aud":"a","nbf":\#(now + 1000),"exp":\#(now + 2000)}"#))
    let verdict = try #require(screen.lines.first { $0.contains("time bad") })
    #expect(verdict.contains("16m 40s") && !verdict.contains("33m 20s"))
  }

  @Test("a clock that is off is told in the top bar")
  func clockSkew() throws {
    var screen = ScreenDriver()
    try screen.request()
    screen.send(.clockSkew(42))
    try expectSnapshot(screen, "clock-skewed")
  }

  @Test("a claim of 10,000 characters is cut in its row and whole in its detail")
  func longClaim() throws {
    var screen = ScreenDriver()
    let long = String(repeating: "permission:read ", count: 625)
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: #","scope":"\#(long)""#))
    try screen.press("3", "G")
    try expectSnapshot(screen, "long-claim")
    try screen.press("enter")
    try expectSnapshot(screen, "long-claim-detail")
    try screen.press("G")
    try expectSnapshot(screen, "long-claim-detail-end")
  }

  @Test("500 claims scroll")
  func manyClaims() throws {
    var screen = ScreenDriver()
    let claims = (0..<500).map { #","claim_\#($0)":"value \#($0)""# }.joined()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: claims))
    try screen.press("3", "G", "up", "up")
    try expectSnapshot(screen, "500-claims")
  }

  @Test("nested claims fold and unfold")
  func nested() throws {
    var screen = ScreenDriver()
    let nested =
      #","kubernetes.io":{"namespace":"prod","pod":{"name":"web-1","uid":"0f"},"nodes":["a","b",["c"]]},"groups":[],"roles":["admin","dev"]"#
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: nested))
    try screen.press("3")
    try expectSnapshot(screen, "nested-folded")
    screen.send(.terminal(.key(":")))
    screen.type("unfold everything")
    try screen.press("enter")
    try expectSnapshot(screen, "nested-unfolded")
  }

  @Test("scripts of all kinds keep the columns straight, and nothing acts on the terminal")
  func hostileText() throws {
    var screen = ScreenDriver()
    let extra =
      #","cjk":"東京都港区 audience","rtl":"שלום עולם","emoji":"🚀 launch 👩‍👩‍👧","marks":"Zoë Åström e\u0301""#
      + #","escape":"\u001b]0;owned\u0007\u001b[2J","bidi":"user\u202Enimda","zero\u200bwidth":"a\u200bb""#
      + #","lone":"\ud800 half","newline":"one\ntwo\ttabbed","c1":"\u009b31m","sub":"again""#
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: extra))
    try screen.press("3")
    try expectSnapshot(screen, "hostile-text")
  }

  @Test("a terminal without UTF-8 gets ASCII only", arguments: [(100, 30), (80, 24)])
  func ascii(columns: Int, rows: Int) throws {
    var screen = ScreenDriver(columns: columns, rows: rows, glyphs: .ascii)
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: #","city":"Zürich","list":[1,2]"#))
    try screen.press("3", "G")
    try expectSnapshot(screen, "ascii-\(columns)x\(rows)")
    #expect(screen.frame.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x7F } })
  }

  @Test("windows that are too small say the size needed", arguments: [(20, 8), (39, 30), (120, 9), (5, 2), (1, 1)])
  func tooSmall(columns: Int, rows: Int) throws {
    var screen = ScreenDriver()
    try screen.request()
    screen.resize(columns, rows)
    try expectSnapshot(screen, "too-small-\(columns)x\(rows)")
  }

  @Test("masked values are hidden until they are asked for")
  func masked() throws {
    var screen = ScreenDriver()
    let secret = #","client_secret":"hunter2","jwk":{"kty":"oct","k":"c2VjcmV0"}"#
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: secret))
    try screen.press("3", "G", "enter", "G")
    try expectSnapshot(screen, "masked")
    #expect(!screen.text.contains("hunter2") && !screen.text.contains("c2VjcmV0"))
    try screen.press(".")
    #expect(screen.text.contains("hunter2") && screen.text.contains("c2VjcmV0"))
  }
}
