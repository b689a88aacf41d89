import ArgumentParser
import Federation
import Inspection
import JOSE
import TerminalUI
import TrustPolicy

/// How an exchange is reported.
struct ExchangeReportOptions: ParsableArguments {
  @Flag(help: "Show what came back whole, secrets too.")
  var showSecrets = false

  @Option(
    name: .customLong("trust"),
    help: ArgumentHelp(
      "A document of the relying party, to say why it refuses; repeat it for several.",
      discussion: "Those of the configuration are read too.", valueName: "document"),
    completion: .file())
  var documents: [String] = []

  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  /// Makes an exchange and prints what came of it.
  ///
  /// - Parameters:
  ///   - name: of what was asked for, by which its document is found.
  ///   - environment: for the network.
  func run(
    _ exchange: some Exchange, _ token: String, named name: String?, _ workspace: Workspace,
    environment: [String: String] = Surroundings.environment
  ) throws {
    let run = try Blocking.wait { () async throws(Failure) in
      await exchange.run(token, environment: environment, clock: { Surroundings.now() }, progress: Self.tell)
    }
    let now = Surroundings.now()
    var foresight: ExchangeForesight?
    if case .refused(let refusal, _) = run.report.result {
      foresight = self.foresight(refusal, exchange.party, token, name, workspace, now)
    }
    if output.json {
      var document = ExchangeJSON.document(run.report, showsSecrets: showSecrets)
      if let foresight { document.set("trust", to: VerdictJSON.explain(foresight.verdicts)) }
      try Output.print(.object(document))
    } else {
      let paint = Paint(color.color, configuration: workspace.configuration)
      var text = ExchangeText.render(
        run.report, now: now, showsSecrets: showSecrets, paint: { paint($0, $1) },
        utcOffset: workspace.configuration.usesLocalTime ? Surroundings.utcOffset(now) : 0, ascii: Output.isASCII)
      if let foresight {
        text += "\n" + paint(.heading, foresight.sentence) + "\n"
        text += VerdictText.render(foresight.verdicts, paint: { paint($0, $1) }, ascii: Output.isASCII)
      }
      try Output.print(text)
    }
    throw Finished(status: run.report.exitStatus)
  }

  /// Says why it takes longer; the rest is said when it is done.
  @Sendable private static func tell(_ event: ExchangeClient.Event) {
    guard case .waits(let milliseconds, let because) = event else { return }
    let seconds = "\(milliseconds / 1000).\(milliseconds % 1000 / 100)"
    Output.note("idp: \(because); asks again in \(seconds) s\n")
  }

  private func foresight(
    _ refusal: ExchangeRefusal, _ party: ExchangeParty, _ token: String, _ name: String?, _ workspace: Workspace,
    _ now: Timestamp
  ) -> ExchangeForesight? {
    let inputs = (workspace.configuration.policies + documents).map { PolicyInput.file($0) }
    guard !inputs.isEmpty else { return nil }
    let policies = PolicyFiles.read(inputs)
    for problem in policies.problems { Output.note("idp: \(Visible.escaped(problem.description))\n") }
    let compact = CompactToken(parsing: token)
    let inspection = Inspection(compact, options: KeyResolver(workspace: workspace).options(compact), now: now)
    guard let documents = policies.documents, let presented = PresentedToken(inspection) else { return nil }
    return ExchangeForesight(of: refusal, by: party, name: name, documents, token: presented, at: now)
  }
}
