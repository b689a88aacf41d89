import ArgumentParser
import Glibc
import Inspection

/// Where the process begins and ends.
@main
enum Main {
  /// Not asynchronous itself: an asynchronous main function leaves the main thread, and with it the signals that the
  /// terminal interface stops and goes on by.
  static func main() {
    PrivateMemory.begin()
    // Who started us may ignore the ends of children, and then nobody would tell us of ours.
    signal(SIGCHLD, SIG_DFL)
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(run(arguments).rawValue)
  }

  /// Runs a command line and prints what went wrong, if anything did.
  private static func run(_ arguments: [String]) -> ExitStatus {
    do {
      // The interface is to be there at once: without arguments there is nothing to parse.
      if arguments.isEmpty {
        try Interface.open(input: nil, color: nil, usesMouse: true)
        return .good
      }
      var command = try parse(arguments)
      try command.run()
      return .good
    } catch let finished as Finished {
      return finished.status
    } catch let failure as Failure {
      return report(failure, arguments)
    } catch {
      return reportUsage(error, arguments)
    }
  }

  /// The command of a command line. One that is named first is parsed by itself, since the parser takes milliseconds to
  /// build the tree of all of them; what that does not understand is left to the whole, with its messages.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let named = Idp.configuration.subcommands.first { $0.configuration.commandName == arguments.first }
    if let named, named.configuration.subcommands.isEmpty,
      let command = try? named.parse(Array(arguments.dropFirst()))
    {
      return command
    }
    return try Idp.parseAsRoot(arguments)
  }

  private static func report(_ failure: Failure, _ arguments: [String]) -> ExitStatus {
    if wantsJSON(arguments) {
      try? Output.print(failure.json)
    } else {
      Output.note(failure.text)
    }
    return failure.status
  }

  /// Help and the version are results; whatever else the parser throws is a mistake in the command line.
  private static func reportUsage(_ error: any Error, _ arguments: [String]) -> ExitStatus {
    let text = Idp.fullMessage(for: error)
    guard Idp.exitCode(for: error) != .success else {
      do {
        try Output.print(text.hasSuffix("\n") ? text : text + "\n")
        return .good
      } catch {
        return report(error, arguments)
      }
    }
    let message = shortened(Idp.message(for: error))
    // What is no command is taken for a token, so that a slip in a command shows as a wrong option.
    if let word = arguments.first, !word.hasPrefix("-"), let command = Idp.closestCommand(to: word), command != word {
      let hint = "Did you mean “idp \(command)”?"
      return report(Failure("usage", "“\(word)” is no command: \(message).", hint: hint), arguments)
    }
    if wantsJSON(arguments) { return report(Failure("usage", message), arguments) }
    // What follows the first line says how the command is used.
    let usage = text.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("Usage:") }
    return report(Failure("usage", ([message] + usage.map(String.init)).joined(separator: "\n")), arguments)
  }

  /// A message that quotes an argument may quote a token, which belongs into no log.
  private static func shortened(_ message: String) -> String {
    message.split(separator: " ", omittingEmptySubsequences: false)
      .map { $0.count <= 120 ? String($0) : $0.prefix(40) + "…" }
      .joined(separator: " ")
  }

  /// Whether JSON was asked for, also on a command line that cannot be parsed.
  private static func wantsJSON(_ arguments: [String]) -> Bool {
    arguments.prefix { $0 != "--" }.contains("--json")
  }
}
