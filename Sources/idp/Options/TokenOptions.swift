import ArgumentParser
import Inspection

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

  @Option(
    help: ArgumentHelp(
      "Verify with these keys: a JWK set or a JWK, by URL or file.", valueName: "url|file"), completion: .file())
  var jwks: String?

  @Option(
    help: ArgumentHelp(
      "Verify with the key in this file: PEM, DER, a certificate, a JWK or a JWK set.", valueName: "file"),
    completion: .file())
  var key: String?

  @Option(
    help: ArgumentHelp(
      "Demand this issuer, and fetch its keys when no others are given.", valueName: "url"))
  var issuer: String?

  @Option(name: .customLong("audience"), help: ArgumentHelp("Demand this audience; one of several.", valueName: "name"))
  var audiences: [String] = []

  @Option(
    help: ArgumentHelp("Judge the times at this moment: seconds since 1970 or RFC 3339.", valueName: "time"),
    transform: { text in
      guard let time = Timestamp(text) else {
        throw ValidationError("Write seconds since 1970 or a time such as 2026-11-23T13:00:48Z.")
      }
      return time
    })
  var now: Timestamp?

  @Flag(help: "Cut signature parts out of what is printed.")
  var redact = false

  func validate() throws {
    if jwks != nil, key != nil {
      throw ValidationError("--jwks and --key both say which keys to verify with: give one of them.")
    }
  }
}
