import Testing

@testable import TerminalUI

/// What opens over the main screen, as pictures.
@Suite("Overlays look as their snapshots")
struct SnapshotOverlayTests {
  private func screen(_ columns: Int = 100, _ rows: Int = 30) throws -> ScreenDriver {
    var screen = ScreenDriver(columns: columns, rows: rows)
    try screen.request()
    return screen
  }

  @Test("help lists all keys for where one is", arguments: [(100, 30), (60, 20), (40, 10)])
  func help(columns: Int, rows: Int) throws {
    var screen = try screen(columns, rows)
    try screen.press("3", "?")
    try expectSnapshot(screen, "help-\(columns)x\(rows)")
  }

  @Test("typing filters help; what cannot run now is said")
  func helpFiltered() throws {
    var screen = ScreenDriver()
    try screen.press("?")
    screen.type("copy")
    try expectSnapshot(screen, "help-filtered")
  }

  @Test("the palette finds by a few letters")
  func palette() throws {
    var screen = try screen()
    try screen.press("ctrl-p")
    screen.type("cpb")
    try expectSnapshot(screen, "palette")
  }

  @Test("y shows the choices")
  func copyMenu() throws {
    var screen = try screen()
    try screen.press("3", "j", "y")
    try expectSnapshot(screen, "copy-menu")
  }

  @Test("filters show their count, and say when nothing matches")
  func filter() throws {
    var screen = try screen()
    try screen.press("3", "/")
    screen.type("acme")
    try expectSnapshot(screen, "filter")
    screen.type("zzz")
    try expectSnapshot(screen, "filter-no-match")
  }

  @Test("prompts")
  func prompts() throws {
    var screen = try screen()
    try screen.press("a")
    screen.type("https://vault.example.org")
    try expectSnapshot(screen, "add-audience")
    try screen.press("esc", "o")
    try expectSnapshot(screen, "open")
    try screen.press("enter")
    try expectSnapshot(screen, "open-refused")
    try screen.press("esc", "1", "D")
    try expectSnapshot(screen, "delete")
  }

  @Test("a toast names what was copied, its length and the way it took")
  func toast() throws {
    var screen = try screen()
    screen.send(.copied(what: "the token of sts.amazonaws.com", how: "tmux", length: 842))
    try expectSnapshot(screen, "toast")
  }

  @Test("a long message stands in a box and moves nothing")
  func longToast() throws {
    var screen = try screen()
    screen.send(
      .toast(
        .error,
        "could not write /home/ada/.config/idp/config.yaml: no space is left on the device; free some, then add the "
          + "audience again, or the list will be as before at the next start"))
    try expectSnapshot(screen, "toast-long")
  }

  @Test("all messages are kept")
  func messages() throws {
    var screen = try screen()
    screen.send(.toast(.warning, "the clock is 42s behind the issuer"))
    screen.pass(seconds: 30)
    screen.send(.copied(what: "the token of sts.amazonaws.com", how: "OSC 52", length: 842))
    try screen.press(":")
    screen.type("messages")
    try screen.press("enter")
    try expectSnapshot(screen, "messages")
  }

  @Test("two tokens side by side, or merged where it is narrow", arguments: [(100, 30), (70, 20)])
  func comparison(columns: Int, rows: Int) throws {
    var screen = try screen(columns, rows)
    try screen.press("1", "j")
    try screen.request(
      TokenFixture.token(audience: "api://AzureADTokenExchange", secondsLeft: 3500, extra: #","org":"acme""#))
    try screen.press("d")
    try expectSnapshot(screen, "compare-\(columns)x\(rows)")
    try screen.press("d")
    try expectSnapshot(screen, "compare-differences-\(columns)x\(rows)")
  }

  @Test("local time and raw values")
  func localAndRaw() throws {
    var screen = try screen()
    try screen.press("u")
    try expectSnapshot(screen, "local-time")
    try screen.press("u", "i")
    try expectSnapshot(screen, "raw")
  }

  @Test("zoom gives a pane the whole right side")
  func zoom() throws {
    var screen = try screen()
    try screen.press("4", "z")
    try expectSnapshot(screen, "zoom")
  }
}
