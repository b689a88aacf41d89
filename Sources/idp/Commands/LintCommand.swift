import ArgumentParser
import Inspection
import TrustPolicy

/// `idp lint`: what should be different in the documents, without a token.
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Say what is dangerous or cannot work in trust policies.",
    discussion: """
      Each remark says what an attacker could do, or why nobody gets in. The status is 0 when there is no error and no \
      warning, 1 when there is one, and 2 when a document cannot be read.

      EXAMPLES
        idp lint role.json provider.json
        terraform show -json | idp lint -
      """)

  @OptionGroup var policies: PolicyOptions
  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let workspace = try Workspace.current()
    let lints = try policies.read(workspace.configuration).lints()
    if output.json {
      try Output.print(VerdictJSON.lint(lints))
    } else {
      let paint = Paint(color.color, configuration: workspace.configuration)
      try Output.print(VerdictText.render(lints, paint: { paint($0, $1) }, ascii: Output.isASCII))
    }
    throw Finished(status: lints.contains { $0.severity != .info } ? .no : .good)
  }
}
