import ArgumentParser
import Inspection
import JOSE

/// `idp doctor`: what works here, and what would be done.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at terminal, clipboard, clock, configuration, keys and identity.",
    discussion: """
      The status is 1 when something does not work. The clock is compared with an issuer of the configuration, when \
      there is one.

      EXAMPLES
        idp doctor
        idp doctor --json
      """)

  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let (checks, configuration) = Examination(environment: Surroundings.environment).run()
    let isWell = !checks.contains { $0.outcome == .fail }
    if output.json {
      try Output.print([
        "schema": 1, "ok": .bool(isWell), "checks": .array(checks.map(json)),
      ])
    } else {
      let paint = Paint(color.color, configuration: configuration)
      try Output.print(checks.map { line($0, paint) }.joined())
    }
    throw Finished(status: isWell ? .good : .no)
  }

  private func line(_ check: Check, _ paint: Paint) -> String {
    let (word, role): (String, TextReport.Role) =
      switch check.outcome {
      case .pass: ("ok     ", .good)
      case .fail: ("bad    ", .bad)
      case .unknown: ("unknown", .warning)
      case .skipped: ("-      ", .muted)
      }
    let title = check.title + String(repeating: " ", count: max(0, 14 - check.title.count))
    let hint = check.hint.map { "                        " + paint(.muted, Visible.escaped($0)) + "\n" } ?? ""
    return "\(paint(role, word))  \(title) \(Visible.escaped(check.actual ?? ""))\n" + hint
  }

  private func json(_ check: Check) -> JSON {
    [
      "id": JSON(check.id), "title": JSON(check.title), "outcome": JSON(check.outcome.rawValue),
      "actual": check.actual.map { JSON($0) } ?? .null, "hint": check.hint.map { JSON($0) } ?? .null,
    ]
  }
}
