import ArgumentParser
import Federation
import Inspection
import JOSE

/// `idp sources`: where tokens can come from here.
struct SourcesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources",
    abstract: "List where tokens can come from: which sources are here, and why the others are not.",
    discussion: """
      The embedded issuer and the issuers of the configuration, the CI system, cloud, cluster and workspace around this \
      process. What is here is used when it is chosen, with --source NAME, and never by itself; without --source it is \
      the embedded issuer. Any token is also taken from file:PATH, env:NAME or 'command:LINE'.

      Nothing is asked over the network: whether a cloud's metadata server is there is told with --probe.

      EXAMPLES
        idp sources
        idp sources --probe --json
        idp token --audience sts.amazonaws.com --source github-actions
      """)

  @Flag(help: "Ask the metadata servers of Google Cloud and Azure whether they are there, for a second at most.")
  var probe = false

  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let configuration = try Workspace.current().configuration
    let found = SourceSurvey.issuers(configuration) + (try SourceSurvey.known(probes: probe))
    if output.json { return try Output.print(["schema": 1, "sources": .array(found.map(json))]) }
    let paint = Paint(color.color, configuration: configuration)
    let width = found.map(\.name).filter { $0.count <= 24 }.map(\.count).max() ?? 0
    try Output.print(found.map { line($0, width, paint) }.joined())
  }

  private func line(_ found: SourceSurvey.Entry, _ width: Int, _ paint: Paint) -> String {
    let (word, role): (String, TextReport.Role) =
      switch found.presence {
      case .present: ("here", .good)
      case .absent: ("-   ", .muted)
      case .unknown: ("?   ", .warning)
      }
    let name = Visible.escaped(found.name)
    let gap = String(repeating: " ", count: max(0, width - found.name.count))
    return "\(paint(role, word))  \(name)\(gap)  \(paint(.muted, Visible.escaped(found.detail)))\n"
  }

  private func json(_ found: SourceSurvey.Entry) -> JSON {
    let state =
      switch found.presence {
      case .present: "present"
      case .absent: "absent"
      case .unknown: "unknown"
      }
    return ["name": JSON(found.name), "state": JSON(state), "detail": JSON(found.detail)]
  }
}
