import Inspection
import JOSE

/// Tokens that are there already, in files and variables: they are for whom they were made, and are renewed by others.
struct StoredTokens {
  private let source: TokenSource
  private let surroundings: SourceSurroundings

  init(_ source: TokenSource, _ surroundings: SourceSurroundings) {
    self.source = source
    self.surroundings = surroundings
  }

  /// The token for all of these audiences; when there is only one token, that one, so that it is said what is wrong with
  /// it.
  func token(for audiences: [String]) throws(SourceError) -> String {
    let all = try stored()
    let fitting = all.first { candidate in
      let holders = CompactToken(parsing: candidate.token).claims.map(TokenSource.audiences) ?? []
      return audiences.allSatisfy { audience in holders.contains { $0.hasSameBytes(as: audience) } }
    }
    if let fitting { return fitting.token }
    guard all.count > 1 else { return all[0].token }
    let found = all.prefix(8).map { candidate in
      let holders = CompactToken(parsing: candidate.token).claims.map(TokenSource.audiences) ?? []
      return FetchError.quoted("\(holders.isEmpty ? "nobody" : holders.joined(separator: ", ")) (\(candidate.place))")
    }
    throw SourceError(
      source, .wrongAudience(wanted: FetchError.quoted(audiences.joined(separator: ", ")), found: found), hint: remedy)
  }

  var presence: SourcePresence {
    do throws(SourceError) {
      let all = try stored()
      let places = { (some: [Candidate]) in FetchError.quoted(some.map(\.place).joined(separator: ", ")) }
      let live = all.filter { !TokenSource.isOver($0.token, at: surroundings.clock()) }
      return live.isEmpty ? .absent("what is there has expired: \(places(all))") : .present(places(live))
    } catch {
      switch error.reason {
      case .absent(let missing), .file(let missing), .noToken(let missing): return .absent(missing)
      default: return .absent(error.description)
      }
    }
  }

  // MARK: What there is

  private typealias Candidate = (place: String, token: String)

  /// All tokens of the source, one at least.
  private func stored() throws(SourceError) -> [Candidate] {
    switch source {
    case .gitLab: try declared()
    case .azureFile: [try file(inVariable: "AZURE_FEDERATED_TOKEN_FILE")]
    case .awsFile: [try file(inVariable: "AWS_WEB_IDENTITY_TOKEN_FILE")]
    case .kubernetesFile: try projected()
    case .file(let path): [try file(path)]
    case .variable(let name): [try variable(name)]
    default: []
    }
  }

  private func file(inVariable name: String) throws(SourceError) -> Candidate {
    guard let path = surroundings[name] else { throw SourceError(source, .absent("\(name) is not set")) }
    return try file(path)
  }

  private func file(_ path: String) throws(SourceError) -> Candidate {
    let bytes: [UInt8]
    do { bytes = try TokenFile.read(path) } catch {
      throw SourceError(source, .file(TokenFile.problem(error)))
    }
    return (path, try extracted(String(decoding: bytes, as: UTF8.self), from: path))
  }

  private func variable(_ name: String) throws(SourceError) -> Candidate {
    guard let text = surroundings[name] else {
      throw SourceError(source, .absent("\(FetchError.quoted(name)) is not set"))
    }
    return ("$\(name)", try extracted(text, from: "$\(name)"))
  }

  private func extracted(_ text: String, from place: String) throws(SourceError) -> String {
    do { return try TokenText.extract(from: text).token } catch {
      throw SourceError(source, .noToken(FetchError.quoted("\(place): \(error)")), hint: error.hint)
    }
  }

  /// The variables of a GitLab job that hold tokens of its GitLab.
  private func declared() throws(SourceError) -> [Candidate] {
    guard surroundings["GITLAB_CI"] == "true" else { throw SourceError(.gitLab, .absent("GITLAB_CI is not set")) }
    let server = surroundings["CI_SERVER_URL"]
    let found = surroundings.environment.sorted { $0.key < $1.key }.filter { entry in
      guard entry.value.hasPrefix("eyJ"), let issuer = CompactToken(parsing: entry.value).claims?["iss"]?.stringValue
      else { return false }
      return server.map { issuer.trimmingSlash().hasSameBytes(as: $0.trimmingSlash()) } ?? true
    }
    guard !found.isEmpty else {
      throw SourceError(.gitLab, .absent("the job declares no id_tokens"), hint: remedy)
    }
    return found.map { ("$\($0.key)", $0.value) }
  }

  private var remedy: String? {
    switch source {
    case .gitLab: "Declare it in the job: id_tokens: {IDP_TOKEN: {aud: AUDIENCE}}."
    case .kubernetesFile: "Project one with that audience into the pod, or use the source kubernetes or file:PATH."
    default: nil
    }
  }

  /// The tokens in the places at which Kubernetes and its documentation put them.
  private func projected() throws(SourceError) -> [Candidate] {
    let folder = "\(surroundings.root)/var/run/secrets"
    let paths =
      TokenFile.names(in: "\(folder)/tokens").map { "\(folder)/tokens/\($0)" }
      + ["\(folder)/kubernetes.io/serviceaccount/token"]
    let found = paths.filter(TokenFile.isThere).compactMap { path in try? file(path) }
    guard !found.isEmpty else {
      throw SourceError(
        .kubernetesFile,
        .absent("there is no token in \(folder)/tokens or \(folder)/kubernetes.io/serviceaccount"))
    }
    return found
  }
}
