import Issuer
import JOSE
import Synchronization

/// Signing keys that are elsewhere, as in OpenBao's transit engine, and the workspaces of this machine's disk.
///
/// The public keys are asked for every few seconds and kept in memory; when their keeper is away they are served on. A key
/// that signs has been there for the whole time that it is published ahead, so that each server with the same keeper has
/// asked since.
public final class RemoteBackend: IssuerBackend {
  private struct State {
    var shelf: KeyShelf
    /// When the keys were last read, in seconds since 1970.
    var read: Int64
    var trouble: String?
  }

  /// How often the keys are asked for, in seconds: several times in the time that they may be old.
  private var interval: Int64 { max(1, min(5, stalest / 4)) }

  /// How old the keys may be, in seconds: a key that signs is then among them, and among those in a copy of the answer for
  /// as long as that may be kept.
  private var stalest: Int64 { schedule.publishedAhead - schedule.cacheLifetime }

  private let keys: any RemoteKeys
  private let workspaces: WorkspaceShelf
  private let schedule: RotationSchedule
  private let rotateEvery: Int64?
  private let clock: @Sendable () -> Int64
  private let log: @Sendable (ServerEvent) -> Void
  private let state: Mutex<State>
  /// How many signatures are asked for at once; the others wait.
  private let gate = Gate(width: 16)

  /// - Parameters: as with ``LocalBackend``.
  /// - Throws: what the keeper of the keys says, or ``WorkspaceRegistryError``.
  public init(
    keys: any RemoteKeys, registry: WorkspaceRegistry, schedule: RotationSchedule, rotateEvery: Int64?,
    clock: @escaping @Sendable () -> Int64, log: @escaping @Sendable (ServerEvent) -> Void
  ) async throws {
    self.keys = keys
    self.schedule = schedule
    self.rotateEvery = rotateEvery
    self.clock = clock
    self.log = log
    let now = clock()
    workspaces = try WorkspaceShelf(registry, at: now, log: log)
    var shelf = KeyShelf(try await keys.ring())
    shelf.publish(at: now, log)
    state = Mutex(State(shelf: shelf, read: now))
  }

  /// - Throws: ``BackendUnavailable`` when the keeper has been away for so long that a key may sign which is not known here, or
  ///   in a copy of the answer by the time that it may be kept.
  public func publishedKeys(at now: Int64) throws(BackendUnavailable) -> PublishedKeys {
    let (published, read) = state.withLock { state in
      state.shelf.publish(at: now, log)
      return (state.shelf.published, state.read)
    }
    guard now - read < stalest else {
      throw BackendUnavailable(
        "The keys were last read \(now - read) seconds ago: there may be one that is not known here.")
    }
    return published
  }

  public func signer(at now: Int64) throws(BackendUnavailable) -> TokenSigner {
    // What may not be published may not sign either.
    _ = try publishedKeys(at: now)
    let entry = state.withLock { $0.shelf.signer(at: now) }
    guard let entry, case .transit(let key) = entry.key else {
      throw BackendUnavailable("There is no key to sign with.")
    }
    return TokenSigner(algorithm: key.algorithm, keyID: entry.keyID) { [keys, gate] bytes in
      try await gate.pass { try await keys.sign(bytes, with: key) }
    }
  }

  public func workspace(_ identifier: String) -> WorkspaceRegistration? {
    workspaces.workspace(identifier, at: clock())
  }

  public func workspace(userID: UInt32) -> WorkspaceRegistration? { workspaces.workspace(userID: userID, at: clock()) }

  public func countElsewhere(_ name: String) -> Int { 0 }
  public func count(_ name: String) {}

  public func problems(at now: Int64) -> [String] {
    [state.withLock { $0.trouble }, workspaces.trouble(at: now)].compactMap(\.self)
  }

  /// Asks for the keys every few seconds, and for a new one when it is time.
  public func run() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(interval))
      await refresh()
    }
  }

  func refresh() async {
    // When the question is asked, not when it is answered: what is made in between may be missing.
    let now = clock()
    // That no new key can be made is no reason to know less of those that are there.
    var problem: String?
    if let rotateEvery, state.withLock({ $0.shelf.ring.isDue(every: rotateEvery, at: now) }) {
      do { try await keys.rotate() } catch { problem = "\(error)" }
    }
    do {
      let ring = try await keys.ring()
      state.withLock { state in
        state.shelf.ring = ring
        state.read = now
        state.shelf.publish(at: now, log)
      }
    } catch {
      problem = "\(error)"
    }
    let found = problem
    let isNew = state.withLock { state in
      defer { state.trouble = found }
      return state.trouble != found
    }
    if isNew, let found { log(.trouble(found)) }
  }
}
