import Inspection
import JOSE
import Testing

@testable import TerminalUI

@Suite("Finding, moving, mouse, help and palette")
struct UpdateMovingTests {
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
    #expect(screen.model.focus == .trust)
    for (key, pane) in [("1", Pane.list), ("2", .header), ("3", .claims), ("4", .signature), ("5", .trust)] {
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
}
