import Issuer
import JOSE
import Synchronization
import Testing

@testable import IssuerServer

/// A keeper of keys that signs for us, keeps them to itself, and can be away.
private final class Keeper: RemoteKeys {
  struct Away: Error {}

  private struct State {
    var keys: [(key: SigningKey, created: Int64)] = []
    var isAway = false
  }

  private let state = Mutex(State())
  private let clock: TestClock
  private let publishedAhead: Int64

  init(_ clock: TestClock, publishedAhead: Int64) throws {
    self.clock = clock
    self.publishedAhead = publishedAhead
    try add()
  }

  func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

  func add() throws {
    let key = try SigningKey.generate(.es256)
    state.withLock { $0.keys.append((key, clock.now)) }
  }

  func ring() async throws -> KeyRing {
    let (keys, isAway) = state.withLock { ($0.keys, $0.isAway) }
    guard !isAway else { throw Away() }
    return KeyRing(
      versions: try keys.enumerated().map { index, entry in
        let shown = try #require(try JWKSet(JWKSet(keys: [entry.key.jwk]).json()).keys.first)
        return (try TransitKey(version: index + 1, key: shown, algorithm: .es256), entry.created)
      }, publishedAhead: publishedAhead)
  }

  func rotate() async throws {
    guard !state.withLock({ $0.isAway }) else { throw Away() }
    try add()
  }

  func sign(_ bytes: [UInt8], with key: TransitKey) async throws -> [UInt8] {
    let (keys, isAway) = state.withLock { ($0.keys, $0.isAway) }
    guard !isAway else { throw Away() }
    return try keys[key.version - 1].key.sign(bytes)
  }
}

@Suite("signing keys that are elsewhere")
struct RemoteBackendTests {
  static let schedule = RotationSchedule(publishedAhead: 600)

  @Test(
    "two servers with one keeper: over months of rotations, with the keeper away at times, no token fails to verify at either"
  )
  func months() async throws {
    let clock = TestClock(Bench.start)
    let keeper = try Keeper(clock, publishedAhead: 600)
    var servers: [RemoteBackend] = []
    for index in 0..<2 {
      servers.append(
        try await RemoteBackend(
          keys: keeper, registry: WorkspaceRegistry(folder: "/nowhere/\(index)"), schedule: Self.schedule,
          rotateEvery: index == 0 ? 86_400 : nil, clock: { clock.now }, log: { _ in }))
    }
    var tokens: [(kid: String, expiry: Int64)] = []
    var answers: [(time: Int64, kids: Set<String>)] = []
    var refused = 0
    var signers: Set<String> = []
    while clock.now < Bench.start + 40 * 86_400 {
      if Int.random(in: 0..<12) == 0 {
        keeper.setAway(true)
      } else if Int.random(in: 0..<3) == 0 {
        keeper.setAway(false)
      }
      // Each asks when it comes to it.
      for server in servers where Bool.random() { await server.refresh() }
      let now = clock.now
      answers.removeAll { $0.time + Self.schedule.cacheLifetime < now }
      tokens.removeAll { $0.expiry <= now }
      for server in servers {
        do {
          answers.append((now, Set(try server.publishedKeys(at: now).keys.keys.map(\.thumbprint))))
        } catch {
          refused += 1
        }
        if let signer = try? server.signer(at: now), (try? await signer.sign([1, 2, 3])) != nil {
          tokens.append((signer.keyID, now + 86_400))
          signers.insert(signer.keyID)
        }
      }
      for answer in answers {
        try #require(tokens.allSatisfy { answer.kids.contains($0.kid) }, "at \(now - Bench.start)")
      }
      clock.advance(Int64.random(in: 20...400))
    }
    // The test means something only when keys changed, and when somebody had to be refused.
    #expect(signers.count > 20)
    #expect(refused > 0)
  }

  @Test("without its keeper a server serves on for as long as it knows all keys, and says why not then")
  func away() async throws {
    let clock = TestClock(Bench.start)
    let keeper = try Keeper(clock, publishedAhead: 600)
    let events = EventList()
    let server = try await RemoteBackend(
      keys: keeper, registry: WorkspaceRegistry(folder: "/nowhere"), schedule: Self.schedule, rotateEvery: nil,
      clock: { clock.now }, log: { events.add($0) })
    keeper.setAway(true)
    clock.advance(299)
    await server.refresh()
    #expect(try server.publishedKeys(at: clock.now).keys.keys.count == 1)
    #expect(server.problems(at: clock.now).count == 1)
    clock.advance(1)
    await server.refresh()
    #expect(throws: BackendUnavailable.self) { try server.publishedKeys(at: clock.now) }
    #expect(throws: BackendUnavailable.self) { try server.signer(at: clock.now) }
    #expect(events.events.count { if case .trouble = $0 { true } else { false } } == 1)
    keeper.setAway(false)
    await server.refresh()
    #expect(server.problems(at: clock.now).isEmpty)
    #expect(try server.publishedKeys(at: clock.now).keys.keys.count == 1)
  }
}
