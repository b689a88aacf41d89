import Glibc
import Inspection

/// Why there can be no terminal interface.
public struct TerminalError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// Neither standard input and output nor `/dev/tty` are a terminal.
    case noTerminal
    /// `TERM` is empty.
    case noType
    /// `TERM` names something that the terminfo database does not have.
    case unknownType(String)
    /// The terminal cannot place text, such as `TERM=dumb`.
    case noCursorAddressing(String)
    /// The operating system refused.
    case system(call: String, code: Int32)
  }

  public let reason: Reason

  init(_ reason: Reason) {
    self.reason = reason
  }

  public var description: String {
    let start = "cannot open the terminal interface: "
    switch reason {
    case .noTerminal: return start + "there is no terminal here; `idp inspect` prints the same as text"
    case .noType: return start + "TERM is not set; set it to your terminal's type, for example TERM=xterm-256color"
    case .unknownType(let name):
      return start + "the terminal type \(Visible.escaped(name)) (TERM) is not known here; try TERM=xterm-256color"
    case .noCursorAddressing(let name):
      return start
        + "a terminal of the type \(Visible.escaped(name)) (TERM) cannot place text; `idp inspect` prints the same as text"
    case .system(let call, let code): return start + "\(call) failed: \(String(cString: strerror(code)))"
    }
  }
}
