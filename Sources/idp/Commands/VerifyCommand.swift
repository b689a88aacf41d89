import ArgumentParser
import Inspection

/// `idp verify`: one line, and the exit status.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Say in one line, and by the exit status, whether a token holds.",
    discussion: """
      The status is 0 when every check passes, 1 when one fails, and 2 when it cannot be decided, such as without a key \
      to check the signature with.

      EXAMPLES
        idp verify token.txt --issuer https://gitlab.com --audience sts.amazonaws.com
        idp verify token.txt --jwks keys.json
        idp token --audience example.org | idp verify --audience example.org --json
      """)

  @OptionGroup var token: TokenOptions
  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let judged = try Judgement(token)
    if output.json {
      try Output.print(JSONReport.verify(judged.inspection, now: judged.now, redact: token.redact))
    } else {
      let paint = Paint(color.color, configuration: judged.configuration)
      try Output.print(
        TextReport.verdict(
          judged.inspection, now: judged.now, paint: { paint($0, $1) }, utcOffset: judged.utcOffset,
          ascii: Output.isASCII))
    }
    throw Finished(status: judged.inspection.exitStatus(at: judged.now))
  }
}
