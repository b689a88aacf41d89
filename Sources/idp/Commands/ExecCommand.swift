import ArgumentParser
import Federation
import Glibc
import Inspection
import Issuer
import JOSE

/// `idp exec`: runs a command with a token in reach.
struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command with a token in its environment, which is gone with it.",
    usage: """
      idp exec --audience name … [--env name] … -- command …
      idp exec --aws-role arn [--region region] -- command …
      """,
    discussion: """
      The token is in a file for this account alone, in a folder of its own, kept fresh while the command runs and removed \
      when it ends. IDP_TOKEN_FILE names it, and for the audiences of AWS and Azure also AWS_WEB_IDENTITY_TOKEN_FILE and \
      AZURE_FEDERATED_TOKEN_FILE, as their own tools want it. --file-env names it in other variables, --env puts the \
      token itself into one, which is not renewed.

      --aws-role exchanges the token for credentials of a role of AWS, in the variables that AWS's tools read: \
      AWS_ACCESS_KEY_ID and others. They end by themselves after --duration-seconds and are not renewed; a command that \
      runs for longer renews its own when it gets the token's file instead, with AWS_ROLE_ARN set.

      The command has our terminal and gets the signals that are sent to us; idp ends as it does. The status is 127 when \
      there is no such command, 126 when it cannot be run, 2 when there is no token for it within a minute, and 1 when \
      AWS refuses the role.

      EXAMPLES
        idp exec --aws-role arn:aws:iam::111122223333:role/deploy -- aws sts get-caller-identity
        AWS_ROLE_ARN=arn:aws:iam::111122223333:role/deploy idp exec --audience sts.amazonaws.com -- aws s3 ls
        idp exec --audience vault.hashicorp.com --file-env JWT -- \\
          sh -c 'vault write auth/jwt/login role=app jwt=@"$JWT"'
        idp exec --audience api.example --source github-actions --file-env TOKEN_FILE -- ./deploy
      """)

  @Option(
    name: .customLong("audience"),
    help: ArgumentHelp("Who the token is for; repeat it for several.", valueName: "name"))
  var audiences: [String] = []

  @Option(help: ArgumentHelp("How long each token lives: 90s, 15m, 1h, up to 24h.", valueName: "time"))
  var ttl: Duration?

  @OptionGroup var source: SourceOptions
  @OptionGroup var aws: AWSExchangeOptions

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
    if audiences.isEmpty, aws.roleARN == nil {
      throw ValidationError("Say what the token is for: --audience NAME, or --aws-role ARN.")
    }
    if aws.roleARN == nil, aws.narrows { throw ValidationError("How a role is had goes with --aws-role ARN.") }
    for name in variables + fileVariables where name.isEmpty || name.contains("=") || name.utf8.contains(0) {
      throw ValidationError("“\(name)” cannot be the name of a variable.")
    }
  }

  func run() throws {
    let workspace = try Workspace.current()
    let supply = try TokenSupply.chosen(source, workspace)
    try supply.check(lifetime: ttl)
    // Before a token is made for it: what is malformed needs none.
    if aws.roleARN != nil { _ = try aws.exchange(subject: nil, now: Surroundings.now()) }
    // Before the first thread: what strikes while the file is there must not end us with the file left behind.
    let signals = SignalQueue(ExecRun.signals)
    let folder = try PrivateRuntimeFolder(environment: Surroundings.environment)
    defer { folder.remove() }
    var run = ExecRun(
      keeper: TokenKeeper(
        path: folder.tokenPath, supply: supply, request: try request(supply), patience: 60_000,
        report: ExecRun.report),
      signals: signals)
    noteOtherCredentials()
    let end: JobProcess.End
    do throws(ExecRun.Stop) {
      let token = try run.firstToken()
      end = try run.run(command, environment: try environment(token, run))
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

  /// AWS's tools look at the keys of the environment before they look at a token's file.
  private func noteOtherCredentials() {
    guard aws.roleARN == nil, effectiveAudiences.contains(AWSExchangeOptions.audience),
      Variables(Surroundings.environment).first("AWS_ACCESS_KEY_ID") != nil
    else { return }
    Output.note("idp: AWS_ACCESS_KEY_ID is set and counts before the token: unset it, or give --aws-role\n")
  }

  private var effectiveAudiences: [String] { audiences.isEmpty ? [AWSExchangeOptions.audience] : audiences }

  private func request(_ supply: TokenSupply) throws(Failure) -> TokenRequest {
    var claims = JSONObject()
    if let role = aws.roleARN {
      claims = aws.pin(toRole: role)
      if !supply.isEmbedded, !claims.members.isEmpty {
        Output.note("idp: the token is not pinned to the role: \(supply.name) decides itself which claims it has\n")
        claims = JSONObject()
      }
    }
    // One that is exchanged at once, and is renewed as long as the command runs, need not live for long.
    let own = aws.roleARN != nil && supply.takesLifetime ? ExchangeTokenOptions.lifetime : nil
    return TokenRequest(audiences: effectiveAudiences, lifetime: ttl?.seconds ?? own, claims: claims)
  }

  /// Our own environment, and in it where the token is and what was got for it.
  private func environment(_ token: String, _ run: ExecRun) throws(ExecRun.Stop) -> [String: String] {
    var environment = Surroundings.environment
    for name in ["IDP_TOKEN_FILE"] + effectiveAudiences.compactMap({ Self.customary[$0] }) {
      environment[name] = run.keeper.path
    }
    if aws.roleARN != nil {
      environment = aws.environment(try credentials(token, run), in: environment)
    }
    for name in fileVariables { environment[name] = run.keeper.path }
    for name in variables { environment[name] = token }
    return environment
  }

  private func credentials(_ token: String, _ run: ExecRun) throws(ExecRun.Stop) -> AWSCredentials {
    let exchange: AWSExchange
    do throws(Failure) {
      exchange = try aws.exchange(
        subject: CompactToken(parsing: token).claims?["sub"]?.stringValue, now: Surroundings.now())
    } catch {
      throw .failure(error)
    }
    let network = Variables(Surroundings.environment).trusting("AWS_CA_BUNDLE")
    return try run.outcome(of: Blocking.begin { await exchange.result(token, environment: network) })
  }

  /// The variables in which the tools of a party look for a token's file, by the audience that it usually wants.
  private static let customary = [
    "sts.amazonaws.com": "AWS_WEB_IDENTITY_TOKEN_FILE", "api://AzureADTokenExchange": "AZURE_FEDERATED_TOKEN_FILE",
  ]
}
