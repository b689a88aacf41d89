import ArgumentParser
import Issuer
import JOSE

/// `idp discovery`: the metadata of the embedded issuer.
struct DiscoveryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discovery",
    abstract: "Print the embedded issuer's discovery document.",
    discussion: """
      What relying parties read at <issuer>/.well-known/openid-configuration.

      EXAMPLES
        idp discovery > openid-configuration
        idp discovery | jq -r .jwks_uri
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    let issuer = try Workspace.current().issuer()
    let document: JSON
    do {
      document = .object(try issuer.discoveryDocument(at: Surroundings.now().seconds))
    } catch {
      throw Failure(error.code, error.description)
    }
    try Output.print(output.json ? withSchema(document) : document)
  }
}
