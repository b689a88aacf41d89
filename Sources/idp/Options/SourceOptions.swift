import ArgumentParser
import Federation

/// Where a token comes from.
struct SourceOptions: ParsableArguments {
  @OptionGroup var chosen: SourceOption

  @Option(
    help: ArgumentHelp(
      "Ask this issuer: one of the configuration that has a credential or a socket, or any with --credential.",
      valueName: "url"))
  var issuer: String?

  @Option(
    help: ArgumentHelp(
      "The credential to ask --issuer with: a file for its owner alone (0600).", valueName: "file"),
    completion: .file())
  var credential: String?

  func validate() throws {
    if credential != nil, issuer == nil { throw ValidationError("--credential goes with --issuer.") }
    if chosen.source != nil, issuer != nil {
      throw ValidationError("--source and --issuer both say where the token comes from: give one of them.")
    }
  }
}

/// Where a token comes from, for commands whose `--issuer` is the one that a token has to have.
struct SourceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Request tokens from this source: see idp sources.",
      discussion: """
        Its name, such as github-actions; file:PATH, env:NAME or 'command:LINE', which finds the audience in $AUDIENCE; \
        or the URL of an issuer of the configuration. Without it, the embedded issuer.
        """,
      valueName: "name"),
    completion: .list(["embedded"] + TokenSource.known.map(\.name)))
  var source: String?
}
