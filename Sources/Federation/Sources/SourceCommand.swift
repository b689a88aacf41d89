import Inspection
import JOSE

/// A source that is another program: the one of the CI system or workspace, or one that the person names.
struct SourceCommand {
  private let source: TokenSource
  private let surroundings: SourceSurroundings

  init(_ source: TokenSource, _ surroundings: SourceSurroundings) {
    self.source = source
    self.surroundings = surroundings
  }

  func token(for audiences: [String], lifetime: Int64?) async throws(SourceError) -> String {
    if case .command(let line) = source {
      // The audience is no part of the line: a shell would read it.
      return try await run(["/bin/sh", "-c", line], variables: ["AUDIENCE": audiences[0]], shownAs: "the command")
    }
    if let token = ready(for: audiences) { return token }
    if case .absent(let missing) = presence { throw SourceError(source, .absent(missing)) }
    return try await run(arguments(audiences, lifetime))
  }

  /// Whether the program is there, and the job or workspace that it belongs to.
  var presence: SourcePresence {
    if case .command = source { return .present("asked when it is chosen") }
    if let (name, value) = marker, surroundings[name] == nil || (value != nil && surroundings[name] != value) {
      return .absent("\(name) is not set")
    }
    if let program = programs.first(where: { surroundings.locate($0) != nil }) {
      return .present("\(program) is in PATH")
    }
    if let variable = readyVariables.first(where: { surroundings[$0] != nil }) { return .present("\(variable) is set") }
    return .absent("\(programs.joined(separator: " or ")) is not in PATH")
  }

  /// Runs a program to its end and takes the token out of what it printed.
  func run(
    _ arguments: [String], variables: [String: String] = [:], shownAs name: String? = nil
  ) async throws(SourceError) -> String {
    let program = name ?? arguments[0]
    let environment = surroundings.environment.merging(variables) { $1 }
    let outcome = await surroundings.run(arguments, environment)
    guard !Task.isCancelled else { throw SourceError(source, .cancelled) }
    guard let outcome else {
      throw SourceError(source, .absent("\(program) is not in PATH, or cannot be started"))
    }
    guard outcome.status == 0 else {
      let words = words(outcome.errors)
      throw SourceError(
        source,
        outcome.excess.map { .commandExceeded(program: program, $0, words: words) }
          ?? .command(program: program, status: outcome.status, words: words))
    }
    var text = String(decoding: outcome.output, as: UTF8.self)
    if source == .spiffe { text = Self.firstToken(ofAgent: text) }
    do { return try TokenText.extract(from: text).token } catch {
      throw SourceError(source, .noToken("what \(program) printed: \(error)"))
    }
  }

  // MARK: The programs

  /// The variable that tells that this is where the source is, and its value when that matters.
  private var marker: (name: String, value: String?)? {
    switch source {
    case .buildkite: ("BUILDKITE", "true")
    case .circleCI: ("CIRCLECI", "true")
    case .gitpod: ("GITPOD_WORKSPACE_ID", nil)
    default: nil
    }
  }

  /// Their names, the best one first.
  private var programs: [String] {
    switch source {
    case .buildkite: ["buildkite-agent"]
    case .circleCI: ["circleci"]
    case .spiffe: ["spire-agent"]
    case .gitpod: ["gp", "gitpod"]
    case .ona: ["ona"]
    default: []
    }
  }

  /// Each value stands in one word with its name, so that none is taken for an option.
  private func arguments(_ audiences: [String], _ lifetime: Int64?) -> [String] {
    let program = programs.first { surroundings.locate($0) != nil } ?? programs[0]
    switch source {
    case .buildkite:
      return [program, "oidc", "request-token", "--audience=\(audiences[0])"]
        + (lifetime.map { ["--lifetime=\($0)"] } ?? [])
    case .circleCI:
      let claims: JSON = ["aud": JSON(audiences[0])]
      return [program, "run", "oidc", "get", "--claims=\(claims.compact())"]
    case .spiffe:
      // The agent's own default is another path than the one that the standard's variable names.
      let socket = surroundings["SPIFFE_ENDPOINT_SOCKET"].flatMap { text in
        text.hasPrefix("unix:") ? String(text.dropFirst(text.hasPrefix("unix://") ? 7 : 5)) : nil
      }
      return [program, "api", "fetch", "jwt", "-audience=\(audiences.joined(separator: ","))"]
        + (socket.map { ["-socketPath=\($0)"] } ?? [])
    default:
      return [program, "idp", "token"] + audiences.map { "--audience=\($0)" }
    }
  }

  /// The first token that `spire-agent api fetch jwt` prints: the line after `token(spiffe://…):`.
  private static func firstToken(ofAgent text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("token(") }), start + 1 < lines.endIndex else {
      return text
    }
    return String(lines[start + 1])
  }

  // MARK: Tokens that the job has already

  private var readyVariables: [String] {
    source == .circleCI ? ["CIRCLE_OIDC_TOKEN_V2", "CIRCLE_OIDC_TOKEN"] : []
  }

  /// A token in the job's variables; one for others will do when there is no program that would get the right one, so that
  /// it is said what is wrong with it.
  private func ready(for audiences: [String]) -> String? {
    let tokens = readyVariables.compactMap { surroundings[$0] }
    let fitting = tokens.first { token in
      let holders = CompactToken(parsing: token).claims.map(TokenSource.audiences) ?? []
      return audiences.allSatisfy { audience in holders.contains { $0.hasSameBytes(as: audience) } }
    }
    return fitting ?? (programs.contains { surroundings.locate($0) != nil } ? nil : tokens.first)
  }

  /// The last line that is not empty, which in most programs is the one that says what went wrong.
  private func words(_ errors: [UInt8]) -> String? {
    String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isNewline).map { String($0).trimmingWhiteSpace() }
      .last { !$0.isEmpty }.map { FetchError.quoted($0) }
  }
}
