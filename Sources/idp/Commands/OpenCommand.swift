import ArgumentParser

/// `idp`, `idp TOKEN`: the terminal interface.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open the terminal interface, on a token when one is given.",
    usage: "idp [open] [token|file|-] [--color when] [--no-mouse]",
    discussion: """
      The word “open” can be left out. Standard input that is no terminal is read once, 1 MiB at most; the keyboard is \
      then the terminal's. Press ? for the keys.

      EXAMPLES
        idp
        idp token.txt
        idp eyJhbGciOi…
        wl-paste | idp
      """)

  @Argument(
    help: ArgumentHelp("A token, a file that holds one, or - for standard input.", valueName: "token|file|-"),
    completion: .file())
  var input: String?

  @OptionGroup var color: ColorOptions

  @Flag(name: .customLong("no-mouse"), help: "Leave the mouse to the terminal.")
  var withoutMouse = false

  func run() throws {
    try Interface.open(input: input, color: color.color, usesMouse: !withoutMouse)
  }
}
