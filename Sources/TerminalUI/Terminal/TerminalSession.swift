import Glibc

/// How the terminal is to be used.
public struct TerminalOptions: Sendable {
  /// The environment, for `TERM`, `NO_COLOR` and `COLORFGBG`.
  public var environment: [String: String]
  public var color: ColorChoice
  /// Whether the mouse is taken over at the start; shift-drag stays the terminal's own.
  public var usesMouse: Bool
  /// The way to the loop from other threads.
  public var port: TerminalPort
  /// What time it is.
  public var clock: @Sendable () -> Moment

  public init(
    environment: [String: String], color: ColorChoice = .automatic, usesMouse: Bool = true,
    port: TerminalPort = TerminalPort(), clock: @escaping @Sendable () -> Moment
  ) {
    self.environment = environment
    self.color = color
    self.usesMouse = usesMouse
    self.port = port
    self.clock = clock
  }
}

/// A terminal that has been taken over: raw mode, alternate screen, bracketed paste, mouse. `close` gives it back as it
/// was; the loop sees to it for every signal, and `CrashGuard` for crashes.
///
/// Used by one thread only.
public final class TerminalSession {
  /// The terminal, for reading. It stays in blocking mode: that belongs to the shell too.
  let input: Int32
  /// The terminal, for writing.
  let output: Int32
  private let ownsDescriptors: Bool
  private let original: termios
  private let painter: Painter
  private let answersQueries: Bool
  private var usesMouse: Bool
  private var isScreenTaken = false
  /// When the background was asked for; nil before, and again when the answer came.
  private var queryTime: ContinuousClock.Instant?
  private var hasAsked = false
  public private(set) var size: Size

  private static let mouseOn = "\u{1B}[?1000h\u{1B}[?1006h"
  private static let mouseOff = "\u{1B}[?1006l\u{1B}[?1000l"
  private static let pasteOn = "\u{1B}[?2004h"
  private static let pasteOff = "\u{1B}[?2004l"

  /// Opens the terminal: standard input and output, or `/dev/tty` when one of them is something else. The locale must
  /// have been set by `TerminalLocale.set`. Nothing is written before the first `paint`.
  public convenience init(options: TerminalOptions) throws(TerminalError) {
    if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
      try self.init(options: options, input: STDIN_FILENO, output: STDOUT_FILENO, ownsDescriptors: false)
    } else {
      let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
      guard descriptor >= 0 else { throw TerminalError(.noTerminal) }
      try self.init(options: options, input: descriptor, output: descriptor, ownsDescriptors: true)
    }
  }

  /// Takes over a terminal that is open.
  init(options: TerminalOptions, input: Int32, output: Int32, ownsDescriptors: Bool) throws(TerminalError) {
    let name = options.environment["TERM"] ?? ""
    guard !name.isEmpty else { throw TerminalError(.noType) }
    var modes = termios()
    guard tcgetattr(input, &modes) == 0 else { throw TerminalError(.system(call: "tcgetattr", code: errno)) }
    self.input = input
    self.output = output
    self.ownsDescriptors = ownsDescriptors
    original = modes
    do throws(TerminalError) {
      painter = try Painter(
        name: name, inputDescriptor: input, outputDescriptor: output,
        allowsColor: options.color.allowsColor(environment: options.environment),
        isLight: Self.isLight(colorHint: options.environment["COLORFGBG"]))
    } catch {
      // ncurses sets modes before it is known whether it can do its work.
      tcsetattr(output, TCSADRAIN, &modes)
      if ownsDescriptors { _ = Glibc.close(input) }
      throw error
    }
    usesMouse = options.usesMouse
    // Old terminals print what they do not know.
    answersQueries = !["linux", "vt", "cons", "ansi", "eterm", "wsvt", "sun"].contains { name.hasPrefix($0) }
    size = Self.size(of: output)
    painter.resize(to: size)
    CrashGuard.arm(
      descriptor: output, bytes: Array((Self.mouseOff + Self.pasteOff).utf8) + painter.restoringBytes(), modes: original
    )
  }

  /// Shows a frame, and takes the screen over first when that is not ours.
  public func paint(_ frame: Frame) {
    painter.paint(frame)
    guard !isScreenTaken else { return }
    isScreenTaken = true
    var modes = Self.pasteOn + (usesMouse ? Self.mouseOn : "")
    if answersQueries, !hasAsked {
      // The first frame is there; the answer comes as an event whenever it comes.
      modes += BackgroundAnswer.query
      hasAsked = true
      queryTime = .now
    }
    write(Array(modes.utf8))
  }

  /// Reads the terminal's size anew; true when it has changed.
  public func updateSize() -> Bool {
    let new = Self.size(of: output)
    guard new != size else { return false }
    size = new
    painter.resize(to: new)
    return true
  }

  /// The next frame is written whole.
  public func redraw() {
    painter.redraw()
  }

  /// Chooses colours for a light or dark background.
  public func setBackground(isLight: Bool) {
    queryTime = nil
    painter.setBackground(isLight: isLight)
  }

  public func setMouse(_ isOn: Bool) {
    guard isOn != usesMouse else { return }
    usesMouse = isOn
    if isScreenTaken { write(Array((isOn ? Self.mouseOn : Self.mouseOff).utf8)) }
  }

  /// Writes bytes between two frames. Errors are not reported: a terminal that is gone is noticed when it is read.
  public func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Glibc.write(output, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR && errno != EAGAIN {
          return
        }
      }
    }
  }

  /// Leaves the alternate screen and gives the modes back; the next `paint` takes them again.
  public func leaveScreen() {
    if isScreenTaken { write(Array((Self.mouseOff + Self.pasteOff).utf8)) }
    isScreenTaken = false
    painter.leave()
  }

  /// Leaves the alternate screen and prints lines that the person may mark with the terminal's own mouse. Keys are
  /// still read one by one and not echoed, until the next `paint`.
  public func show(_ lines: [String]) {
    leaveScreen()
    var modes = original
    modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    modes.c_oflag |= tcflag_t(OPOST | ONLCR)
    tcsetattr(output, TCSADRAIN, &modes)
    write(Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// Gives the terminal back. Nothing may be called after it.
  public func close() {
    if isScreenTaken { write(Array((Self.mouseOff + Self.pasteOff).utf8)) }
    painter.close()
    CrashGuard.disarm()
    var modes = original
    // An answer on its way would be typed into the shell. One that takes longer will not come.
    let isAnswerDue = queryTime.map { .now - $0 < .milliseconds(250) } ?? false
    if isAnswerDue {
      var waiting = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      poll(&waiting, 1, 15)
    }
    tcsetattr(output, isAnswerDue ? TCSAFLUSH : TCSADRAIN, &modes)
    if ownsDescriptors { _ = Glibc.close(input) }
  }

  private static func size(of descriptor: Int32) -> Size {
    var window = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
      return Size(columns: 80, rows: 24)
    }
    return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
  }

  /// The variable that rxvt and Konsole set, "15;0": the last number is the background. Only a first guess.
  static func isLight(colorHint: String?) -> Bool {
    guard let background = colorHint?.split(separator: ";").last.flatMap({ Int($0) }) else { return false }
    return background == 7 || background == 15
  }
}
