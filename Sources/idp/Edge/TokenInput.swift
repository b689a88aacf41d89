import Glibc
import Inspection
import JOSE

/// The token of a command line: the argument itself, the file that it names, or standard input.
struct TokenInput: Sendable {
  let token: CompactToken
  /// What was done to get it, such as `removed "Bearer"`.
  let notes: [String]

  /// - Parameter argument: as typed; nil reads standard input when it is no terminal.
  /// - Throws: ``Failure`` when nothing can be read, or there is no token in what was read.
  init(argument: String?) throws(Failure) {
    let text = try Self.text(argument)
    do {
      let extracted = try TokenText.extract(from: text)
      token = CompactToken(parsing: extracted.token)
      notes = extracted.how
    } catch {
      throw Self.failure(error, argument: argument)
    }
  }

  /// A token that was requested.
  init(requested compact: String) {
    token = CompactToken(parsing: compact)
    notes = []
  }

  /// Whether an argument is the token itself, which then stands in the list of processes.
  static func isItself(_ argument: String) -> Bool { argument != "-" && !InputFile.exists(argument) }

  /// The text that the token is in.
  static func text(_ argument: String?) throws(Failure) -> String {
    switch argument {
    case "-": return String(decoding: try InputFile.readStandardInput(), as: UTF8.self)
    case let argument? where InputFile.exists(argument):
      return String(decoding: try InputFile.read(argument), as: UTF8.self)
    case let argument?: return argument
    case nil:
      guard isatty(STDIN_FILENO) == 0 else {
        throw Failure(
          "usage", "There is no token to look at.",
          hint: "Pass a token or a file, or pipe one in: idp token --audience sts.amazonaws.com | idp inspect")
      }
      return String(decoding: try InputFile.readStandardInput(), as: UTF8.self)
    }
  }

  private static func failure(_ error: TokenTextError, argument: String?) -> Failure {
    if error == .noToken, let argument, argument != "-", !InputFile.exists(argument) {
      return Failure(
        "no-token", "“\(cut(argument))” is neither a token nor a file that can be read.", hint: error.hint)
    }
    let text = error.description
    return Failure(error.code, text.prefix(1).uppercased() + text.dropFirst() + ".", hint: error.hint)
  }

  /// The beginning of an argument; what was typed may be a secret, and long.
  private static func cut(_ text: String) -> String {
    text.count <= 60 ? text : text.prefix(40) + "…"
  }
}
