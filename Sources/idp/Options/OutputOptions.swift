import ArgumentParser
import Inspection
import TerminalUI

/// The options of every command that prints a result.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document, errors too.")
  var json = false
}

/// Whether to use colours.
struct ColorOptions: ParsableArguments {
  /// `--color`, as it is typed.
  enum When: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  @Option(
    help: ArgumentHelp(
      "Use colours: auto, always or never.",
      discussion: "auto uses them on a terminal, unless NO_COLOR is set, CLICOLOR is 0 or TERM is dumb."))
  var color: When?
}

extension ColorOptions.When {
  var choice: ColorChoice {
    switch self {
    case .auto: .automatic
    case .always: .always
    case .never: .never
    }
  }
}

/// Colours of the text reports, by the terminal's own palette.
struct Paint: Sendable {
  let isOn: Bool

  /// - Parameter option: what the command line says; without it the configuration decides, and without that the terminal.
  init(_ option: ColorOptions.When?, configuration: Configuration) {
    let choice = option?.choice ?? configuration.color
    isOn =
      choice == .always
      || (choice == .automatic && Output.isTerminal && choice.allowsColor(environment: Surroundings.environment))
  }

  /// The text with the colour of its role around it.
  func callAsFunction(_ role: TextReport.Role, _ text: String) -> String {
    guard isOn, !text.isEmpty, let code = Self.codes[role] else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  private static let codes: [TextReport.Role: String] = [
    .heading: "1", .key: "36", .string: "32", .number: "35", .muted: "2", .good: "32", .bad: "1;31", .warning: "33",
    .accent: "36",
  ]
}
