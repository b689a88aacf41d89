import ArgumentParser
import Inspection
import TrustPolicy

/// `idp preflight`: one token against the limits of all relying parties.
struct PreflightCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preflight",
    abstract: "Hold a token against the limits of all relying parties at once, without any document.",
    discussion: """
      What no policy can change: algorithms, lengths, lifetimes, claims that must be there, the form of the audience. \
      The status is 0 when every relying party could accept the token, 1 when one never would, and 2 when it cannot \
      be told.

      EXAMPLES
        idp preflight --audience sts.amazonaws.com
        idp preflight --token token.txt --json
      """)

  @OptionGroup var token: PresentedTokenOptions
  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let workspace = try Workspace.current()
    let report = Preflight(try token.presented(workspace), now: token.now)
    if output.json {
      try Output.print(report.json)
    } else {
      let paint = Paint(color.color, configuration: workspace.configuration)
      try Output.print(report.text(paint: { paint($0, $1) }, ascii: Output.isASCII))
    }
    throw Finished(status: ExitStatus(report.parties.map(\.decision)))
  }
}
