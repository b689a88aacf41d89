import Federation
import Inspection
import JOSE

/// `idp publish --check`: what is served, compared with what is published here.
struct PublicationReview {
  let workspace: Workspace
  let output: OutputOptions
  let color: ColorOptions

  /// - Parameter url: the issuer to look at; nil for the configured one.
  func run(_ url: String?) throws {
    let now = Surroundings.now()
    let review = PublicationCheck(
      issuer: workspace.configuration.issuer.issuer, ring: try KeyStoreAccess.load(workspace),
      schedule: workspace.configuration.issuer.schedule, environment: Surroundings.environment)
    let checks = try Blocking.wait { () async throws(Failure) in await review.run(at: url, now: now) }
    let status = ExitStatus(checks)
    if output.json {
      try Output.print([
        "schema": 1, "issuer": JSON(url ?? workspace.configuration.issuer.issuer.text), "ok": .bool(status == .good),
        "checks": .array(checks.map(CheckReport.json)),
      ])
    } else {
      let paint = Paint(color.color, configuration: workspace.configuration)
      try Output.print(CheckReport.text(checks, paint: { paint($0, $1) }, ascii: Output.isASCII))
    }
    throw Finished(status: status)
  }
}
