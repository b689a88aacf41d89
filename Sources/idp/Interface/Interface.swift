import Glibc
import Inspection
import TerminalUI

/// The terminal interface: the model from the configuration, the loop, and what it asks of the outside.
enum Interface {
  /// Opens the interface and returns when the person leaves it.
  ///
  /// Before the first frame nothing is read but the configuration and the token that was named; keys, git and the network
  /// come after it.
  ///
  /// - Parameters:
  ///   - input: a token, a file, `-` for standard input, or nil. Standard input that is no terminal is read in any case.
  ///   - color: what the command line says; nil for what the configuration says.
  static func open(input: String?, color: ColorOptions.When?, usesMouse: Bool) throws(Failure) {
    if let input { try refuseNonsense(input) }
    guard Output.isTerminal else { throw noTerminal() }
    let characters = TerminalLocale.set(environment: Surroundings.environment)
    let workspace = try Workspace.current()
    let configuration = workspace.configuration
    let port = TerminalPort()
    let options = TerminalOptions(
      environment: Surroundings.environment, color: color?.choice ?? configuration.color,
      usesMouse: usesMouse && configuration.usesMouse, port: port, clock: SystemClock.now)
    let supplies = InterfaceSupplies(configuration)
    var model = Model(
      options: modelOptions(configuration, supplies, .forCharacters(characters), usesMouse: options.usesMouse),
      now: SystemClock.now())
    var effects = model.begin()
    if let input, input != "-" {
      let name = InputFile.exists(input) ? input : "the command line"
      effects += update(&model, .opened(text: try TokenInput.text(input), from: name))
    }
    let edge = InterfaceEffects(workspace: workspace, supplies: supplies, port: port)
    let readsInput = input == "-" || (input == nil && isatty(STDIN_FILENO) == 0)
    do {
      try runTerminal(
        model: model, options: options, initialEffects: effects,
        started: { _ in
          edge.announceIssuer()
          if readsInput { edge.readStandardInput(isNamed: input == "-") }
        },
        ended: { RunningPrograms.end() }, perform: { effect, _ in edge.perform(effect) })
    } catch {
      throw Failure("no-terminal", error.description.prefix(1).uppercased() + error.description.dropFirst() + ".")
    }
  }

  private static func modelOptions(
    _ configuration: Configuration, _ supplies: InterfaceSupplies, _ glyphs: Glyphs, usesMouse: Bool
  ) -> ModelOptions {
    var options = ModelOptions(
      issuer: configuration.issuer.issuer.text, issuerNote: "embedded issuer", audiences: configuration.audiences,
      trustedIssuers: Set(configuration.issuers.map(\.url)))
    options.otherIssuers = supplies.choices
    options.algorithm = configuration.issuer.algorithm.rawValue
    options.renewsAutomatically = configuration.renewsAutomatically
    options.usesMouse = usesMouse
    options.usesLocalTime = configuration.usesLocalTime
    options.utcOffset = { Surroundings.utcOffset($0) }
    options.glyphs = glyphs
    options.keyMap = configuration.keyMap
    options.policies = configuration.policies
    options.exchangeInputs = OrderedExchange.known(Surroundings.environment)
    return options
  }

  /// A word that is no token and no file is most likely a command with a slip in it.
  private static func refuseNonsense(_ input: String) throws(Failure) {
    guard input != "-", !InputFile.exists(input), (try? TokenText.extract(from: input)) == nil else { return }
    throw Failure(
      "no-token", "“\(input.prefix(60))” is neither a command, nor a token, nor a file that can be read.",
      hint: Idp.closestCommand(to: input).map { "Did you mean “idp \($0)”?" } ?? "See what there is: idp --help")
  }

  private static func noTerminal() -> Failure {
    Failure(
      "no-terminal", "There is no terminal here, so the interface cannot be opened.",
      hint: "idp inspect prints the same as text: idp inspect TOKEN, or with a pipe: … | idp inspect")
  }
}
