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

  @OptionGroup var source: SourceOption
  @OptionGroup var keys: KeyOptions

  @Option(name: .customLong("audience"), help: ArgumentHelp("Demand this audience; one of several.", valueName: "name"))
  var audiences: [String] = []

  @OptionGroup var time: TimeOptions

  @Flag(help: "Cut signature parts out of what is printed.")
  var redact = false

  func validate() throws {
    guard source.source != nil else { return }
    if input != nil { throw ValidationError("A token that there is has no --source: leave one of them out.") }
    if audiences.isEmpty { throw ValidationError("--source needs --audience: who the token is to be for.") }
  }

  /// The token that was given, or one that is requested from the chosen source.
  func token(_ workspace: Workspace) throws(Failure) -> TokenInput {
    guard source.source != nil else { return try TokenInput(argument: input) }
    return TokenInput(requested: try TokenSupply.chosen(source, workspace).token(audiences: audiences))
  }
}
