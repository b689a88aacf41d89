import Inspection
import JOSE
import Testing

@testable import TerminalUI

@Suite("Choosing the issuer that tokens come from")
struct IssuerTests {
  static let served = "https://idp.example.org/team"
  static let servedID = IssuerID(1)

  /// A screen with a served issuer, and one whose keys are trusted only.
  static func screen(
    _ columns: Int = 100, _ rows: Int = 30, audiences: [String] = ScreenDriver.audiences, renews: Bool = false,
    change: (inout ModelOptions) -> Void = { _ in }
  ) -> ScreenDriver {
    ScreenDriver(columns: columns, rows: rows, audiences: audiences, trusted: [served]) { options in
      options.otherIssuers = [
        IssuerChoice(
          url: served, note: "served issuer", access: "with the credential in /home/ada/.config/idp/credential"),
        IssuerChoice(
          url: "https://token.actions.githubusercontent.com", note: "keys only", access: "",
          obstacle: "its keys are trusted, but nothing says how to ask it for tokens"),
      ]
      options.renewsAutomatically = renews
      change(&options)
    }
  }

  /// A token of the served issuer.
  static func token(audience: String = "sts.amazonaws.com", secondsLeft: Int64 = 3552, extra: String = "") -> String {
    let now = ScreenDriver.start.seconds
    return TokenFixture.signed(
      #"""
      {"iss":"\#(served)","sub":"repo:acme/app","aud":"\#(audience)",\#
      "iat":\#(now + secondsLeft - 3600),"exp":\#(now + secondsLeft),"jti":"c4a7"\#(extra)}
      """#)
  }

  /// A screen on which the served issuer was chosen.
  static func chosen(_ columns: Int = 100, _ rows: Int = 30, renews: Bool = false) throws -> ScreenDriver {
    var screen = screen(columns, rows, renews: renews)
    try screen.press("s", "j", "enter")
    screen.effects = []
    return screen
  }

  private func requests(_ screen: ScreenDriver) -> [IssuerID] {
    screen.effects.compactMap { if case .requestToken(_, _, let issuer) = $0 { issuer } else { nil } }
  }

  // MARK: - The list

  @Test("s lists the embedded one first, and asks nobody for anything")
  func lists() throws {
    var screen = Self.screen()
    try screen.press("s")
    let lines = screen.lines
    let first = try #require(lines.firstIndex { $0.contains(TokenFixture.issuer) && $0.contains("│ ▌✔") })
    #expect(lines[first + 1].contains(Self.served))
    #expect(screen.text.contains("asked within this program"))
    try screen.press("j")
    #expect(screen.text.contains("asked with the credential in /home/ada/.config/idp/credential"))
    #expect(screen.effects.isEmpty)
  }

  @Test("without another issuer it says how to have one, and the line of hints does not offer it")
  func alone() throws {
    var screen = ScreenDriver()
    #expect(!screen.lines[29].contains("s issuer"))
    try screen.press("s")
    #expect(screen.model.overlay == nil)
    #expect(screen.model.log.current?.text.contains("issuers") == true)
    screen = Self.screen(140)
    #expect(screen.lines[29].contains("s issuer"))
  }

  @Test("one that cannot be asked says why, and is not chosen")
  func blocked() throws {
    var screen = Self.screen()
    try screen.press("s", "G", "enter")
    #expect(screen.model.issuer == .embedded && screen.model.overlay != nil)
    #expect(screen.model.log.current?.text.contains("nothing says how to ask it") == true)
  }

  @Test(
    "keys move in it and lead out of it",
    arguments: [
      (["s", "esc"], 0), (["s", "q"], 0), (["s", "j", "esc"], 0), (["s", "s", "enter"], 1), (["s", "tab", "enter"], 1),
      (["s", "s", "s", "s", "enter"], 0), (["s", "j", "k", "enter"], 0), (["s", "j", "l"], 1), (["s", "j", "h"], 0),
      (["s", "G", "g", "j", "enter"], 1), (["s", "j", "enter", "s", "k", "enter"], 0),
    ])
  func moves(keys: [String], number: Int) throws {
    var screen = Self.screen()
    for key in keys { try screen.press(key) }
    #expect(screen.model.issuer == IssuerID(number) && screen.model.overlay == nil)
    #expect(screen.effects.isEmpty)
  }

  @Test("a click chooses")
  func click() throws {
    var screen = Self.screen()
    try screen.press("s")
    let row = try #require(screen.lines.firstIndex { $0.contains(Self.served) })
    screen.send(.terminal(.mouse(Mouse(.press(.left), column: 40, row: row))))
    #expect(screen.model.issuer == Self.servedID && screen.model.overlay == nil)
  }

  // MARK: - Tokens

  @Test("the top bar names the chosen one, with its key once a token of it was verified")
  func topBar() throws {
    var screen = try Self.chosen(120)
    #expect(screen.lines[0].contains("\(Self.served) (served issuer)"))
    #expect(!screen.lines[0].contains("RS256"))
    try screen.press("enter")
    #expect(screen.effects == [.requestToken(EntryID(5), audience: "sts.amazonaws.com", from: Self.servedID)])
    screen.send(.tokenArrived(EntryID(5), Self.token(), TokenFixture.keys))
    #expect(screen.lines[0].contains("RS256 kid 7f3a90c1"))
    #expect(screen.text.contains("signature ok"))
  }

  @Test("a token of another issuer than the chosen one is told to be wrong")
  func wrongIssuer() throws {
    var screen = try Self.chosen(120)
    try screen.press("enter")
    screen.send(.tokenArrived(EntryID(5), TokenFixture.token(audience: "sts.amazonaws.com"), TokenFixture.keys))
    #expect(screen.text.contains("expected \(Self.served)"))
  }

  @Test("each keeps its own tokens; the selected audience stays selected")
  func keeps() throws {
    var screen = Self.screen()
    try screen.press("j")
    try screen.request()
    try screen.press("3", "j", "1", "s", "s", "enter")
    #expect(screen.model.selectedEntry?.audience == "api://AzureADTokenExchange" && screen.model.token == nil)
    try screen.press("enter")
    let id = try #require(screen.lastRequest)
    screen.send(.tokenArrived(id, Self.token(audience: "api://AzureADTokenExchange"), TokenFixture.keys))
    #expect(screen.model.token?.issuer == Self.served)
    try screen.press("s", "g", "enter")
    #expect(screen.model.token?.issuer == TokenFixture.issuer)
    #expect(screen.model.token?.claims.selection == 1)
    #expect(screen.lines.filter { $0.contains("✔ api://Azure") }.count == 1)
    try screen.press("s", "s", "enter")
    #expect(screen.model.token?.issuer == Self.served && screen.model.selectedEntry?.id == id)
  }

  @Test("an answer that comes after another was chosen goes where it belongs")
  func lateAnswer() throws {
    var screen = try Self.chosen()
    try screen.press("enter", "s", "g", "enter")
    #expect(screen.model.nextWake == screen.model.log.current?.endsAt)
    screen.send(.tokenArrived(EntryID(5), Self.token(), TokenFixture.keys))
    #expect(screen.model.token == nil && !screen.lines[0].contains("served"))
    try screen.press("s", "s", "enter")
    #expect(screen.model.token?.issuer == Self.served)
  }

  @Test("pasted tokens are in the list of each")
  func pasted() throws {
    var screen = Self.screen()
    screen.paste(TokenFixture.signed(#"{"iss":"https://x.example","aud":"q"}"#))
    let id = screen.model.selected
    try screen.press("s", "s", "enter")
    #expect(screen.model.selected == id && screen.model.listed.count == 5)
    try screen.press("s", "g", "enter")
    #expect(screen.model.selected == id)
  }

  @Test("a paste of a token that another issuer's list holds leads there")
  func pasteOfOther() throws {
    var screen = try Self.chosen()
    try screen.press("enter")
    screen.send(.tokenArrived(EntryID(5), Self.token(), TokenFixture.keys))
    try screen.press("s", "g", "enter", "j")
    screen.paste(Self.token())
    #expect(screen.model.issuer == Self.servedID && screen.model.selected == EntryID(5))
    #expect(screen.model.entries.count == 8)
  }

  @Test("an audience is added for all and removed from all, and is saved once")
  func audiences() throws {
    var screen = Self.screen(audiences: ["one"])
    try screen.press("s", "s", "enter", "a")
    screen.type("two")
    try screen.press("enter")
    #expect(screen.model.selectedEntry?.audience == "two" && screen.model.selectedEntry?.issuer == Self.servedID)
    #expect(screen.effects == [.saveAudiences(["one", "two"])])
    try screen.press("enter", "s", "g", "enter")
    #expect(screen.model.listed.compactMap(\.audience) == ["one", "two"])
    screen.effects = []
    try screen.press("D")
    #expect(screen.text.contains("out of the configuration."))
    try screen.press("y")
    #expect(screen.effects == [.cancel(EntryID(4)), .saveAudiences(["one"])])
    try screen.press("s", "s", "enter")
    #expect(screen.model.listed.compactMap(\.audience) == ["one"])
  }

  @Test("before an audience goes with tokens of other issuers, that is said")
  func deletesMore() throws {
    var screen = Self.screen()
    try screen.request()
    try screen.press("s", "s", "enter", "D")
    #expect(screen.text.contains("with its tokens of"))
  }

  @Test("R renews those of the chosen one only")
  func renewsAll() throws {
    var screen = Self.screen()
    try screen.request()
    try screen.press("s", "s", "enter")
    try screen.request(Self.token())
    screen.effects = []
    try screen.press("R")
    #expect(requests(screen) == [Self.servedID])
  }

  @Test("tokens of different issuers can be compared, each named with its own")
  func compares() throws {
    var screen = Self.screen(120)
    try screen.request()
    try screen.press("s", "s", "enter")
    try screen.request(Self.token())
    try screen.press("d")
    #expect(screen.text.contains("sts.amazonaws.com, of \(TokenFixture.issuer)"))
  }

  // MARK: - Time

  @Test("renewal by itself goes on for issuers that are not shown, and costs nothing without them")
  func renewsHidden() throws {
    var screen = try Self.chosen(renews: true)
    try screen.request(Self.token(secondsLeft: 400))
    try screen.press("s", "g", "enter")
    screen.effects = []
    screen.pass(seconds: 101)
    #expect(requests(screen) == [Self.servedID])
    screen = try Self.chosen()
    try screen.request(Self.token())
    try screen.press("s", "g", "enter")
    screen.pass(seconds: 10)
    #expect(screen.model.nextWake == nil)
  }

  @Test("one that does not want to be asked is not asked again by itself before it said")
  func retryAfter() throws {
    var screen = try Self.chosen(renews: true)
    try screen.request(Self.token(secondsLeft: 400))
    screen.effects = []
    screen.pass(seconds: 110)
    let id = try #require(screen.lastRequest)
    screen.send(.tokenFailed(id, problem: "it was asked too often", hint: "Ask again in 2m.", retryAfter: 120))
    screen.effects = []
    screen.pass(seconds: 119)
    #expect(screen.effects.isEmpty)
    screen.pass(seconds: 1)
    #expect(requests(screen) == [Self.servedID])
  }

  @Test("clocks are each issuer's own")
  func clocks() throws {
    var screen = try Self.chosen(120)
    screen.send(.clockSkew(42, of: Self.servedID))
    #expect(screen.lines[0].contains("clock 42s behind the issuer"))
    try screen.press("s", "g", "enter")
    #expect(!screen.lines[0].contains("clock"))
  }

  // MARK: - When it does not work

  @Test("Esc cancels a request, and a failure says what to do and can be tried again")
  func fails() throws {
    var screen = try Self.chosen()
    try screen.press("enter", "esc")
    #expect(screen.effects.last == .cancel(EntryID(5)))
    try screen.press("enter")
    screen.send(
      .tokenFailed(EntryID(5), problem: "the credential is not accepted", hint: "Have a new one made."))
    #expect(screen.text.contains("the credential is not accepted") && screen.text.contains("Have a new one made."))
    try screen.press("enter")
    #expect(requests(screen).count == 3 && screen.model.selectedEntry?.pending != nil)
  }

  @Test("a token whose keys cannot be fetched is there, not checked, and v tries again at its issuer")
  func unchecked() throws {
    var screen = try Self.chosen()
    try screen.press("enter")
    screen.send(.tokenUnchecked(EntryID(5), Self.token(), problem: "the connection was refused"))
    #expect(screen.text.contains("signature not checked") && screen.text.contains("the connection was refused"))
    #expect(!screen.lines[0].contains("RS256"))
    screen.effects = []
    try screen.press("v")
    #expect(
      screen.effects == [
        .fetchKeys(
          EntryID(5), issuer: Self.served, requestedFrom: Self.servedID, keyID: "7f3a90c1", refresh: true)
      ])
    screen.send(.keysArrived(EntryID(5), TokenFixture.keys))
    #expect(screen.text.contains("signature ok") && screen.lines[0].contains("RS256"))
  }

  // MARK: - Sources

  private static let foreign = "https://token.actions.githubusercontent.com"

  /// A screen on which the token service of a CI system was found.
  private static func found(_ columns: Int = 100, _ rows: Int = 30) -> ScreenDriver {
    screen(columns, rows) { options in
      options.otherIssuers.append(
        IssuerChoice(
          url: "github-actions", note: "source", access: "ACTIONS_ID_TOKEN_REQUEST_URL is set", isSource: true))
    }
  }

  private static func foreignToken() -> String {
    let now = ScreenDriver.start.seconds
    return TokenFixture.signed(
      #"{"iss":"\#(foreign)","sub":"repo:acme/app","aud":"sts.amazonaws.com","iat":\#(now),"exp":\#(now + 300)}"#)
  }

  @Test("a source that was found is offered, and asked once it was chosen")
  func offersSources() throws {
    var screen = Self.found()
    try screen.press("enter")
    #expect(requests(screen) == [.embedded])
    try screen.press("s", "G")
    #expect(screen.text.contains("Issuers and sources"))
    #expect(screen.text.contains("found here: ACTIONS_ID_TOKEN_REQUEST_URL is set"))
    try screen.press("enter", "enter")
    #expect(screen.lines[0].contains("github-actions (source)"))
    #expect(requests(screen) == [.embedded, IssuerID(3)])
  }

  @Test("who issued a source's token only the token says: nobody is asked before the person agreed")
  func checksSources() throws {
    var screen = Self.found()
    try screen.press("s", "G", "enter", "enter")
    let id = try #require(screen.lastRequest)
    screen.effects = []
    screen.send(.tokenUnchecked(id, Self.foreignToken(), problem: "v fetches the keys of its issuer"))
    #expect(screen.effects.isEmpty)
    #expect(screen.text.contains("signature not checked") && !screen.text.contains("expected github-actions"))
    try screen.press("v")
    #expect(screen.effects.isEmpty && screen.text.contains("Fetch the keys of \(Self.foreign)?"))
    try screen.press("y")
    let fetch = Effect.fetchKeys(id, issuer: Self.foreign, requestedFrom: nil, keyID: "7f3a90c1", refresh: true)
    #expect(screen.effects == [fetch])
    screen.send(.keysArrived(id, TokenFixture.keys))
    #expect(screen.text.contains("signature ok"))
    // The next token is checked without another question.
    try screen.press("r")
    screen.effects = []
    screen.send(.tokenUnchecked(id, Self.foreignToken(), problem: "v fetches the keys of its issuer"))
    #expect(screen.effects.count == 1 && screen.effects != [fetch])
    guard case .fetchKeys(id, Self.foreign, nil, _, false) = screen.effects[0] else {
      Issue.record("\(screen.effects)")
      return
    }
  }

  @Test("sources look as their snapshots", arguments: [(100, 30), (60, 20)])
  func sourcesPicture(columns: Int, rows: Int) throws {
    var screen = Self.found(columns, rows)
    try screen.press("s", "G")
    try expectSnapshot(screen, "sources-\(columns)x\(rows)")
  }

  // MARK: - Pictures

  @Test("look as their snapshots", arguments: [(100, 30), (60, 20), (40, 10)])
  func picture(columns: Int, rows: Int) throws {
    var screen = try Self.chosen(columns, rows)
    try screen.request(Self.token())
    screen.pass(seconds: 4)
    try screen.press("s")
    try expectSnapshot(screen, "issuers-\(columns)x\(rows)")
    try screen.press("G")
    try expectSnapshot(screen, "issuers-blocked-\(columns)x\(rows)")
    try screen.press("esc", "1")
    try expectSnapshot(screen, "served-\(columns)x\(rows)")
  }

  @Test("a long list scrolls")
  func long() throws {
    var screen = ScreenDriver(columns: 80, rows: 14) { options in
      options.otherIssuers = (1...20).map {
        IssuerChoice(url: "https://idp\($0).example.org", note: "served issuer", access: "at the socket /run/\($0)")
      }
    }
    try screen.press("s", "pagedown", "pagedown", "j")
    try expectSnapshot(screen, "issuers-long-80x14")
  }

  @Test("say no more than the terminal can show")
  func ascii() throws {
    var screen = Self.screen(80, 24) { $0.glyphs = .ascii }
    try screen.press("s", "j")
    #expect(screen.text.utf8.allSatisfy { $0 < 0x80 })
  }
}
