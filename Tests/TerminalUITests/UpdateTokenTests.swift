import Inspection
import JOSE
import Testing

@testable import TerminalUI

@Suite("Pasting, opening, copying and verifying tokens")
struct UpdateTokenTests {
  // MARK: - Pasting and opening

  @Test(
    "a paste opens a token wherever one is, and is never run as keys",
    arguments: [[], ["?"], [":"], ["a"], ["o"], ["/"], ["y"], ["D"], ["3"]])
  func pasteOpens(_ keys: [String]) throws {
    var screen = ScreenDriver()
    try screen.request()
    for key in keys { try screen.press(key) }
    screen.effects = []
    screen.paste("Bearer \"\(TokenFixture.signed(#"{"iss":"https://x.example","sub":"q"}"#))\"\n")
    #expect(screen.model.entries.count == 5)
    #expect(screen.model.selectedEntry?.origin == .pasted)
    #expect(screen.model.overlay == nil && screen.effects.isEmpty)
  }

  @Test("a paste that holds no token says so and does nothing")
  func pasteOfOther() {
    var screen = ScreenDriver()
    screen.paste("qqq Q rm -rf \u{1B}[2J")
    #expect(screen.effects.isEmpty && screen.model.entries.count == 4)
    #expect(screen.model.log.current?.level == .error)
  }

