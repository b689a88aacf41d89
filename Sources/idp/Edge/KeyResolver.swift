import Federation
import Inspection
import Issuer
import JOSE

/// Finds the keys to verify a token with. A token never decides which address is called: keys come from what the command
/// line names, from the embedded issuer, or from an issuer of the configuration.
struct KeyResolver: Sendable {
  let workspace: Workspace
  private let fetcher: KeyFetcher

  /// Keys with the clock of their issuer minus ours, in seconds, when that is known.
  typealias Found = (source: KeySource, skew: Int64?)

  init(workspace: Workspace) {
    self.workspace = workspace
    // Keys are those of now, also when times are judged at another moment: a signature stands for itself.
    fetcher = KeyFetcher(
      cacheFolder: workspace.folders.cache, environment: Surroundings.environment, clock: { Surroundings.now() })
  }

  /// What to hold a token against, by the options of a command line.
  ///
  /// - Throws: ``Failure`` when a file that the command line names cannot be used. That keys cannot be fetched is no
  ///   failure: the rest can still be told.
  func options(
    _ token: CompactToken, _ given: KeyOptions, audiences: [String] = []
  ) throws(Failure) -> InspectionOptions {
    var options = InspectionOptions(issuer: given.issuer, audiences: audiences)
    if let path = given.key ?? given.jwks, !Self.isURL(path) {
      options.keys = try Self.keys(inFile: path)
    } else if let url = given.jwks {
      let keyID = token.keyID
      take(&options) { () throws(Failure) in
        try Blocking.wait { () async throws(Failure) in try await keys(atURL: url, keyID: keyID) }.source
      }
    } else if let issuer = given.issuer {
      resolve(&options, token, issuer: issuer)
    } else {
      resolveByToken(&options, token)
    }
    return options
  }

  /// What to hold a token against when nothing but the configuration says where its keys are.
  func options(_ token: CompactToken) -> InspectionOptions {
    var options = InspectionOptions()
    resolveByToken(&options, token)
    return options
  }

  /// The keys of an issuer: from where the configuration says they are, else by discovery.
  ///
  /// - Parameters:
  ///   - keyID: the key that is needed; when the cache does not have it, the keys are fetched anew.
  ///   - refresh: passes the cache by.
  func keys(ofIssuer issuer: String, keyID: String?, refresh: Bool) async throws(Failure) -> Found {
    if let source = try localKeys(ofIssuer: issuer, keyID: keyID) { return (source, nil) }
    return try await keys(
      of: trusted(issuer) ?? TrustedIssuer(url: issuer, keys: nil), keyID: keyID, refresh: refresh)
  }

  /// The keys of another issuer, also of one that has the embedded issuer's name.
  ///
  /// - Parameters:
  ///   - keyID: as with ``keys(ofIssuer:keyID:refresh:)``.
  ///   - refresh: passes the cache by.
  func keys(of issuer: TrustedIssuer, keyID: String?, refresh: Bool) async throws(Failure) -> Found {
    if let place = issuer.keys {
      guard Self.isURL(place) else { return (try Self.keys(inFile: inConfigurationFolder(place)), nil) }
      return try await keys(atURL: place, keyID: keyID, refresh: refresh)
    }
    do {
      let fetched = try await fetcher.keys(
        ofIssuer: issuer.url, keyID: keyID, refresh: refresh, socket: issuer.access?.socketPath)
      return (fetched.source, fetched.skew)
    } catch {
      throw Failure(error.code, error.description, hint: error.hint)
    }
  }

  /// The keys of an issuer for which no network is needed: the embedded one, or one whose keys are in a file.
  ///
  /// - Parameter keyID: the key that is needed: one that the embedded issuer does not have may be that of a served issuer
  ///   with the same name, when one is configured.
  func localKeys(ofIssuer issuer: String, keyID: String?) throws(Failure) -> KeySource? {
    if issuer.hasSameBytes(as: workspace.configuration.issuer.issuer.text) {
      guard let keyID, trusted(issuer) != nil else { return try embeddedKeys() }
      let own = try workspace.keys(now: Surroundings.now())
      if own.keys.keys.contains(where: { $0.keyID?.hasSameBytes(as: keyID) == true }) { return own }
    }
    guard let place = trusted(issuer)?.keys, !Self.isURL(place) else { return nil }
    return try Self.keys(inFile: inConfigurationFolder(place))
  }

  /// The keys in a file, in any form that people have them.
  static func keys(inFile path: String) throws(Failure) -> KeySource {
    var bytes = try InputFile.read(path)
    defer { Secret.zero(&bytes) }
    do {
      return KeySource(keys: try JWKSet(reading: bytes), origin: "the file \(path)")
    } catch {
      throw Failure("keys-unusable", "The keys in \(path) cannot be used: \(error.description).", hint: error.hint)
    }
  }

  /// Whether a place is meant as an address and not as a file.
  static func isURL(_ text: String) -> Bool {
    text.hasPrefix("https://") || text.hasPrefix("http://")
  }

  // MARK: By issuer

  private func resolveByToken(_ options: inout InspectionOptions, _ token: CompactToken) {
    guard let issuer = token.claims?["iss"]?.stringValue else {
      options.keysProblem = "the token names no issuer, and no keys were given"
      return
    }
    guard issuer.hasSameBytes(as: workspace.configuration.issuer.issuer.text) || trusted(issuer) != nil else {
      options.keysProblem = "its issuer \(cut(issuer)) is not one of the configuration, and a token alone calls nobody"
      return
    }
    // The keys are chosen because the issuer is this one; so the report may say that it is.
    options.issuer = issuer
    resolve(&options, token, issuer: issuer)
  }

  /// The keys of an issuer that the user named, here or in the configuration.
  private func resolve(_ options: inout InspectionOptions, _ token: CompactToken, issuer: String) {
    let keyID = token.keyID
    take(&options) { () throws(Failure) in
      if let source = try localKeys(ofIssuer: issuer, keyID: keyID) { return source }
      return try Blocking.wait { () async throws(Failure) in
        try await keys(ofIssuer: issuer, keyID: keyID, refresh: false)
      }.source
    }
  }

  private func embeddedKeys() throws(Failure) -> KeySource {
    let source = try workspace.keys(now: Surroundings.now())
    guard !source.keys.keys.isEmpty else {
      throw Failure("no-keys", "the embedded issuer has no keys yet")
    }
    return source
  }

  private func trusted(_ issuer: String) -> TrustedIssuer? {
    workspace.configuration.issuers.first { $0.url.hasSameBytes(as: issuer) }
  }

  // MARK: Places

  private func keys(atURL url: String, keyID: String?, refresh: Bool = false) async throws(Failure) -> Found {
    do {
      let fetched = try await fetcher.keys(atURL: url, keyID: keyID, refresh: refresh)
      return (fetched.source, fetched.skew)
    } catch {
      throw Failure(error.code, error.description, hint: error.hint)
    }
  }

  /// A path of the configuration is meant from where the configuration is.
  private func inConfigurationFolder(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = workspace.folders.configuration else { return path }
    return folder + "/" + path
  }

  private func take(_ options: inout InspectionOptions, _ source: () throws(Failure) -> KeySource) {
    do {
      options.keys = try source()
    } catch {
      options.keysProblem = error.message
    }
  }

  private func cut(_ text: String) -> String { text.count <= 120 ? text : text.prefix(100) + "…" }
}
