import ArgumentParser
import Inspection
import Issuer
import JOSE

/// Which token is exchanged: one that there is, or a fresh one.
struct ExchangeTokenOptions: ParsableArguments {
  @Option(
    name: .customLong("token"),
    help: ArgumentHelp("Exchange this token, the one in a file, or - for standard input.", valueName: "token|file|-"),
    completion: .file())
  var input: String?

  @Option(
    help: ArgumentHelp(
      "Request the token for this audience. Without it, the one that the party usually wants.", valueName: "name"))
  var audience: String?

  @Option(help: ArgumentHelp("How long the token lives: 90s, 15m. Without it, five minutes.", valueName: "time"))
  var ttl: Duration?

  @Option(
    help: ArgumentHelp(
      "Let a token of the embedded issuer speak for this folder.",
      discussion: "Without it, for the one that the program runs in, which other programs choose.", valueName: "folder"),
    completion: .directory)
  var folder: String?

  @OptionGroup var source: SourceOptions

  func validate() throws {
    guard input != nil else { return }
    if folder != nil { throw ValidationError("--token is a token that there is: --folder goes without it.") }
    if audience != nil || ttl != nil || source.issuer != nil || source.chosen.source != nil {
      throw ValidationError("--token is a token that there is: --audience, --ttl, --source and --issuer go without it.")
    }
  }

  /// Fails when anything is said of the token where it comes from a file that somebody else keeps fresh.
  func checkUnused() throws(Failure) {
    guard input == nil, audience == nil, ttl == nil, folder == nil, source.issuer == nil, source.chosen.source == nil
    else {
      throw Failure(
        "usage", "With --token-file the token is the one in that file: nothing else can be said of it here.",
        hint: "Give these options to what keeps the file fresh: idp token --out FILE --watch.")
    }
  }

  /// How long a token lives that is made for one exchange, in seconds.
  static let lifetime: Int64 = 300

  /// The token.
  ///
  /// - Parameters:
  ///   - standard: the audience, when the command line names none; nil when it has to.
  ///   - claims: for a token of the embedded issuer.
  ///   - lifetime: when the command line names none, in seconds.
  ///   - isQuiet: for programs that take whatever is said for a failure.
  func token(
    for standard: String?, claims: JSONObject = JSONObject(), lifetime: Int64 = lifetime,
    isQuiet: Bool = false, _ workspace: Workspace
  ) throws(Failure) -> String {
    if let input {
      let token = try TokenInput(argument: input).token.text
      if TokenInput.isItself(input), !isQuiet {
        Output.note("idp: a token on the command line is seen by everybody on this machine: give a file, or -\n")
      }
      return token
    }
    guard let audience = audience ?? standard else {
      throw Failure("usage", "Which audience the token is for is not said.", hint: "Give --audience NAME, or --token.")
    }
    var workspace = workspace
    workspace.folder = try folder.map { (path) throws(Failure) in try InputFile.folder(ProgramLine.fullPath(path)) }
    let supply = try TokenSupply.chosen(source, workspace)
    try supply.check(lifetime: ttl)
    guard folder == nil || supply.isEmbedded else {
      throw Failure(
        "usage", "For whom its tokens speak is decided by \(supply.name) itself: --folder does not go with it.",
        hint: "Leave --folder out.")
    }
    if !supply.isEmbedded, !claims.members.isEmpty, !isQuiet {
      Output.note("idp: the token is not pinned to the role: \(supply.name) decides itself which claims it has\n")
    }
    return try supply.token(
      audiences: [audience], lifetime: supply.takesLifetime ? ttl?.seconds ?? lifetime : nil,
      claims: supply.isEmbedded ? claims : JSONObject())
  }
}
