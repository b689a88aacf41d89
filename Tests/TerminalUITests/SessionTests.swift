import Glibc
import Testing

@testable import TerminalUI

/// A terminal of our own: what the session writes is read at the other end.
private final class PseudoTerminal {
  let outer: Int32
  let inner: Int32

  init(columns: UInt16 = 120, rows: UInt16 = 36) throws {
    var outer: Int32 = -1
    var inner: Int32 = -1
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&outer, &inner, nil, nil, &size) == 0)
    self.outer = outer
    self.inner = inner
    _ = fcntl(outer, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(outer)
    close(inner)
  }

  func resize(columns: UInt16, rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(inner, UInt(TIOCSWINSZ), &size)
  }

  /// What was written since the last call.
  func written() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(outer, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  var modes: [UInt32] {
    var modes = termios()
    tcgetattr(inner, &modes)
    return [modes.c_iflag, modes.c_oflag, modes.c_lflag]
  }
}

/// ncurses knows one terminal at a time, so these tests run one after the other.
@Suite(.serialized) struct SessionTests {
  private static let environment = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]

  private func open(_ terminal: PseudoTerminal, _ more: [String: String] = [:], mouse: Bool = true) throws
    -> TerminalSession
  {
    let environment = Self.environment.merging(more) { $1 }
    _ = TerminalLocale.set(environment: environment)
    let options = TerminalOptions(environment: environment, usesMouse: mouse, clock: { Moment(milliseconds: 0) })
    return try TerminalSession(
      options: options, input: terminal.inner, output: terminal.inner, ownsDescriptors: false)
  }

  private func frame(_ lines: [String], size: Size = Size(columns: 120, rows: 36), style: Style = Style()) -> Frame {
    var frame = Frame(size: size)
    for (row, line) in lines.enumerated() { frame.put(line, column: 0, row: row, style: style) }
    return frame
  }

  @Test func theFirstFrameComesBeforeAnyQuestionToTheTerminal() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal)
    #expect(terminal.written() == "")
    session.paint(frame(["first useful line"]))
    let written = terminal.written()
    let text = try #require(written.firstRange(of: "first useful line"))
    let query = try #require(written.firstRange(of: "\u{1B}]11;?\u{1B}\\"))
    #expect(text.upperBound < query.lowerBound)
    #expect(written.hasPrefix("\u{1B}[?1049h"))
    for mode in ["\u{1B}[?2004h", "\u{1B}[?1000h", "\u{1B}[?1006h"] { #expect(written.contains(mode)) }
    session.close()
  }

  @Test func closingLeavesTheTerminalAsItWas() throws {
    let terminal = try PseudoTerminal()
    let before = terminal.modes
    let session = try open(terminal)
    session.paint(frame(["x"]))
    #expect(terminal.modes != before)
    _ = terminal.written()
    session.close()
    let written = terminal.written()
    for mode in ["\u{1B}[?2004l", "\u{1B}[?1000l", "\u{1B}[?1006l", "\u{1B}[?1049l", "\u{1B}[?25h"] {
      #expect(written.contains(mode))
    }
    #expect(terminal.modes == before)
  }

  @Test func withoutMouseTheTerminalKeepsIt() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal, mouse: false)
    session.paint(frame(["x"]))
    #expect(!terminal.written().contains("\u{1B}[?1000h"))
    session.setMouse(true)
    #expect(terminal.written() == "\u{1B}[?1000h\u{1B}[?1006h")
    session.close()
  }

  @Test func onlyWhatChangedIsWritten() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal)
    let lines = (0..<36).map { "claim \($0)".padding(to: 100) + "59m 12s" }
    session.paint(frame(lines))
    _ = terminal.written()
    session.paint(frame(lines))
    #expect(terminal.written() == "")

    var ticked = lines
    ticked[20] = lines[20].replacingSuffix("59m 12s", with: "59m 11s")
    session.paint(frame(ticked))
    let tick = terminal.written()
    #expect(tick.utf8.count <= 100 && tick.hasSuffix("1"))

    var moved = frame(ticked)
    moved.restyle(column: 0, row: 3, columns: 120) { $0.reverse = true }
    session.paint(moved)
    #expect((1...600).contains(terminal.written().utf8.count))
    session.close()
  }

  @Test func wideCharactersMarksAndTheLastColumnAreWritten() throws {
    let terminal = try PseudoTerminal(columns: 20, rows: 2)
    let session = try open(terminal)
    let size = Size(columns: 20, rows: 2)
    session.paint(frame(["日本 e\u{301} 👍", String(repeating: "x", count: 20)], size: size))
    let written = terminal.written()
    for part in ["日本", "e\u{301}", "👍", String(repeating: "x", count: 18)] { #expect(written.contains(part)) }
    session.paint(frame(["x日本e\u{301} 👍", String(repeating: "x", count: 20)], size: size))
    #expect(terminal.written().contains("x日本"))
    session.close()
  }

  @Test func aLocaleWithoutUTF8GetsNoUTF8() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal, ["LC_ALL": "C"])
    session.paint(frame(["日本 é ─"]))
    #expect(terminal.written().utf8.allSatisfy { $0 < 0x80 })
    session.close()
  }

  @Test(arguments: [["NO_COLOR": "1"], ["CLICOLOR": "0"], ["TERM": "vt100"]])
  func withoutColourNoColourIsSent(_ environment: [String: String]) throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal, environment)
    session.paint(frame(["bad news"], style: Style(.bad)))
    let written = terminal.written()
    #expect(written.contains("bad news"))
    #expect(!written.contains("[3") && !written.contains("38;5"))
    session.close()
  }

  @Test func coloursFollowTheBackground() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal)
    let bad = frame(["bad news"], style: Style(.bad))
    session.paint(bad)
    #expect(terminal.written().contains("\u{1B}[91m"))
    session.setBackground(isLight: true)
    session.paint(bad)
    #expect(terminal.written().contains("\u{1B}[38;5;124m"))
    session.close()
  }

  @Test func aTextOutsideOfTheScreenIsPlainAndTheScreenComesBack() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal)
    session.paint(frame(["main screen"]))
    _ = terminal.written()
    session.show(["eyJhbGciOi", "second"])
    let shown = terminal.written()
    #expect(shown.contains("\u{1B}[?1049l") && shown.hasSuffix("eyJhbGciOi\r\nsecond\r\n"))
    session.paint(frame(["main screen"]))
    let back = terminal.written()
    #expect(back.contains("\u{1B}[?1049h") && back.contains("main screen") && back.contains("\u{1B}[?2004h"))
    session.close()
  }

  @Test func aNewSizeIsTakenOverOnce() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal)
    session.paint(frame(["wide"]))
    terminal.resize(columns: 40, rows: 10)
    #expect(session.updateSize())
    #expect(!session.updateSize())
    #expect(session.size == Size(columns: 40, rows: 10))
    _ = terminal.written()
    session.paint(frame(["narrow"], size: session.size))
    #expect(terminal.written().contains("narrow"))
    session.close()
  }

  @Test(arguments: [(UInt16(1), UInt16(1)), (2, 1), (1, 50), (500, 200)])
  func anySizeIsSurvived(_ columns: UInt16, _ rows: UInt16) throws {
    let terminal = try PseudoTerminal(columns: columns, rows: rows)
    let session = try open(terminal)
    session.paint(frame(Array(repeating: "日本語 text", count: Int(rows)), size: session.size))
    #expect(session.size == Size(columns: Int(columns), rows: Int(rows)))
    session.close()
  }

  @Test func aTerminalThatCannotPlaceTextIsRefusedWithAWayOut() throws {
    let terminal = try PseudoTerminal()
    let before = terminal.modes
    let error = #expect(throws: TerminalError.self) { try open(terminal, ["TERM": "dumb"]) }
    #expect(error?.reason == .noCursorAddressing("dumb"))
    #expect(error?.description.contains("idp inspect") == true)
    #expect(terminal.written() == "")
    #expect(terminal.modes == before)
    #expect(throws: TerminalError(.noType)) { try open(terminal, ["TERM": ""]) }
  }

  @Test func anUnknownTerminalIsTreatedAsXterm() throws {
    let terminal = try PseudoTerminal()
    let session = try open(terminal, ["TERM": "brand-new-terminal"])
    session.paint(frame(["hello"]))
    #expect(terminal.written().contains("hello"))
    session.close()
  }

  @Test(arguments: [
    ("15;0", false), ("0;15", true), ("0;default;15", true), ("0;7", true), (nil, false), ("", false), ("a;b", false),
  ])
  func theFirstGuessOfTheBackgroundIsAVariable(_ hint: String?, _ isLight: Bool) {
    #expect(TerminalSession.isLight(colorHint: hint) == isLight)
  }

  @Test(arguments: [
    ("en_US.UTF-8", true), ("C.utf8", true), ("UTF-8", true), ("de_DE.UTF-8@euro", true), ("C", false),
    ("POSIX", false),
    ("en_US.ISO-8859-1", false), ("", false),
  ])
  func aLocaleNamesItsEncoding(_ name: String, _ isUTF8: Bool) {
    #expect(TerminalLocale.namesUTF8(name) == isUTF8)
  }

  @Test func aLanguageThatIsNotInstalledStillGetsUTF8() {
    #expect(TerminalLocale.set(environment: ["LANG": "xx_XX.UTF-8"]) == .unicode)
    #expect(TerminalLocale.set(environment: ["LANG": "en_US.UTF-8", "LC_ALL": "C"]) == .ascii)
    #expect(TerminalLocale.set(environment: [:]) == .ascii)
  }

  @Test func messagesAndBytesOfOtherThreadsWakeTheLoopOnce() async {
    let port = TerminalPort()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask {
          port.post(.tick(Moment(milliseconds: Int64(number))))
          port.write([UInt8(number)])
        }
      }
    }
    var polled = pollfd(fd: port.descriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&polled, 1, 0) == 1)
    let content = port.take()
    #expect(content.messages.count == 50)
    #expect(content.output.sorted() == (0..<50).map { UInt8($0) })
    #expect(poll(&polled, 1, 0) == 0)
    #expect(port.take().isEmpty)
  }

  @Test(arguments: [0, 8, 16, 256], [false, true])
  func everyRoleButTextStandsOut(_ colors: Int, _ isLight: Bool) {
    let plain = Palette.look(of: .text, colors: colors, isLight: isLight)
    #expect(plain == Look())
    for role in [Role.bad, .warning, .muted, .accent] {
      #expect(Palette.look(of: role, colors: colors, isLight: isLight) != plain)
    }
    let looks = [Role.bad, .warning, .good].map { Palette.look(of: $0, colors: colors, isLight: isLight) }
    #expect(Set(looks.map { "\($0)" }).count == 3)
    if colors < 8 { #expect(looks.allSatisfy { $0.color == -1 }) }
  }
}

extension String {
  fileprivate func padding(to length: Int) -> String {
    self + String(repeating: " ", count: max(0, length - count))
  }

  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
  }
}
