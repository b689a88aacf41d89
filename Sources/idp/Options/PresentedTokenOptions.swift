import ArgumentParser
import Inspection
import JOSE
import TrustPolicy

/// Which token is presented to the relying parties: one that there is, claims that count as signed, or a fresh one.
struct PresentedTokenOptions: ParsableArguments {
  @Option(
    name: .customLong("token"),
    help: ArgumentHelp("A token, a file that holds one, or - for standard input.", valueName: "token|file|-"),
    completion: .file())
  var tokens: [String] = []

  @Option(
    help: ArgumentHelp(
      "A JSON claim set that counts as correctly signed; - for standard input.", valueName: "file|-"),
    completion: .file())
  var claims: String?

  @Option(
    help: ArgumentHelp(
      "The header that goes with --claims, as JSON; it counts as signed too.", valueName: "file|-"),
    completion: .file())
  var header: String?

  @Option(
    name: .customLong("audience"),
    help: ArgumentHelp("Request a fresh token for this audience.", valueName: "name"))
  var audiences: [String] = []

  @OptionGroup var source: SourceOption
  @OptionGroup var keys: KeyOptions
  @OptionGroup var time: TimeOptions

  var now: Timestamp { time.now ?? Surroundings.now() }

  func validate() throws {
    let ways = [!tokens.isEmpty, claims != nil, !audiences.isEmpty].count { $0 }
    if ways == 0 {
      throw ValidationError(
        "Say which token: --token TOKEN, FILE or - for standard input, --claims FILE, or --audience NAME.")
    }
    if ways > 1 { throw ValidationError("--token, --claims and --audience exclude each other: give one of them.") }
    if source.source != nil, audiences.isEmpty { throw ValidationError("--source goes with --audience.") }
    if header != nil, claims == nil { throw ValidationError("--header goes with --claims.") }
    if [claims, header].count(where: { $0 == "-" }) > 1 || tokens.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("Standard input can be read only once.")
    }
  }

  /// A token with what it is called in a table.
  typealias Named = (name: String, token: PresentedToken)

  /// The one token of a command that takes one.
  func presented(_ workspace: Workspace) throws(Failure) -> PresentedToken {
    guard tokens.count <= 1 else {
      throw Failure("usage", "This command takes one token.", hint: "For several there is idp matrix.")
    }
    if audiences.count > 1 { return try fresh(audiences, workspace) }
    guard let only = try all(workspace).first else { throw Failure("usage", "There is no token.") }
    return only.token
  }

  /// All tokens: of several audiences a fresh one for each.
  func all(_ workspace: Workspace) throws(Failure) -> [Named] {
    if let claims { return [(claims == "-" ? "claims" : claims, try hypothetical(claims))] }
    var all: [Named] = []
    for text in tokens {
      let name = InputFile.exists(text) ? text : tokens.count == 1 ? "token" : "token \(all.count + 1)"
      all.append((name, try presented(try TokenInput(argument: text).token, workspace)))
    }
    for audience in audiences { all.append((audience, try fresh([audience], workspace))) }
    return all
  }

  private func fresh(_ audiences: [String], _ workspace: Workspace) throws(Failure) -> PresentedToken {
    let compact = try TokenSupply.chosen(source, workspace).token(audiences: audiences)
    return try presented(CompactToken(parsing: compact), workspace)
  }

  private func presented(_ token: CompactToken, _ workspace: Workspace) throws(Failure) -> PresentedToken {
    let options = try KeyResolver(workspace: workspace).options(token, keys)
    guard let presented = PresentedToken(Inspection(token, options: options, now: now)) else {
      throw Failure(
        "token-unreadable",
        "The token's claims cannot be read: \(token.problems.first?.description ?? "it has no claims").",
        hint: "See idp inspect for what is wrong with it.")
    }
    return presented
  }

  private func hypothetical(_ path: String) throws(Failure) -> PresentedToken {
    let claims = try object(path, "the claims")
    return PresentedToken(
      claims: claims, header: try header.map { (path) throws(Failure) in try object(path, "the header") })
  }

  private func object(_ path: String, _ what: String) throws(Failure) -> JSONObject {
    let bytes = path == "-" ? try InputFile.readStandardInput() : try InputFile.read(path)
    let json: JSON
    do {
      json = try JSON(parsing: bytes)
    } catch {
      let place = SourceText(file: path, bytes: bytes).location(at: error.offset)
      throw Failure(
        "claims-unreadable", "\(path):\(place.line):\(place.column): \(what) are no JSON: \(error.message).",
        location: place)
    }
    guard let object = json.objectValue else {
      throw Failure("claims-unreadable", "\(path): \(what) must be a JSON object, but this is \(json.kindName).")
    }
    return object
  }
}
