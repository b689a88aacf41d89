import ArgumentParser
import TrustPolicy

/// `idp matrix`: who accepts what.
struct MatrixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matrix",
    abstract: "Show which relying parties accept which tokens, as a table.",
    discussion: """
      A row for each role, provider, application or publisher of the documents, a column for each token. Below the \
      table stands why, where the answer is not yes. The status is 0 when all documents and tokens could be read.

      EXAMPLES
        idp matrix role.json provider.json vault-role.json vault-config.json --audience sts.amazonaws.com --audience vault
        idp matrix policies/*.json --token main.jwt --token release.jwt --json
      """)

  @OptionGroup var policies: PolicyOptions
  @OptionGroup var token: PresentedTokenOptions
  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let workspace = try Workspace.current()
    let documents = try policies.read(workspace.configuration)
    let matrix = TrustMatrix(documents, tokens: try token.all(workspace), now: token.now)
    if output.json {
      try Output.print(matrix.json)
    } else {
      let paint = Paint(color.color, configuration: workspace.configuration)
      try Output.print(matrix.text(paint: { paint($0, $1) }, ascii: Output.isASCII))
    }
  }
}
