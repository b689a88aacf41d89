import Inspection
import JOSE
import Testing

@testable import TerminalUI

@Suite("Keys and answers change the model and ask for effects")
struct UpdateTests {
  // MARK: - Leaving

  @Test("Esc never exits, whatever is open")
  func escapeNeverExits() throws {
    let opening = [[], ["?"], [":"], ["a"], ["o"], ["D"], ["/"], ["y"], ["z"], ["3", "enter"], ["2"]]
    for keys in opening {
      var screen = ScreenDriver()
      try screen.request()
      for key in keys { try screen.press(key) }
      for _ in 0..<6 { try screen.press("esc") }
      #expect(!screen.effects.contains(.quit), "\(keys)")
      #expect(screen.model.overlay == nil)
    }
  }

  @Test("q goes back one level and quits at the root only")
  func quitGoesBack() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("3", "z", "q")
    #expect(!screen.model.isZoomed && screen.model.focus == .claims)
    try screen.press("/")
    screen.type("iss")
    try screen.press("enter", "q")
    #expect(screen.model.token?.claims.filter.isEmpty == true)
    try screen.press("q")
    #expect(screen.model.focus == .list && !screen.effects.contains(.quit))
    try screen.press("q")
    #expect(screen.effects.last == .quit)
  }

  @Test("q closes what lies over the screen", arguments: ["y", "D", ":messages"])
  func quitCloses(_ how: String) throws {
    var screen = ScreenDriver()
    try screen.request()
    if how.hasPrefix(":") {
      try screen.press(":")
      screen.type(String(how.dropFirst()))
      try screen.press("enter")
    } else {
      try screen.press(how)
    }
    #expect(screen.model.overlay != nil)
    try screen.press("q")
    #expect(screen.model.overlay == nil && !screen.effects.contains(.quit))
  }

  @Test("Ctrl-C clears a text field first, and quits then", arguments: ["a", "o", "/", ":", "?"])
  func interruptClears(_ key: String) throws {
    var screen = ScreenDriver()
    try screen.press(key)
    screen.type("some text")
    try screen.press("ctrl-c")
    #expect(!screen.effects.contains(.quit) && screen.model.overlay != nil)
    try screen.press("ctrl-c")
    #expect(screen.effects.last == .quit)
  }

  @Test("a window that is too small can still be left", arguments: [(39, 12), (20, 5), (1, 1)])
  func tooSmallQuits(columns: Int, rows: Int) throws {
    for key in ["q", "Q", "ctrl-c"] {
      var screen = ScreenDriver()
      try screen.press("3")
      screen.resize(columns, rows)
      try screen.press("c", "enter", key)
      #expect(screen.effects == [.quit])
    }
  }

  // MARK: - Requests

  @Test("Enter requests the selected audience, once")
  func enterRequests() throws {
    var screen = ScreenDriver()
    try screen.press("j", "enter", "enter", "r")
    #expect(screen.effects == [.requestToken(EntryID(2), audience: "api://AzureADTokenExchange")])
    #expect(screen.text.contains("a request is under way; Esc cancels it"))
  }

  @Test("Esc cancels a request, and a late answer is dropped")
  func cancelling() throws {
    var screen = ScreenDriver()
    try screen.press("enter", "esc")
    #expect(screen.effects.last == .cancel(EntryID(1)))
    screen.send(.tokenArrived(EntryID(1), TokenFixture.token(audience: "sts.amazonaws.com"), TokenFixture.keys))
    #expect(screen.model.token == nil)
  }

  @Test("R renews all that were requested")
  func renewAll() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("1", "j")
    try screen.request()
    screen.effects = []
    try screen.press("R")
    #expect(screen.effects.count == 2)
  }

  @Test("a failed renewal keeps the token")
  func failedRenewal() throws {
    var screen = ScreenDriver()
    try screen.request()
    let token = screen.model.token?.compact
    try screen.press("r")
    screen.send(.tokenFailed(EntryID(1), problem: "offline", hint: nil))
    #expect(screen.model.token?.compact == token && token != nil)
  }

  @Test("a renewal keeps what was unfolded, filtered and selected, by path")
  func renewalKeepsPlace() throws {
    var screen = ScreenDriver()
    let extra = #","org":{"name":"acme","id":7}"#
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: extra))
    try screen.press("3", "G", "enter", "G")
    #expect(screen.model.selectedRow?.path.text == ".org.id")
    try screen.press("r")
    screen.send(
      .tokenArrived(
        EntryID(1), TokenFixture.token(audience: "sts.amazonaws.com", extra: #","new":1,"more":2"# + extra),
        TokenFixture.keys))
    #expect(screen.model.selectedRow?.path.text == ".org.id")
  }

  @Test("tokens are renewed by themselves in the last fifth, with a pause after a failure")
  func automaticRenewal() throws {
    var screen = ScreenDriver { $0.renewsAutomatically = true }
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 320))
    screen.effects = []
    screen.pass(seconds: 19)
    #expect(screen.effects.isEmpty)
    screen.pass(seconds: 1)
    #expect(screen.effects == [.requestToken(EntryID(1), audience: "sts.amazonaws.com")])
    screen.send(.tokenFailed(EntryID(1), problem: "offline", hint: nil))
    screen.pass(seconds: 29)
    #expect(screen.effects.count == 1)
    screen.pass(seconds: 1)
    #expect(screen.effects.count == 2)
  }

  // MARK: - Time

  @Test("at zero the token is expired everywhere at once")
  func expiry() throws {
    var screen = ScreenDriver()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 2))
    screen.pass(seconds: 1)
    #expect(
      screen.text.contains("expires soon, in 1s") && screen.text.contains("in 1s") && !screen.text.contains("expired"))
    screen.pass(seconds: 1)
    let lines = screen.lines
    #expect(lines[2].contains("expired"), "the list")
    #expect(lines.contains { $0.contains("exp ") && $0.contains("expired") }, "the claims")
    #expect(lines[26].contains("0%") || lines[25].contains("0%"), "the gauge")
    #expect(lines[28].contains("time bad: expired"), "the verdict")
    #expect(lines[29].contains("⏎ renew"), "the hints")
  }

  @Test("word and colour change at a fifth of the life")
  func soon() throws {
    var screen = ScreenDriver()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 721))
    screen.pass(seconds: 1)
    #expect(screen.text.contains("time ok: expires in 12m 0s") && screen.text.contains("✔ sts"))
    screen.pass(seconds: 1)
    #expect(screen.text.contains("time ok: expires soon, in 11m 59s") && screen.text.contains("⧗ sts"))
    #expect(screen.frame.styleLines[28].contains("w"))
  }

  @Test("without a token nothing wakes up")
  func sleeps() {
    let screen = ScreenDriver()
    #expect(screen.model.nextWake == nil)
  }

  @Test("a countdown wakes at the beginning of each second, and stops an hour after the end")
  func wakesForCountdown() throws {
    var screen = ScreenDriver()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 100))
    screen.pass(milliseconds: 400)
    #expect(screen.model.nextWake == Moment(Timestamp(ScreenDriver.start.seconds + 1)))
    screen.pass(seconds: 3700)
    #expect(screen.model.nextWake == nil)
    #expect(!screen.text.contains("ago (") && screen.text.contains("expired"))
  }

  @Test("a request wakes at 150 ms and then for its spinner")
  func wakesForSpinner() throws {
    var screen = ScreenDriver()
    try screen.press("enter")
    #expect(screen.model.nextWake == Moment(ScreenDriver.start).adding(milliseconds: 150))
    screen.pass(milliseconds: 150)
    let wake = try #require(screen.model.nextWake)
    #expect(wake > screen.model.now && wake <= screen.model.now.adding(milliseconds: Spinner.milliseconds))
  }

  @Test("messages stay 3 s, warnings and errors 6 s", arguments: zip(ToastLevel.allCases, [3, 6, 6] as [Int64]))
  func messagesEnd(level: ToastLevel, seconds: Int64) {
    var screen = ScreenDriver()
    screen.send(.toast(level, "hello there"))
    #expect(screen.model.nextWake == screen.model.now.adding(milliseconds: seconds * 1000))
    screen.pass(milliseconds: seconds * 1000 - 1)
    #expect(screen.text.contains("hello there"))
    screen.pass(milliseconds: 1)
    #expect(!screen.text.contains("hello there"))
    #expect(screen.model.log.toasts.count == 1)
  }

  @Test("a tick changes few cells")
  func tickIsSmall() throws {
    var screen = ScreenDriver(columns: 120, rows: 36)
    try screen.request()
    for _ in 0..<30 {
      let before = screen.frame
      screen.pass(seconds: 1)
      let after = screen.frame
      let changed = zip(before.cells, after.cells).filter { $0 != $1 }.count
      #expect(changed > 0 && changed <= 60)
    }
  }

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
    #expect(screen.effects == [.fetchKeys(EntryID(5), issuer: "https://evil.example", refresh: true)])
    screen.send(.keysArrived(EntryID(5), TokenFixture.keys))
    #expect(screen.model.token?.inspection.signature.outcome == .verified)
    try screen.press("v")
    #expect(screen.effects.count == 2 && screen.model.overlay == nil)
  }

  @Test("keys of a configured issuer are fetched at once")
  func fetchesConfigured() {
    var screen = ScreenDriver(trusted: ["https://ci.example"])
    screen.paste(TokenFixture.signed(#"{"iss":"https://ci.example"}"#))
    #expect(screen.effects == [.fetchKeys(EntryID(5), issuer: "https://ci.example", refresh: false)])
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

  // MARK: - Finding and moving

  @Test(
    "a filter finds by name, value and path; a capital makes it exact",
    arguments: [
      ("github", [".sub"]), ("JTI", []), ("Ada", [".name"]), ("ada", [".name", ".email"]),
      (".org.na", [".org", ".org.name"]),
      ("acme-id", [".org", ".org.deep", ".org.deep.x"]),
    ])
  func filters(query: String, paths: [String]) throws {
    var screen = ScreenDriver()
    let extra = #","org":{"name":"xyz","deep":{"x":"acme-id"}}"#
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: extra))
    try screen.press("3", "/")
    screen.type(query)
    #expect(screen.model.token?.claims.rows.map(\.path.text) == paths)
  }

  @Test("n and N go round the matches")
  func matches() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("3", "/")
    screen.type("acme")
    try screen.press("enter", "n", "n", "n")
    #expect(screen.model.selectedRow?.path.text == ".iss")
    try screen.press("N")
    #expect(screen.model.selectedRow?.path.text == ".email")
    try screen.press("esc")
    #expect(screen.model.token?.claims.rows.count == 11 && screen.model.selectedRow?.path.text == ".email")
  }

  @Test(
    "moving keeps within the pane",
    arguments: [
      (["G"], 10), (["G", "g"], 0), (["j", "j", "k"], 1), (["pgdn"], 10), (["ctrl-d", "ctrl-u"], 0),
      (["end", "up"], 9),
      (["k"], 0), (["down", "home"], 0),
    ])
  func moves(keys: [String], row: Int) throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("3")
    for key in keys { try screen.press(key) }
    #expect(screen.model.token?.claims.selection == row)
  }

  @Test("a resize keeps the selected claim")
  func resizeKeeps() throws {
    var screen = ScreenDriver()
    let claims = (0..<100).map { #","claim_\#($0)":\#($0)"# }.joined()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: claims))
    try screen.press("3", "/")
    screen.type("claim_77")
    try screen.press("enter", "esc")
    for size in [(120, 36), (60, 16), (20, 5), (44, 11), (200, 60), (84, 24)] {
      screen.resize(size.0, size.1)
      #expect(screen.model.selectedRow?.path.text == ".claim_77")
      if size.0 >= 40 { #expect(screen.text.contains("▌claim_77"), "\(size)") }
    }
  }

  @Test("panes by Tab and digits")
  func panes() throws {
    var screen = ScreenDriver()
    try screen.press("tab")
    #expect(screen.model.focus == .header)
    try screen.press("shift-tab", "shift-tab")
    #expect(screen.model.focus == .signature)
    for (key, pane) in [("1", Pane.list), ("2", .header), ("3", .claims), ("4", .signature)] {
      try screen.press(key)
      #expect(screen.model.focus == pane)
    }
  }

  // MARK: - Mouse

  @Test("a click focuses and selects, a second one unfolds")
  func clicks() throws {
    var screen = ScreenDriver()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: #","list":[1,2]"#))
    let row = try #require(screen.lines.firstIndex { $0.contains("list ") })
    screen.send(.terminal(.mouse(Mouse(.press(.left), column: 40, row: row))))
    #expect(screen.model.focus == .claims && screen.model.selectedRow?.path.text == ".list")
    screen.send(.terminal(.mouse(Mouse(.press(.left), column: 40, row: row))))
    #expect(screen.model.token?.claims.rows.count == 14)
    screen.send(.terminal(.mouse(Mouse(.press(.left), column: 4, row: 3))))
    #expect(screen.model.focus == .list && screen.model.selected == EntryID(2))
  }

  @Test("a click on a hint runs it")
  func clicksHint() throws {
    var screen = ScreenDriver()
    try screen.request()
    let hints = try #require(screen.lines.last)
    let column = try #require(hints.firstRange(of: "c copy token")).lowerBound
    let place = hints.distance(from: hints.startIndex, to: column)
    screen.send(.terminal(.mouse(Mouse(.press(.left), column: place + 3, row: 29))))
    guard case .copy? = screen.effects.last else {
      Issue.record("the hint did not run")
      return
    }
  }

  @Test("the wheel scrolls the pane under the pointer; shift leaves it to the terminal")
  func wheel() throws {
    var screen = ScreenDriver()
    let claims = (0..<100).map { #","claim_\#($0)":\#($0)"# }.joined()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: claims))
    screen.send(.terminal(.mouse(Mouse(.wheelDown, column: 50, row: 15, shift: true))))
    #expect(screen.model.token?.claims.offset == 0)
    screen.send(.terminal(.mouse(Mouse(.wheelDown, column: 50, row: 15))))
    #expect(screen.model.token?.claims.offset == 3 && screen.model.focus == .list)
    screen.send(.terminal(.mouse(Mouse(.wheelUp, column: 50, row: 15))))
    #expect(screen.model.token?.claims.offset == 0)
  }

  // MARK: - Help and palette

  @Test("help and palette run what they list, and say why what cannot run does not")
  func listsRun() throws {
    var screen = ScreenDriver()
    try screen.press("?")
    screen.type("local time")
    try screen.press("enter")
    #expect(screen.model.usesLocalTime && screen.model.overlay == nil)
    try screen.press(":")
    screen.type("copy-token")
    try screen.press("enter")
    #expect(screen.effects.isEmpty && screen.model.overlay != nil)
    #expect(screen.text.contains("there is no token yet"))
  }

  @Test("help lists every command")
  func helpIsWhole() {
    let screen = ScreenDriver()
    #expect(screen.model.commands(of: CommandList(), isPalette: false).count == CommandID.allCases.count)
    #expect(screen.model.commands(of: CommandList(), isPalette: true).count == CommandID.allCases.count)
  }

  @Test("keys that are not an overlay's own are swallowed")
  func swallows() throws {
    var screen = ScreenDriver()
    try screen.request()
    screen.effects = []
    for overlay in ["y", "D"] {
      try screen.press(overlay, "r", "R", "a", "o", "z", "3", "esc")
      #expect(screen.effects.isEmpty && screen.model.focus == .list && !screen.model.isZoomed)
    }
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
