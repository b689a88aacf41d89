import JOSE
import Testing

@testable import TerminalUI

@Suite("What is supposed of a token")
struct WhatIfTests {
  /// A verified token of which another end is supposed.
  private func supposing(_ value: String = "100", columns: Int = 100, rows: Int = 30) throws -> ScreenDriver {
    var screen = ScreenDriver(columns: columns, rows: rows)
    try screen.request()
    try screen.press("3", "g")
    while screen.model.selectedRow?.label != "exp" { try screen.press("down") }
    try screen.press("e", "ctrl-u")
    screen.type(value)
    try screen.press("enter")
    screen.pass(seconds: 7)
    return screen
  }

  private func copied(_ screen: ScreenDriver) -> (text: String, what: String)? {
    if case .copy(let text, let what)? = screen.effects.last { (text, what) } else { nil }
  }

  @Test("holds for claims, verdict line and time left alike; the signature is that of what was signed")
  func holds() throws {
    var screen = try supposing()
    #expect(screen.text.contains("what if, unsigned") && screen.text.contains("time bad"))
    #expect(!screen.text.contains("time ok") && !screen.text.contains("99%"))
    #expect(screen.text.contains("Time left ───") && screen.text.contains("supposed"))
    #expect(screen.text.contains("as signed: verified with key"))
    try expectSnapshot(screen, "what-if-expired")
    try screen.press("E")
    screen.pass(seconds: 7)
    #expect(screen.text.contains("time ok") && !screen.text.contains("as signed"))
  }

  @Test("copies say what they are of")
  func copies() throws {
    var screen = try supposing()
    let compact = try #require(screen.model.token?.compact)
    try screen.press("y", "c")
    #expect(copied(screen)?.text.contains(#""exp": 100"#) == true)
    #expect(copied(screen)?.what == "the claims as JSON, with what is supposed of exp")
    try screen.press("y", "y")
    #expect(copied(screen)?.text == "100" && copied(screen)?.what == "the supposed value of .exp")
    try screen.press("g", "y", "y")
    #expect(copied(screen)?.what == "the value of .iss")
    for (key, what) in [
      ("t", "the token of sts.amazonaws.com, as signed"), ("b", "the Authorization header, as signed"),
      ("e", "the export line of ID_TOKEN, as signed"),
    ] {
      try screen.press("y", key)
      #expect(copied(screen)?.what == what && copied(screen)?.text.contains(compact) == true)
    }
    try screen.press("E", "y", "c")
    #expect(copied(screen)?.what == "the claims as JSON")
  }

  @Test("stays when the token is renewed, and it is said")
  func renewal() throws {
    var screen = try supposing()
    try screen.press("r")
    let id = try #require(screen.lastRequest)
    screen.send(
      .tokenArrived(id, TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 3600), TokenFixture.keys))
    #expect(screen.text.contains("renewed; exp is still supposed, E goes back to what was signed"))
    #expect(screen.model.token?.whatIf?.changed == ["exp"])
    #expect(screen.model.token?.whatIf?.claims["iat"]?.integerValue == ScreenDriver.start.seconds)
    #expect(screen.text.contains("time bad"))
  }

  @Test("ends when the renewed token says it itself, and it is said")
  func renewedSo() throws {
    let end = ScreenDriver.start.seconds + 3600
    var screen = try supposing("\(end)")
    try screen.press("r")
    let id = try #require(screen.lastRequest)
    screen.send(
      .tokenArrived(id, TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 3600), TokenFixture.keys))
    #expect(screen.model.token?.whatIf == nil && screen.text.contains("nothing is supposed any more of exp"))
  }

  @Test("Esc after a renewal brings back no claims of the old token")
  func cancelAfterRenewal() throws {
    var screen = try supposing()
    try screen.press("r")
    let id = try #require(screen.lastRequest)
    try screen.press("e")
    screen.type("1")
    screen.send(
      .tokenArrived(id, TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 3600), TokenFixture.keys))
    try screen.press("esc")
    #expect(screen.model.token?.whatIf?.changed == ["exp"])
    #expect(screen.model.token?.whatIf?.claims["exp"]?.integerValue == 100)
    #expect(screen.model.token?.whatIf?.claims["iat"]?.integerValue == ScreenDriver.start.seconds)
  }

  @Test("is neither exchanged nor compared: both say so")
  func elsewhere() throws {
    var screen = try supposing()
    try screen.press("x")
    #expect(screen.text.contains("What is supposed of exp is not sent."))
    try screen.press("esc")
    screen.paste(TokenFixture.signed(#"{"iss":"https://x"}"#))
    try screen.press("1", "up", "g", "d")
    #expect(screen.text.contains("as signed"))
  }
}
