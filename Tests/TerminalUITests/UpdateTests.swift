import Inspection
import JOSE
import Testing

@testable import TerminalUI

@Suite("Requests, time and leaving")
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
    #expect(screen.text.contains("time ok: expires soon, in 11m 59s") && screen.text.contains("◔ sts"))
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
}
