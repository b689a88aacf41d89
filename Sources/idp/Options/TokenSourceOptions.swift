import ArgumentParser
import Issuer

/// Which issuer a token comes from.
struct TokenSourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Ask this issuer: one of the configuration that has a credential or a socket, or any with --credential.",
      valueName: "url"))
  var issuer: String?

  @Option(
    help: ArgumentHelp(
      "The credential to ask --issuer with: a file for its owner alone (0600).", valueName: "file"),
    completion: .file())
  var credential: String?

  func validate() throws {
    if credential != nil, issuer == nil { throw ValidationError("--credential goes with --issuer.") }
  }

  /// A token from the issuer that was named, or from the embedded one.
  func token(
    _ request: TokenRequest, _ workspace: Workspace
  ) throws(Failure) -> (compact: String, isEmbedded: Bool) {
    guard let served = try served(workspace.configuration) else {
      return (try workspace.issue(request, now: Surroundings.now()).compact, true)
    }
    try check(request)
    let compact = try Blocking.wait { () async throws(Failure) in
      do throws(ServedIssuerFailure) {
        return try await served.token(for: request.audiences, lifetime: request.lifetime).compact
      } catch {
        throw error.failure
      }
    }
    return (compact, false)
  }

  /// The issuer to ask over the network; nil for the embedded one.
  private func served(_ configuration: Configuration) throws(Failure) -> ServedIssuer? {
    guard let issuer else { return nil }
    if let credential { return ServedIssuer(url: issuer, access: .file(credential)) }
    let named = configuration.issuers.filter { $0.url.hasSameBytes(as: issuer) }
    for candidate in named {
      if let access = candidate.access { return ServedIssuer(url: candidate.url, access: access) }
    }
    if issuer.hasSameBytes(as: configuration.issuer.issuer.text) { return nil }
    guard named.isEmpty else {
      throw Failure(
        "credential-missing", "The configuration trusts \(issuer), and does not say how to ask it for tokens.",
        hint: "Add credential, credential-env or socket to it under issuers, or give --credential FILE.")
    }
    let known = configuration.issuers.filter { $0.access != nil }.map(\.url)
    throw Failure(
      "issuer-unknown", "\(issuer) is not an issuer of the configuration.",
      hint: known.isEmpty
        ? "Add it under issuers, with url and credential, or give --credential FILE."
        : "There are: \(known.joined(separator: ", ")). For another one give --credential FILE.")
  }

  /// What a served issuer would refuse, or leave out in silence.
  private func check(_ request: TokenRequest) throws(Failure) {
    guard request.claims.members.isEmpty else {
      throw Failure(
        "usage", "A served issuer decides itself which claims a token has: --claim does not go with --issuer.",
        hint: "Claims of a workspace are set there: idp workspaces add NAME --claim NAME=VALUE.")
    }
    for audience in request.audiences where !TokenIssuer.isAudience(audience) {
      throw Failure("audience-malformed", "\(IssueError.audience(audience))")
    }
    if let lifetime = request.lifetime, !IssuerConfiguration.lifetimes.contains(lifetime) {
      throw Failure("lifetime-out-of-range", "\(IssueError.lifetime(seconds: lifetime))")
    }
  }
}
