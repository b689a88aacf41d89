import ArgumentParser
import JOSE

/// `idp manual`: the manual page.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Print the manual page, for man.",
    discussion: """
      EXAMPLES
        idp manual | man -l -
        idp manual > /usr/local/share/man/man1/idp.1
      """)

  func run() throws {
    do {
      try Output.print(ManualPage(try JSON(parsing: Idp._dumpHelp())).text)
    } catch let error as JSONError {
      throw Failure("manual-failed", "The description of the commands cannot be read: \(error).")
    }
  }
}
