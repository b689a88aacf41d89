import Federation
import Inspection

/// Choosing where tokens come from. What is found here is offered, and never used without being chosen; only the embedded
/// issuer is.
extension TokenSupply {
  /// What a command line chooses.
  static func chosen(_ options: SourceOptions, _ workspace: Workspace) throws(Failure) -> TokenSupply {
    if let issuer = options.issuer { return try of(issuer: issuer, credential: options.credential, workspace) }
    return try chosen(options.chosen, workspace)
  }

  /// What a command line chooses.
  static func chosen(_ option: SourceOption, _ workspace: Workspace) throws(Failure) -> TokenSupply {
    guard let name = option.source, name != "embedded" else { return TokenSupply(.embedded, workspace) }
    if KeyResolver.isURL(name) { return try of(issuer: name, credential: nil, workspace) }
    guard var source = TokenSource(name: name) else { throw unknown(name) }
    // A shell leaves alone what stands behind a colon.
    if case .file(let path) = source { source = .file(UserFolders.expanded(path)) }
    var supply = TokenSupply(.source(source), workspace)
    supply.mayAsk = true
    return supply
  }

  private static func of(
    issuer: String, credential: String?, _ workspace: Workspace
  ) throws(Failure) -> TokenSupply {
    let configuration = workspace.configuration
    if let credential { return TokenSupply(.served(ServedIssuer(url: issuer, access: .file(credential))), workspace) }
    let named = configuration.issuers.filter { $0.url.hasSameBytes(as: issuer) }
    for candidate in named {
      if let access = candidate.access {
        return TokenSupply(.served(ServedIssuer(url: candidate.url, access: access)), workspace)
      }
    }
    if issuer.hasSameBytes(as: configuration.issuer.issuer.text) { return TokenSupply(.embedded, workspace) }
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

  private static func unknown(_ name: String) -> Failure {
    let kind = name.prefix { $0 != ":" }
    let parts = [
      "file": "PATH", "env": "NAME", "command": "LINE", "kubernetes": "NAMESPACE/SERVICEACCOUNT",
      "google-metadata": "ACCOUNT", "azure-imds": "CLIENT-ID",
    ]
    if let part = parts[String(kind)] {
      return Failure(
        "source-unknown", "“\(name.prefix(100))” does not name a source.", hint: "It is written \(kind):\(part).")
    }
    let known = ["embedded"] + TokenSource.known.map(\.name)
    return Failure(
      "source-unknown", "There is no source “\(name.prefix(100))”.",
      hint: Spelling.closest(to: name, among: known).map { "Did you mean \($0)?" }
        ?? "idp sources lists them; any token is taken from file:PATH, env:NAME or 'command:LINE'.")
  }
}
