import FoundationEssentials
import Issuer
import JOSE
import Synchronization
import Testing

@testable import IssuerServer

/// A clock that a test moves.
final class TestClock: Sendable {
  private let time: Atomic<Int64>
  init(_ time: Int64) { self.time = Atomic(time) }
  var now: Int64 { time.load(ordering: .relaxed) }
  func advance(_ seconds: Int64) { time.add(seconds, ordering: .relaxed) }
}

/// What was logged.
final class EventList: Sendable {
  private let list = Mutex<[ServerEvent]>([])
  var events: [ServerEvent] { list.withLock { $0 } }
  func add(_ event: ServerEvent) { list.withLock { $0.append(event) } }
}

/// An issuer on a disk of its own, with a desk at which tokens are asked for.
struct Bench {
  let folder: String
  let clock: TestClock
  let events = EventList()
  let backend: LocalBackend
  let site: IssuerSite

  static let start: Int64 = 1_795_521_600

  init(
    limits: (workspace: Int, address: Int) = (600, 1200), configuration: IssuerConfiguration = IssuerConfiguration(),
    rotateEvery: Int64? = nil, identity: WorkspaceIdentity? = nil
  ) throws {
    folder =
      FileManager.default.temporaryDirectory.path + "/idp-test-" + String(UInt64.random(in: .min ... .max), radix: 36)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let clock = TestClock(Self.start)
    self.clock = clock
    let events = events
    backend = try LocalBackend(
      store: KeyStore(folder: folder + "/keys"), registry: WorkspaceRegistry(folder: folder + "/workspaces"),
      configuration: configuration, rotateEvery: rotateEvery, clock: { clock.now }, log: { events.add($0) })
    let settings = try ServerSettings(
      configuration: configuration, addresses: [], audit: AuditLog(path: folder + "/audit.jsonl"), account: 500,
      identity: identity)
    site = IssuerSite(
      desk: TokenDesk(
        settings: settings, backend: backend, addresses: RateLimiter(limit: limits.address),
        workspaces: RateLimiter(limit: limits.workspace),
        metrics: ServerMetrics(connections: ConnectionLimits(most: 1, mostOfAddress: 1)), clock: { clock.now },
        log: { events.add($0) }))
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  var registry: WorkspaceRegistry { WorkspaceRegistry(folder: folder + "/workspaces") }

  var audit: [JSON] {
    let text = (try? String(decoding: Array(Data(contentsOf: URL(filePath: folder + "/audit.jsonl"))), as: UTF8.self))
    return (text ?? "").split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }
  }

  /// Registers a workspace and returns its credential.
  @discardableResult
  func register(
    _ name: String = "ci", audiences: [String] = ["a*"], longest: Int64 = 900, userID: UInt32? = nil
  ) throws -> String {
    let credential = try WorkspaceCredential.make()
    try registry.add(
      WorkspaceRegistration(
        identifier: credential.identifier, name: name,
        identity: WorkspaceIdentity(subject: "workspace:\(name)", claims: ["team": "blue"]),
        audiences: audiences.compactMap(AudiencePattern.init), longestLifetime: longest,
        credential: userID == nil ? try CredentialHash(credential) : nil, userID: userID, created: clock.now))
    clock.advance(1)
    return credential.text
  }

  /// Asks for a token.
  func ask(
    _ audience: String, _ credential: String?, lifetime: Int64? = nil, from origin: Origin = .address("192.0.2.1")
  ) async throws(TokenError) -> CompactToken {
    let issued = try await site.desk.issue(from: origin) { () throws(TokenError) in
      try TokenApplication(audiences: [audience], lifetime: lifetime, credential: credential)
    }
    return CompactToken(parsing: issued.compact)
  }
}