  @Test("the same token is not listed twice")
  func pasteTwice() {
    var screen = ScreenDriver()
    let token = TokenFixture.signed(#"{"iss":"https://x.example"}"#)
    screen.paste(token)
    screen.paste(token)
    #expect(screen.model.entries.count == 5)
  }

  @Test("keys of an issuer that only the token names are fetched after a yes, and not by default")
  func asksBeforeFetching() throws {
    var screen = ScreenDriver()
    screen.paste(TokenFixture.signed(#"{"iss":"https://evil.example"}"#))
    try screen.press("v", "enter", "v", "esc", "v", "n")
    #expect(screen.effects.isEmpty)
    try screen.press("v")
    #expect(screen.text.contains("Fetch the keys of https://evil.example?"))
    try screen.press("y")
    #expect(
      screen.effects == [
        .fetchKeys(EntryID(5), issuer: "https://evil.example", keyID: "7f3a90c1", refresh: true)
      ])
    screen.send(.keysArrived(EntryID(5), TokenFixture.keys))
    #expect(screen.model.token?.inspection.signature.outcome == .verified)
    try screen.press("v")
    #expect(screen.effects.count == 2 && screen.model.overlay == nil)
  }

  @Test("keys of a configured issuer are fetched at once")
  func fetchesConfigured() {
    var screen = ScreenDriver(trusted: ["https://ci.example"])
    screen.paste(TokenFixture.signed(#"{"iss":"https://ci.example"}"#))
    #expect(screen.effects == [.fetchKeys(EntryID(5), issuer: "https://ci.example", keyID: "7f3a90c1", refresh: false)])
  }

  @Test(
    "an issuer that is no URL is never asked", arguments: ["file:///etc/passwd", "evil", "javascript:alert(1)", ""])
  func refusesOtherIssuers(_ issuer: String) throws {
    var screen = ScreenDriver()
    screen.paste(TokenFixture.signed(#"{"iss":"\#(issuer)"}"#))
    try screen.press("v")
    #expect(screen.effects.isEmpty && screen.model.overlay == nil)
  }

  @Test("o takes a path or a token")
  func opens() throws {
    var screen = ScreenDriver()
    try screen.press("o")
    screen.type("/tmp/token.jwt")
    try screen.press("enter")
    #expect(screen.effects == [.openFile("/tmp/token.jwt")])
    screen.send(.opened(text: TokenFixture.signed(#"{"iss":"https://x.example"}"#), from: "/tmp/token.jwt"))
    #expect(screen.model.selectedEntry?.label == "token.jwt")
  }

  // MARK: - The list

  @Test("a adds an audience and saves the list; one that is there is not added again")
  func adds() throws {
    var screen = ScreenDriver(audiences: ["one"])
    try screen.press("a")
    screen.type("two")
    try screen.press("enter")
    #expect(screen.effects == [.saveAudiences(["one", "two"])])
    #expect(screen.model.selectedEntry?.audience == "two")
    try screen.press("a")
    screen.type("one")
    try screen.press("enter")
    #expect(screen.text.contains("it is in the list already") && screen.effects.count == 1)
  }

  @Test("D asks, and no is the default")
  func deletes() throws {
    var screen = ScreenDriver(audiences: ["one", "two"])
    try screen.press("D", "enter")
    #expect(screen.model.audiences == ["one", "two"])
    try screen.press("D", "y")
    #expect(screen.model.audiences == ["two"] && screen.effects == [.saveAudiences(["two"])])
    try screen.press("D", "y", "D", "enter", "r", "c")
    #expect(screen.model.entries.isEmpty)
  }

  // MARK: - Copying

  @Test(
    "y copies a part",
    arguments: [
      ("y", "https://github.com/acme/app"), ("k", "sub"), ("p", ".sub"),
    ])
  func copiesClaims(key: String, text: String) throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("3", "j", "y", key)
    guard case .copy(let copied, let what)? = screen.effects.last else {
      Issue.record("nothing was copied")
      return
    }
    #expect(copied == text && what.contains("sub"))
  }

  @Test("y copies the whole in every form")
  func copiesWhole() throws {
    var screen = ScreenDriver()
    try screen.request()
    let token = try #require(screen.model.token?.compact)
    for key in ["t", "b", "e", "h", "c"] { try screen.press("y", key) }
    let copies = screen.effects.compactMap { effect -> String? in
      if case .copy(let text, _) = effect { text } else { nil }
    }
    #expect(copies.count == 5)
    #expect(copies[0] == token && copies[1] == "Authorization: Bearer \(token)")
    #expect(copies[2] == "export ID_TOKEN='\(token)'")
    #expect(copies[3].contains(#""alg": "RS256""#) && copies[4].contains(#""sub": "https://github.com/acme/app""#))
  }

  @Test("what is copied is told without the secret")
  func toastHoldsNoSecret() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("c")
    let token = try #require(screen.model.token?.compact)
    screen.send(.copied(what: "the token of sts.amazonaws.com", how: "wl-copy", length: token.count))
    #expect(screen.text.contains("copied the token of sts.amazonaws.com, \(token.count) characters, by wl-copy"))
    #expect(!screen.text.contains(token.prefix(30)))
  }

  @Test("p prints the token outside of the screen")
  func prints() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("p")
    #expect(screen.effects.last == .printToTerminal(screen.model.token?.compact ?? ""))
  }

  @Test("what cannot run says why", arguments: ["c", "y", "p", "R", "d", "v", "n", ".", "2"])
  func saysWhy(_ key: String) throws {
    var screen = ScreenDriver()
    try screen.press(key)
    #expect(screen.effects.isEmpty)
    if key != "2" { #expect(screen.model.log.current?.level == .info) }
  }

  // MARK: - Verdicts

  @Test("a token without a key ID says that keys were tried")
  func triedKeys() throws {
    var screen = ScreenDriver()
    try screen.request(
      TokenFixture.signed(#"{"iss":"\#(TokenFixture.issuer)","aud":"sts.amazonaws.com"}"#, header: #"{"alg":"RS256"}"#))
    #expect(screen.text.contains("signature ok") && screen.text.contains("the token has no kid"))
  }

  @Test("a line for a shell is made only of a token that holds nothing else")
  func refusesShellLine() throws {
    var screen = ScreenDriver()
    try screen.request(TokenFixture.token(audience: "x") + "';reboot;'")
    try screen.press("y", "e", "y", "b")
    #expect(!screen.effects.contains { if case .copy = $0 { true } else { false } })
    try screen.press("c")
    #expect(screen.effects.contains { if case .copy = $0 { true } else { false } })
  }

  @Test("not checked is never shown as invalid")
  func notCheckedIsNotInvalid() {
    var screen = ScreenDriver()
    screen.paste(TokenFixture.signed(#"{"iss":"https://x.example","exp":\#(ScreenDriver.start.seconds + 900)}"#))
    screen.pass(seconds: 10)
    #expect(screen.text.contains("signature not checked"))
    #expect(!screen.text.contains("✖") && !screen.text.contains("bad") && !screen.text.contains("invalid"))
  }

  @Test("the verdict line is there at every size, and nothing is wrapped or lost of its words")
  func verdictAlways() throws {
    for columns in stride(from: 40, through: 160, by: 3) {
      for token in [
        TokenFixture.token(audience: "sts.amazonaws.com"), TokenFixture.tampered(audience: "sts.amazonaws.com"),
      ] {
        var screen = ScreenDriver(columns: columns, rows: 20)
        try screen.request(token)
        let line = screen.lines[18]
        #expect(
          line.contains("shape ok") && line.contains("signature ") && line.contains("time ok"), "\(columns): \(line)")
      }
    }
  }
}
