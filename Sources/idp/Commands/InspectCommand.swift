import ArgumentParser
import Glibc
import Inspection
import TrustPolicy

/// `idp inspect`: everything that the panes of the interface show, as text or JSON.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a token and what is to be said about it.",
    discussion: """
      What can be read of a broken token is shown. Shape, signature and time are judged apart. Keys are fetched only \
      from issuers of the configuration or of this command line, never from an address that the token names. The policies \
      of the configuration are held against the token; the status is about the token alone.

      EXAMPLES
        idp token --audience sts.amazonaws.com | idp inspect
        idp inspect token.txt --jwks https://example.org/jwks.json
        idp inspect token.txt --key public.pem --audience example.org
        idp inspect --source github-actions --audience sts.amazonaws.com
        idp inspect "$TOKEN" --now 2026-11-23T13:00:48Z --json
      """)

  @OptionGroup var token: TokenOptions
  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let judged = try Judgement(token)
    let policies = judged.policies()
    if output.json {
      try Output.print(
        JSONReport.inspect(judged.inspection, now: judged.now, policies: policies, redact: token.redact))
    } else {
      judged.noteInput()
      let paint = Paint(color.color, configuration: judged.configuration)
      try Output.print(
        TextReport.render(
          judged.inspection, now: judged.now, policies: policies, paint: { paint($0, $1) }, redact: token.redact,
          utcOffset: judged.utcOffset, ascii: Output.isASCII))
    }
    throw Finished(status: judged.inspection.exitStatus(at: judged.now))
  }
}

/// A token of a command line, held against what the command line says.
struct Judgement {
  let inspection: Inspection
  let now: Timestamp
  let configuration: Configuration
  private let notes: [String]

  init(_ options: TokenOptions) throws(Failure) {
    let workspace = try Workspace.current()
    let input = try options.token(workspace)
    now = options.time.now ?? Surroundings.now()
    configuration = workspace.configuration
    notes = input.notes
    inspection = Inspection(
      input.token,
      options: try KeyResolver(workspace: workspace).options(input.token, options.keys, audiences: options.audiences),
      now: now)
  }

  /// What the policies of the configuration decide.
  func policies() -> [Check] {
    guard !configuration.policies.isEmpty else { return [] }
    return PolicyFiles.read(configuration.policies.map { .file($0) })
      .checks(on: PresentedToken(inspection), at: now)
  }

  /// Says on standard error what was taken off to get the token.
  func noteInput() {
    if !notes.isEmpty { Output.note("idp: \(notes.joined(separator: ", "))\n") }
  }

  /// Seconds east of UTC that times are shown at.
  var utcOffset: Int { configuration.usesLocalTime ? Surroundings.utcOffset(now) : 0 }
}
