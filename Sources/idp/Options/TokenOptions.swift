import ArgumentParser

/// What `idp inspect` and `idp verify` take alike.
struct TokenOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A token, a file that holds one, or - for standard input.",
      discussion: """
        It is taken as people have it: after “Bearer”, in quotes, wrapped over lines, in an export line, or inside a \
        JSON document that holds one token.
        """,
      valueName: "token|file|-"),
    completion: .file())
  var input: String?

  @OptionGroup var keys: KeyOptions

  @Option(name: .customLong("audience"), help: ArgumentHelp("Demand this audience; one of several.", valueName: "name"))
  var audiences: [String] = []

  @OptionGroup var time: TimeOptions

  @Flag(help: "Cut signature parts out of what is printed.")
  var redact = false
}
