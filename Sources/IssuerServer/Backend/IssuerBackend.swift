import Issuer
import JOSE

/// What the HTTP face stands on: keys, workspaces and limits, of one machine or of a fleet.
///
/// All but ``run()`` is asked for each request and answers from memory.
public protocol IssuerBackend: Sendable {
  /// The keys that anybody may need now, with all that may sign among them.
  ///
  /// - Throws: ``BackendUnavailable`` when that cannot be known.
  func publishedKeys(at now: Int64) throws(BackendUnavailable) -> PublishedKeys

  /// The key that signs now; it is among the published ones of every replica.
  func signer(at now: Int64) throws(BackendUnavailable) -> TokenSigner

  /// The workspace of that id, revoked ones too; nil when there is none.
  func workspace(_ identifier: String) throws(BackendUnavailable) -> WorkspaceRegistration?

  /// The workspace that is known by the account, unless it is revoked.
  func workspace(userID: UInt32) throws(BackendUnavailable) -> WorkspaceRegistration?

  /// How many requests of this minute other replicas have counted for a name.
  ///
  /// - Parameter name: of a limit, such as `workspace/ID`.
  func countElsewhere(_ name: String) -> Int

  /// Notes a request for a name, so that other replicas learn of it.
  func count(_ name: String)

  /// What keeps the server from answering token requests, in sentences for operators; empty when nothing does.
  func problems(at now: Int64) -> [String]

  /// Keeps all that up to date until the task is cancelled.
  func run() async
}

/// Keys with what tells one set of them from another.
public struct PublishedKeys: Sendable {
  public let keys: JWKSet
  /// Another number for other keys.
  public let version: UInt64

  public init(keys: JWKSet, version: UInt64) {
    self.keys = keys
    self.version = version
  }
}

/// A key that signs tokens, wherever its private part is.
public struct TokenSigner: Sendable {
  public let algorithm: SignatureAlgorithm
  public let keyID: String
  /// The signature of the bytes in the form that a JWS has (RFC 7518 §3).
  public let sign: @Sendable (_ bytes: [UInt8]) async throws -> [UInt8]

  public init(
    algorithm: SignatureAlgorithm, keyID: String, sign: @escaping @Sendable ([UInt8]) async throws -> [UInt8]
  ) {
    self.algorithm = algorithm
    self.keyID = keyID
    self.sign = sign
  }

  /// A key that is here.
  public init(_ key: SigningKey) {
    self.init(algorithm: key.algorithm, keyID: key.jwk.thumbprint) { try key.sign($0) }
  }
}

/// Why something cannot be answered now; a later try may be.
public struct BackendUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
  /// In a sentence, for the log; strangers are not told.
  public let description: String
  /// When to try again, in seconds.
  public let retryAfter: Int64

  public init(_ description: String, retryAfter: Int64 = 5) {
    self.description = description
    self.retryAfter = retryAfter
  }
}
