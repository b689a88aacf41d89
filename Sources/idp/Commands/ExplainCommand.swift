import ArgumentParser
import Inspection
import TrustPolicy

/// `idp explain`: whether a relying party would accept a token, and why not.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say whether relying parties would accept a token, check by check, and what would change their mind.",
    discussion: """
      Every check that the relying party makes is made, in its order. The failure that it would report is marked, with \
      its own error text. A change is suggested only when the token is accepted with it. What cannot be told from the \
      documents is unknown, and never counts as accepted.

      The status is 0 when every relying party accepts, 1 when one refuses, and 2 when it cannot be told.

      EXAMPLES
        idp explain role.json provider.json --audience sts.amazonaws.com
        aws iam get-role --role-name deploy | idp explain - --token token.txt --issuer https://gitlab.com
        idp explain federated-credential.json --claims claims.json
        idp explain config.json role.json --token token.txt --jwks keys.json --json
      """)

  @OptionGroup var policies: PolicyOptions
  @OptionGroup var token: PresentedTokenOptions
  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let inputs = policies.documents + token.tokens + [token.claims, token.header].compactMap(\.self)
    if inputs.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
  }

  func run() throws {
    let workspace = try Workspace.current()
    let documents = try policies.read(workspace.configuration)
    let verdicts = documents.verdicts(on: try token.presented(workspace), at: token.now)
    if output.json {
      try Output.print(VerdictJSON.explain(verdicts))
    } else {
      let paint = Paint(color.color, configuration: workspace.configuration)
      try Output.print(VerdictText.render(verdicts, paint: { paint($0, $1) }, ascii: Output.isASCII))
    }
    throw Finished(status: ExitStatus(verdicts.map(\.decision)))
  }
}

extension ExitStatus {
  /// Good when all accept, no when one refuses.
  init(_ decisions: [Decision]) {
    self = decisions.contains(.reject) ? .no : decisions.contains(.unknown) ? .undecided : .good
  }
}
