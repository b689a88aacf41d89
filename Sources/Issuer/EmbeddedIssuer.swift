import JOSE

/// The issuer of this workspace: configuration, keys and audit log together.
public struct EmbeddedIssuer: Sendable {
  public let configuration: IssuerConfiguration
  public let store: KeyStore
  public let audit: AuditLog
  private let remote: (any RemoteRing)?

  /// - Parameters:
  ///   - folder: the state folder; it holds `keys/` and `audit.jsonl`.
  ///   - remote: where the signing keys are when they are not in that folder.
  public init(configuration: IssuerConfiguration, folder: String, remote: (any RemoteRing)? = nil) {
    self.configuration = configuration
    self.remote = remote
    store = KeyStore(folder: folder + "/keys")
    audit = AuditLog(path: folder + "/audit.jsonl")
  }

  /// Issues a token and writes its audit line; without the line there is no token. The first token makes the first key.
  ///
  /// - Parameter now: seconds since 1970.
  public func issue(
    _ request: TokenRequest, for identity: WorkspaceIdentity, now: Int64
  ) throws(EmbeddedIssuerError) -> IssuedToken {
    let ring = try signingRing(at: now)
    // A clock that was set back may be before the first key; that one signs then.
    guard let key = (ring.signer(at: now) ?? ring.entries.first)?.key else { throw .noKey }
    let unsigned: UnsignedToken
    do {
      unsigned = try TokenIssuer(configuration: configuration).prepare(
        request, for: identity, algorithm: key.algorithm, keyID: key.jwk.thumbprint, now: now,
        identifier: try Self.identifier())
    } catch {
      throw .request(error)
    }
    let issued = unsigned.signed(try signature(unsigned.signingInput, key))
    do { try audit.append(issued.audit) } catch { throw .audit(error) }
    return issued
  }

  private func signature(_ bytes: [UInt8], _ key: RingKey) throws(EmbeddedIssuerError) -> [UInt8] {
    switch key {
    case .here(let key):
      do { return try key.sign(bytes) } catch { throw .request(.signing(error)) }
    case .transit(let key):
      guard let remote else { throw .noKey }
      do { return try remote.sign(bytes, with: key) } catch { throw .remote(error) }
    }
  }

  // MARK: Keys

  /// The keys with their times; no key before the first token.
  public func ring() throws(EmbeddedIssuerError) -> KeyRing {
    if let remote {
      do { return try remote.ring() } catch { throw .remote(error) }
    }
    do { return try store.load() } catch { throw .keys(error) }
  }

  /// Which key signs at that instant, nil when there is none. Of keys on this disk none is read for it.
  public func signerID(
    at now: Int64
  ) throws(EmbeddedIssuerError) -> (algorithm: SignatureAlgorithm, keyID: String)? {
    if remote != nil { return try ring().signer(at: now).map { ($0.key.algorithm, $0.keyID) } }
    do { return try store.signerID(at: now) } catch { throw .keys(error) }
  }

  /// Makes a new key, which signs when it has been published for long enough.
  ///
  /// - Parameters:
  ///   - atOnce: it signs from now on, whoever may not know it yet; not for keys that are elsewhere.
  ///   - dropsOthers: the other keys are taken out with it, and the tokens that they signed verify no more.
  /// - Returns: the new key, nil when one was waiting already, and the ring as it is now.
  public func rotate(
    at now: Int64, atOnce: Bool, dropsOthers: Bool = false
  ) throws(EmbeddedIssuerError) -> (added: KeyRing.Entry?, ring: KeyRing) {
    let ahead = configuration.schedule.publishedAhead
    if let remote {
      guard !atOnce else { throw .remote(RemoteRingError(Self.notAtOnce)) }
      do {
        guard try remote.ring().waiting(at: now) == nil else { return (nil, try remote.ring()) }
        try remote.rotate()
        let ring = try remote.ring()
        return (ring.entries.last, ring)
      } catch {
        throw .remote(error)
      }
    }
    var added: KeyRing.Entry?
    do {
      let ring = try store.update { (ring: inout KeyRing) throws(KeyError) in
        added = try ring.rotate(
          configuration.algorithm, at: now, publishedAhead: ahead, atOnce: atOnce, dropsOthers: dropsOthers)
        ring.prune(at: now)
      }
      return (added, ring)
    } catch {
      throw .keys(error)
    }
  }

  private static let notAtOnce =
    "The keys are in a transit engine, and each of its versions signs when it has been published for long enough. "
    + "After a leak, make another key there and name it in issuer.transit."

  /// The ring with a key that signs; on this disk the first one is made.
  private func signingRing(at now: Int64) throws(EmbeddedIssuerError) -> KeyRing {
    guard remote == nil else { return try ring() }
    do {
      return try store.ring(
        signingWith: configuration.algorithm, at: now, publishedAhead: configuration.schedule.publishedAhead)
    } catch {
      throw .keys(error)
    }
  }

  // MARK: Documents

  /// The keys that verify this issuer's tokens; empty before the first token.
  public func publishedKeys(at now: Int64) throws(EmbeddedIssuerError) -> JWKSet {
    try ring().publishedKeys(at: now)
  }

  /// The issuer's metadata, as static files have it: without the endpoints of a server.
  public func discoveryDocument(at now: Int64) throws(EmbeddedIssuerError) -> JSONObject {
    discoveryDocument(of: try ring(), at: now)
  }

  /// The documents of now as files, and the ring that they are of. Without a key the first one is made: files without a
  /// key would make nobody accept the first token.
  public func staticDocuments(
    at now: Int64
  ) throws(EmbeddedIssuerError) -> (documents: StaticDocuments, ring: KeyRing) {
    let ring = try signingRing(at: now)
    let documents = StaticDocuments(
      issuer: configuration.issuer, discovery: discoveryDocument(of: ring, at: now), keys: ring.publishedKeys(at: now))
    return (documents, ring)
  }

  private func discoveryDocument(of ring: KeyRing, at now: Int64) -> JSONObject {
    let published = ring.publishedKeys(at: now).keys.compactMap { key in
      key.algorithm.flatMap(SignatureAlgorithm.init(rawValue:))
    }
    return DiscoveryDocument.make(
      issuer: configuration.issuer, algorithms: remote == nil ? [configuration.algorithm] + published : published)
  }

  /// A `jti`: 128 random bits in base64url.
  public static func identifier() throws(IssueError) -> String {
    do { return Base64URL.encode(try RandomBytes.make(16)) } catch { throw .signing(error) }
  }
}

/// Why the issuer of this workspace gave no token.
public enum EmbeddedIssuerError: Error, Sendable, CustomStringConvertible {
  case keys(KeyStoreError)
  case noKey
  case remote(RemoteRingError)
  case request(IssueError)
  case audit(FileError)

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .keys(let error): error.code
    case .noKey: "signing-key-missing"
    case .remote: "transit-failed"
    case .request(let error): error.code
    case .audit: "audit-log-unusable"
    }
  }

  public var description: String {
    switch self {
    case .keys(let error): error.description
    case .noKey: "There is no key to sign with. Make one: idp keys rotate."
    case .remote(let error): error.description
    case .request(let error): error.description
    case .audit(let error): "No token was issued, since it could not be written down. \(error)"
    }
  }
}
