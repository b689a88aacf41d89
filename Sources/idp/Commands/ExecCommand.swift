import ArgumentParser
import Glibc
import Inspection
import Issuer
import JOSE

/// `idp exec`: runs a command with a token in reach.
struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command with a token in its environment, which is gone with it.",
    usage: "idp exec --audience name … [--env name] -- command …",
    discussion: """
      The token is in a file for this account alone, in a folder of its own, kept fresh while the command runs and removed \
      when it ends. IDP_TOKEN_FILE names it, and for the audiences of AWS and Azure also AWS_WEB_IDENTITY_TOKEN_FILE and \
      AZURE_FEDERATED_TOKEN_FILE, as their own tools want it. --file-env names it in other variables, --env puts the \
      token itself into one, which is not renewed.

      The command has our terminal and gets the signals that are sent to us; idp ends as it does. The status is 127 when \
      there is no such command, 126 when it cannot be run, and 2 when there is no token for it.

      EXAMPLES
        idp exec --audience sts.amazonaws.com -- aws sts get-caller-identity
        idp exec --audience vault.hashicorp.com --env JWT -- sh -c 'vault write auth/jwt/login role=app jwt="$JWT"'
        idp exec --audience api.example --source github-actions --file-env TOKEN_FILE -- ./deploy
      """)

  @Option(
    name: .customLong("audience"),
    help: ArgumentHelp("Who the token is for; repeat it for several.", valueName: "name"))
  var audiences: [String]

  @Option(help: ArgumentHelp("How long each token lives: 90s, 15m, 1h, up to 24h.", valueName: "time"))
  var ttl: Duration?

  @OptionGroup var source: SourceOptions

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("Put the token into this variable; repeat it for several.", valueName: "name"))
  var variables: [String] = []

  @Option(
    name: .customLong("file-env"),
    help: ArgumentHelp("Name the token's file in this variable; repeat it for several.", valueName: "name"))
  var fileVariables: [String] = []

  @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
  var command: [String] = []

  func validate() throws {
    if command.isEmpty { throw ValidationError("Say which command: idp exec --audience NAME -- COMMAND.") }
    for name in variables + fileVariables where name.isEmpty || name.contains("=") || name.utf8.contains(0) {
      throw ValidationError("“\(name)” cannot be the name of a variable.")
    }
  }

  func run() throws {
    let workspace = try Workspace.current()
    let supply = try TokenSupply.chosen(source, workspace)
    try supply.check(lifetime: ttl)
    // Before the first thread: what strikes while the file is there must not end us with the file left behind.
    let signals = SignalQueue(ExecRun.signals)
    let folder = try PrivateRuntimeFolder(environment: Surroundings.environment)
    defer { folder.remove() }
    let request = TokenRequest(audiences: audiences, lifetime: ttl?.seconds)
    var run = ExecRun(
      keeper: TokenKeeper(path: folder.path + "/token", supply: supply, request: request, report: ExecRun.report),
      signals: signals)
    let end: JobProcess.End
    do throws(ExecRun.Stop) {
      let token = try run.firstToken()
      end = try run.run(command, environment: environment(token, file: run.keeper.path))
    } catch {
      switch error {
      case .failure(let failure): throw failure
      case .start(let failure):
        Output.note(failure.failure.text)
        end = .status(failure.status)
      case .signal(let number): end = .signal(number)
      }
    }
    folder.remove()
    switch end {
    case .status(let status): Glibc.exit(status)
    case .signal(let number):
      signals.end(by: number)
      Glibc.exit(128 + number)
    }
  }

  /// Our own environment, and in it where the token is.
  private func environment(_ token: String, file: String) -> [String: String] {
    var environment = Surroundings.environment
    for name in ["IDP_TOKEN_FILE"] + audiences.compactMap({ Self.customary[$0] }) + fileVariables {
      environment[name] = file
    }
    for name in variables { environment[name] = token }
    return environment
  }

  /// The variables in which the tools of a party look for a token's file, by the audience that it usually wants.
  private static let customary = [
    "sts.amazonaws.com": "AWS_WEB_IDENTITY_TOKEN_FILE", "api://AzureADTokenExchange": "AZURE_FEDERATED_TOKEN_FILE",
  ]
}
