import JOSE

/// The issuer of this workspace: configuration, keys and audit log together.
public struct EmbeddedIssuer: Sendable {
  public let configuration: IssuerConfiguration
  public let store: KeyStore
  public let audit: AuditLog

  /// - Parameter folder: the state folder; it holds `keys/` and `audit.jsonl`.
  public init(configuration: IssuerConfiguration, folder: String) {
    self.configuration = configuration
    store = KeyStore(folder: folder + "/keys")
    audit = AuditLog(path: folder + "/audit.jsonl")
  }

  /// Issues a token and writes its audit line; without the line there is no token. The first token makes the first key.
  ///
  /// - Parameter now: seconds since 1970.
  public func issue(
    _ request: TokenRequest, for identity: WorkspaceIdentity, now: Int64
  ) throws(EmbeddedIssuerError) -> IssuedToken {
    let ring: KeyRing
    do {
      ring = try store.ring(
        signingWith: configuration.algorithm, at: now, publishedAhead: configuration.schedule.publishedAhead)
    } catch {
      throw .keys(error)
    }
    // A clock that was set back may be before the first key; that one signs then.
    guard let key = (ring.signer(at: now) ?? ring.entries.first)?.key else { throw .noKey }
    let issued: IssuedToken
    do {
      issued = try TokenIssuer(configuration: configuration)
        .issue(request, for: identity, with: key, now: now, identifier: try Self.identifier())
    } catch {
      throw .request(error)
    }
    do { try audit.append(issued.audit) } catch { throw .audit(error) }
    return issued
  }

  /// The keys that verify this issuer's tokens; empty before the first token.
  public func publishedKeys(at now: Int64) throws(EmbeddedIssuerError) -> JWKSet {
    do { return try store.load().publishedKeys(at: now) } catch { throw .keys(error) }
  }

  /// The issuer's metadata, as static files have it: without the endpoints of a server.
  public func discoveryDocument(at now: Int64) throws(EmbeddedIssuerError) -> JSONObject {
    let ring: KeyRing
    do { ring = try store.load() } catch { throw .keys(error) }
    return discoveryDocument(of: ring, at: now)
  }

  /// The documents of now as files, and the ring that they are of. Without a key the first one is made: files without a
  /// key would make nobody accept the first token.
  public func staticDocuments(
    at now: Int64
  ) throws(EmbeddedIssuerError) -> (documents: StaticDocuments, ring: KeyRing) {
    let ring: KeyRing
    do {
      ring = try store.ring(
        signingWith: configuration.algorithm, at: now, publishedAhead: configuration.schedule.publishedAhead)
    } catch {
      throw .keys(error)
    }
    let documents = StaticDocuments(
      issuer: configuration.issuer, discovery: discoveryDocument(of: ring, at: now), keys: ring.publishedKeys(at: now))
    return (documents, ring)
  }

  private func discoveryDocument(of ring: KeyRing, at now: Int64) -> JSONObject {
    let algorithms = ring.publishedKeys(at: now).keys.compactMap(\.algorithm)
    return DiscoveryDocument.make(
      issuer: configuration.issuer,
      algorithms: [configuration.algorithm] + algorithms.compactMap(SignatureAlgorithm.init(rawValue:)))
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
  case request(IssueError)
  case audit(FileError)

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .keys(let error): error.code
    case .noKey: "signing-key-missing"
    case .request(let error): error.code
    case .audit: "audit-log-unusable"
    }
  }

  public var description: String {
    switch self {
    case .keys(let error): error.description
    case .noKey: "There is no key to sign with. Make one: idp keys rotate."
    case .request(let error): error.description
    case .audit(let error): "No token was issued, since it could not be written down. \(error)"
    }
  }
}
