import ArgumentParser

/// Where the keys come from that a token is verified with.
struct KeyOptions: ParsableArguments {
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

  func validate() throws {
    if jwks != nil, key != nil {
      throw ValidationError("--jwks and --key both say which keys to verify with: give one of them.")
    }
  }
}
