import Inspection
import JOSE

extension TokenSource {
  /// Asks for a token.
  ///
  /// The source vouches for the token; its signature is not checked. That it is one, is not over, and is for whom it
  /// was asked, is.
  ///
  /// - Parameters:
  ///   - audiences: who the token is for, at least one.
  ///   - lifetime: how long it should live, in seconds, for a source that takes that; others decide themselves.
  /// - Throws: ``SourceError``.
  public func token(
    for audiences: [String], lifetime: Int64? = nil, in surroundings: SourceSurroundings
  ) async throws(SourceError) -> String {
    guard audiences.count == 1 || takesSeveralAudiences else { throw SourceError(self, .severalAudiences) }
    let compact = try await ask(for: audiences, lifetime: lifetime, in: surroundings)
    try check(compact, audiences, at: surroundings.clock())
    return compact
  }

  private func ask(
    for audiences: [String], lifetime: Int64?, in surroundings: SourceSurroundings
  ) async throws(SourceError) -> String {
    switch self {
    case .gitHubActions: try await GitHubActions(surroundings).token(for: audiences[0])
    case .googleMetadata(let account):
      try await MetadataServer(self, surroundings).googleToken(for: audiences[0], account: account)
    case .azureIMDS(let clientID):
      try await MetadataServer(self, surroundings).azureToken(for: audiences[0], clientID: clientID)
    case .gitLab, .azureFile, .awsFile, .kubernetesFile, .file, .variable:
      try StoredTokens(self, surroundings).token(for: audiences)
    case .kubernetes(let account):
      try await KubernetesTokens(surroundings, account).token(for: audiences, lifetime: lifetime)
    case .circleCI, .buildkite, .spiffe, .gitpod, .ona, .command:
      try await SourceCommand(self, surroundings).token(for: audiences, lifetime: lifetime)
    }
  }

  /// Whether it is here, by what can be told without the network.
  public func presence(in surroundings: SourceSurroundings) -> SourcePresence {
    switch self {
    case .gitHubActions: GitHubActions(surroundings).presence
    case .googleMetadata, .azureIMDS: MetadataServer(self, surroundings).presence
    case .gitLab, .azureFile, .awsFile, .kubernetesFile, .file, .variable: StoredTokens(self, surroundings).presence
    case .kubernetes(let account): KubernetesTokens(surroundings, account).presence
    case .circleCI, .buildkite, .spiffe, .gitpod, .ona, .command: SourceCommand(self, surroundings).presence
    }
  }

  /// Whether it is here, by asking the metadata servers too, which takes them a second at most.
  public func probedPresence(in surroundings: SourceSurroundings) async -> SourcePresence {
    switch self {
    case .googleMetadata, .azureIMDS: await MetadataServer(self, surroundings).probe()
    default: presence(in: surroundings)
    }
  }

  // MARK: What came

  private func check(_ compact: String, _ audiences: [String], at now: Timestamp) throws(SourceError) {
    let token = CompactToken(parsing: compact)
    guard token.kind == .jws, let claims = token.claims else {
      let problem = token.problems.first.map { FetchError.quoted("\($0)") } ?? "it has no claims"
      throw SourceError(self, .noToken("what it gives is no signed JWT (\(problem))"))
    }
    if let expiry = claims["exp"]?.doubleValue, expiry <= Double(now.seconds) {
      throw SourceError(self, .expired(seconds: Int64(max(0, Double(now.seconds) - max(expiry, 0)))))
    }
    guard namesAudience else { return }
    let holders = Self.audiences(of: claims)
    for audience in audiences where !holders.contains(where: { $0.hasSameBytes(as: audience) }) {
      throw SourceError(
        self,
        .wrongAudience(
          wanted: FetchError.quoted(audience), found: holders.prefix(5).map { FetchError.quoted($0) }),
        hint: isStored ? "A stored token cannot be made for another audience: change it where it is made." : nil)
    }
  }

  /// Whether the audience that is asked for is the one in the token: Entra ID puts the application's identifier there.
  private var namesAudience: Bool { if case .azureIMDS = self { false } else { true } }

  /// Whether what it has cannot change as long as this process runs.
  var isFixed: Bool {
    switch self {
    case .gitLab, .variable: true
    default: false
    }
  }

  private var isStored: Bool {
    switch self {
    case .gitLab, .azureFile, .awsFile, .kubernetesFile, .file, .variable: true
    default: false
    }
  }

  /// Whether a token says that it is over.
  static func isOver(_ compact: String, at now: Timestamp) -> Bool {
    (CompactToken(parsing: compact).claims?["exp"]?.doubleValue).map { $0 <= Double(now.seconds) } ?? false
  }

  /// Whom a token is for.
  static func audiences(of claims: JSONObject) -> [String] {
    claims["aud"]?.arrayValue?.compactMap(\.stringValue) ?? [claims["aud"]?.stringValue].compactMap(\.self)
  }
}
