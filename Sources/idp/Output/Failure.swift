import Inspection
import JOSE

/// Why a command ends without its result: a sentence for a person, what to do about it, and a stable name for scripts.
struct Failure: Error, Sendable, Equatable {
  /// A stable name for scripts, such as `usage` or `input-unreadable`.
  let code: String
  /// What was being done and what was found. May quote input; it is escaped when it is shown.
  let message: String
  /// What to do.
  let hint: String?
  /// Where in a file the reason stands.
  let location: DocumentLocation?
  /// What the process ends with.
  let status: ExitStatus

  init(
    _ code: String, _ message: String, hint: String? = nil, location: DocumentLocation? = nil,
    status: ExitStatus = .undecided
  ) {
    self.code = code
    self.message = message
    self.hint = hint
    self.location = location
    self.status = status
  }

  /// For standard error: `idp: ` and the message, the hint on a line of its own. Nothing in it can act on a terminal.
  var text: String {
    var lines = ["idp: " + Self.escapedLines(message)]
    if let hint { lines.append("     " + Self.escapedLines(hint)) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// For standard output, when the command was asked for JSON.
  var json: JSON {
    var error: JSONObject = ["code": JSON(code), "message": JSON(message)]
    if let hint { error.set("hint", to: JSON(hint)) }
    if let location {
      error.set("file", to: JSON(location.file))
      error.set("line", to: JSON(Int64(location.line)))
      error.set("column", to: JSON(Int64(location.column)))
    }
    return ["schema": 1, "error": .object(error)]
  }

  /// Escapes each line for itself, so that a message of several lines stays one.
  private static func escapedLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Visible.escaped($0) }
      .joined(separator: "\n     ")
  }
}

/// Ends a command with a status after it has printed its result.
struct Finished: Error {
  let status: ExitStatus
}
