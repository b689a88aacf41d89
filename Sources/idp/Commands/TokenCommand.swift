import ArgumentParser
import Glibc
import Inspection
import Issuer
import JOSE

/// `idp token`: request a token, from the embedded issuer or from a served one.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Request a token and print it.",
    discussion: """
      The token goes to standard output, with a newline; with --out to a file and with --copy to the clipboard instead. \
      The embedded issuer makes it; with --issuer, the issuer that is asked as the configuration says; with --source, \
      the cloud, the CI system or the workspace around it, or any file, variable or command: see idp sources.

      EXAMPLES
        idp token --audience sts.amazonaws.com
        idp token --audience api://AzureADTokenExchange --ttl 15m --decode
        idp token --audience vault.hashicorp.com --out "$HOME/.vault-jwt"
        idp token --audience sts.amazonaws.com --out /run/user/1000/aws-jwt --watch
        idp token --audience sigstore --claim team=platform --claim level=3 --copy
        idp token --audience sts.amazonaws.com --issuer https://idp.example.org
        idp token --audience sts.amazonaws.com --source github-actions
        curl -H "Authorization: Bearer $(idp token --audience api.example)" …
      """)

  @Option(
    name: .customLong("audience"),
    help: ArgumentHelp("Who the token is for; repeat it for several.", valueName: "name"))
  var audiences: [String]

  @Option(
    help: ArgumentHelp(
      "How long the token lives: 90s, 15m, 1h, up to 24h.",
      discussion: "Without it, as the configuration says, else an hour. A served issuer may give less.",
      valueName: "time"))
  var ttl: Duration?

  @Option(
    name: .customLong("claim"),
    help: ArgumentHelp(
      "Add a claim; repeat it for several.",
      discussion: "A value that reads as JSON is JSON, any other is text. For a number as text: 'build=\"42\"'.",
      valueName: "name=value"),
    transform: { try ClaimArgument($0) })
  var claims: [ClaimArgument] = []

  @OptionGroup var source: SourceOptions

  @Flag(help: "Print header and payload instead of the token.")
  var decode = false

  @Flag(help: "Put the token on the clipboard instead of printing it.")
  var copy = false

  @Option(
    help: ArgumentHelp(
      "Write the token to this file, for its owner alone (0600), without a newline.", valueName: "file"),
    completion: .file())
  var out: String?

  @Flag(
    help: ArgumentHelp(
      "Keep the token in --out fresh until this program is ended.",
      discussion: """
        It is renewed after two thirds of its life, each time as a whole file; what fails is tried again. The file stays \
        when SIGTERM or Ctrl-C ends the program.
        """))
  var watch = false

  @Flag(help: "Cut the signature out of what is printed.")
  var redact = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard watch else { return }
    guard out != nil else { throw ValidationError("--watch keeps a file fresh: it goes with --out FILE.") }
    if decode || copy || redact || output.json {
      throw ValidationError("--watch prints nothing: --decode, --copy, --redact and --json go without it.")
    }
  }

  func run() throws {
    let workspace = try Workspace.current()
    var extra = JSONObject()
    for claim in claims {
      guard extra[claim.name] == nil else {
        throw Failure("usage", "The claim “\(claim.name)” is given twice.", hint: "Leave one of them out.")
      }
      extra.set(claim.name, to: claim.value)
    }
    let supply = try TokenSupply.chosen(source, workspace)
    try supply.check(lifetime: ttl)
    if watch, let out {
      return try keep(out, supply, TokenRequest(audiences: audiences, lifetime: ttl?.seconds, claims: extra))
    }
    let compact = try supply.token(audiences: audiences, lifetime: ttl?.seconds, claims: extra)
    if supply.isEmbedded { noteAlgorithm(of: compact, workspace) }
    if let out { try write(compact, to: out) }
    if copy { try copy(compact, workspace.configuration) }
    try printResult(compact)
  }

  private func keep(_ path: String, _ supply: TokenSupply, _ request: TokenRequest) throws(Failure) {
    let signals = SignalQueue([SIGTERM, SIGINT, SIGHUP])
    var keeper = TokenKeeper(path: path, supply: supply, request: request) { Output.note($0.text(path)) }
    while signals.next(within: try keeper.step()) == nil {}
  }

  /// After a change of the algorithm the old key signs for a while: that is said, since the token is not as configured.
  private func noteAlgorithm(of compact: String, _ workspace: Workspace) {
    let wanted = workspace.configuration.issuer.algorithm
    guard let used = CompactToken(parsing: compact).algorithm, used != wanted.rawValue,
      let next = (try? KeyStoreAccess.load(workspace))?.waiting(at: Surroundings.now().seconds)
    else { return }
    Output.note(
      "idp: signed with \(used): the \(next.key.algorithm.rawValue) key signs from \(Timestamp(next.signsFrom).display()),"
        + " when relying parties can know it\n")
  }

  private func write(_ token: String, to path: String) throws(Failure) {
    do {
      try AtomicFile.write(Array(token.utf8), to: path, mode: 0o600, action: "write the token to")
    } catch {
      throw Failure("output-failed", error.description)
    }
  }

  private func copy(_ token: String, _ configuration: Configuration) throws(Failure) {
    let way = try ClipboardCopy(
      choice: configuration.clipboard, environment: Surroundings.environment,
      writeToTerminal: ClipboardCopy.writeToControllingTerminal
    ).copy(token)
    Output.note("copied the token, \(token.utf8.count) characters, by \(way)\n")
  }

  private func printResult(_ compact: String) throws(Failure) {
    let token = CompactToken(parsing: compact)
    let shown = redact ? token.redacted : token.text
    if output.json {
      var result: JSONObject = ["schema": 1]
      if let out {
        result.set("out", to: JSON(out))
      } else if !copy {
        result.set("token", to: JSON(shown))
      }
      result.set("header", to: token.header.json ?? .null)
      result.set("claims", to: token.payload?.json ?? .null)
      return try Output.print(.object(result))
    }
    if decode {
      return try Output.print("Header: \(pretty(token.header.json))\nPayload: \(pretty(token.payload?.json))\n")
    }
    if out == nil, !copy { try Output.print(shown + "\n") }
  }

  private func pretty(_ json: JSON?) -> String {
    guard let json else { return "" }
    return Output.isTerminal ? json.pretty(escaping: Visible.needsEscape) : json.pretty()
  }
}
