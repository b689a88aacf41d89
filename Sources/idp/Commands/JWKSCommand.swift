import ArgumentParser
import JOSE

/// `idp jwks`: the public keys of the embedded issuer.
struct JWKSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jwks",
    abstract: "Print the embedded issuer's public keys as a JWK set.",
    discussion: """
      All keys that a token may still be signed with, and those that will sign soon.

      EXAMPLES
        idp jwks > jwks.json
        idp jwks | curl -T - https://example.org/.well-known/jwks.json
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    let workspace = try Workspace.current()
    let keys = try workspace.keys(now: Surroundings.now()).keys.json()
    try Output.print(output.json ? withSchema(keys) : keys)
  }
}

/// A document of a standard with our `"schema": 1` before the rest, which readers of the standard pass over.
func withSchema(_ document: JSON) -> JSON {
  guard var object = document.objectValue else { return document }
  object.members.insert(.init(name: "schema", value: 1), at: 0)
  return .object(object)
}
