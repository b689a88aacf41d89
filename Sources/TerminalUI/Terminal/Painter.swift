import CNcurses
import Glibc

/// Puts frames on the terminal through ncurses. The only file that knows it; used by one thread only.
///
/// Only cells that differ from the last frame are handed to ncurses, and it writes only what differs on the terminal.
final class Painter {
  private let screen: OpaquePointer
  private let output: UnsafeMutablePointer<FILE>
  private let input: UnsafeMutablePointer<FILE>
  private let colors: Int
  private var isLight: Bool
  /// What the terminal shows; nil when that is not known.
  private var shown: Frame?
  private var showsCursor: Bool?
  /// ncurses' attributes and colour pair for each style code.
  private var looks: [(attributes: attr_t, pair: Int16)] = []

  /// Takes over a terminal whose locale has been set. Writes nothing yet.
  ///
  /// - Parameters:
  ///   - name: The terminal type, `TERM`.
  ///   - inputDescriptor: The terminal, open for reading. ncurses only sets its modes; it never reads.
  init(name: String, inputDescriptor: Int32, outputDescriptor: Int32, allowsColor: Bool, isLight: Bool)
    throws(TerminalError)
  {
    guard let output = fdopen(fcntl(outputDescriptor, F_DUPFD_CLOEXEC, 3), "w"),
      let input = fdopen(fcntl(inputDescriptor, F_DUPFD_CLOEXEC, 3), "r")
    else { throw TerminalError(.system(call: "fdopen", code: errno)) }
    // A name that this machine does not know is common after ssh from a newer terminal, and those are all like xterm.
    guard
      let screen = newterm(name, output, input) ?? newterm("xterm-256color", output, input)
        ?? newterm("xterm", output, input)
    else { throw TerminalError(.unknownType(name)) }
    guard idp_capability("cup") != nil else {
      delscreen(screen)
      throw TerminalError(.noCursorAddressing(name))
    }
    self.screen = screen
    self.output = output
    self.input = input
    self.isLight = isLight
    raw()
    noecho()
    nonl()
    // Updates are never cut short because a key is waiting: the loop takes all keys before it paints.
    typeahead(-1)
    if allowsColor, has_colors(), start_color() == OK, use_default_colors() == OK {
      colors = Int(idp_colors())
    } else {
      colors = 0
    }
    setUpLooks()
  }

  /// Makes the terminal show a frame.
  func paint(_ frame: Frame) {
    let columns = frame.size.columns
    let previous = shown.flatMap { $0.size == frame.size ? $0 : nil }
    var text: (wchar_t, wchar_t, wchar_t, wchar_t, wchar_t, wchar_t) = (0, 0, 0, 0, 0, 0)
    for row in 0..<frame.size.rows {
      for column in 0..<columns {
        let index = row * columns + column
        let cell = frame.cells[index]
        // ncurses fills the second column of a wide character by itself.
        if let previous, previous.cells[index] == cell || cell.isContinuation { continue }
        if cell.isContinuation { continue }
        let isWide = column + 1 < columns && frame.cells[index + 1].isContinuation
        let look = looks[Int(cell.styleCode)]
        if cell.base < 0x7F || wcwidth(wchar_t(cell.base)) == (isWide ? 2 : 1) {
          text.0 = wchar_t(cell.base)
          text.1 = wchar_t(cell.mark(0))
          text.2 = wchar_t(cell.mark(1))
          text.3 = wchar_t(cell.mark(2))
          text.4 = wchar_t(cell.mark(3))
          put(text, column: column, row: row, look)
        } else {
          // The C library has another idea of this character, or the locale none at all: ncurses would lose the column.
          put((0x3F, 0, 0, 0, 0, 0), column: column, row: row, look)
          if isWide { put((0x3F, 0, 0, 0, 0, 0), column: column + 1, row: row, look) }
        }
      }
    }
    placeCursor(frame.cursor)
    shown = frame
    wrefresh(idp_screen())
  }

  /// Takes a new size over. The terminal may have moved its text about, so all of it is written anew.
  func resize(to size: Size) {
    resize_term(Int32(max(1, size.rows)), Int32(max(1, size.columns)))
    redraw()
  }

  /// Forgets what the terminal shows: the next frame is written whole.
  func redraw() {
    shown = nil
    showsCursor = nil
    clearok(idp_terminal(), true)
    werase(idp_screen())
  }

  /// Chooses the colours for a light or a dark background.
  func setBackground(isLight: Bool) {
    guard isLight != self.isLight else { return }
    self.isLight = isLight
    setUpLooks()
    // Attributes differ too, not only colour pairs: each cell is handed over once more.
    shown = nil
  }

  /// Leaves the alternate screen and gives the terminal its modes back. The next `paint` enters again.
  func leave() {
    endwin()
    redraw()
  }

  /// Ends all use of ncurses.
  func close() {
    endwin()
    delscreen(screen)
    fclose(output)
    fclose(input)
  }

  /// What undoes the changes to the terminal's state, without ncurses: for a crash.
  func restoringBytes() -> [UInt8] {
    let names: [String] = ["sgr0", "op", "rmcup", "cnorm"]
    return names.flatMap { name -> [UInt8] in
      idp_capability(name).map { Self.withoutPadding(String(cString: $0)) } ?? []
    }
  }

  /// A capability holds waiting times for old terminals, `$<5>`.
  private static func withoutPadding(_ capability: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(capability.utf8)[...]
    while let byte = rest.first {
      if byte == UInt8(ascii: "$"), rest.dropFirst().first == UInt8(ascii: "<"),
        let end = rest.firstIndex(of: UInt8(ascii: ">"))
      {
        rest = rest[(end + 1)...]
      } else {
        bytes.append(byte)
        rest = rest.dropFirst()
      }
    }
    return bytes
  }

  private func put(
    _ text: (wchar_t, wchar_t, wchar_t, wchar_t, wchar_t, wchar_t), column: Int, row: Int,
    _ look: (attributes: attr_t, pair: Int16)
  ) {
    withUnsafePointer(to: text) { tuple in
      tuple.withMemoryRebound(to: wchar_t.self, capacity: 6) {
        _ = idp_put(Int32(row), Int32(column), $0, look.attributes, look.pair)
      }
    }
  }

  private func placeCursor(_ place: (column: Int, row: Int)?) {
    if let place {
      leaveok(idp_screen(), false)
      wmove(idp_screen(), Int32(place.row), Int32(place.column))
    } else {
      leaveok(idp_screen(), true)
    }
    if showsCursor != (place != nil) {
      showsCursor = place != nil
      curs_set(place == nil ? 0 : 1)
    }
  }

  private func setUpLooks() {
    for role in Role.allCases where colors > 0 {
      init_pair(Int16(role.rawValue) + 1, Palette.look(of: role, colors: colors, isLight: isLight).color, -1)
    }
    looks = (0..<256).map { code in
      let style = Style(code: UInt8(code))
      let look = Palette.look(of: style.role, colors: colors, isLight: isLight)
      var attributes: attr_t = 0
      if look.bold || style.bold { attributes |= idp_bold() }
      if look.dim || style.dim { attributes |= idp_dim() }
      if style.reverse { attributes |= idp_reverse() }
      if look.underline || style.underline { attributes |= idp_underline() }
      return (attributes, look.color < 0 ? 0 : Int16(style.role.rawValue) + 1)
    }
  }
}
