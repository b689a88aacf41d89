import Issuer
import JOSE
import Synchronization

/// The key ring and the workspaces of this machine's disk, kept in memory and read again when the files change, so that
/// `idp keys rotate` and `idp workspaces` take effect on a server that runs.
public final class LocalBackend: IssuerBackend {
  private struct State {
    var shelf: KeyShelf
    var version: FileVersion?
    var looked: Int64
    /// Why the files could not be read, and the last state of them holds.
    var trouble: String?
  }

  private let store: KeyStore
  private let workspaces: WorkspaceShelf
  private let configuration: IssuerConfiguration
  private let rotateEvery: Int64?
  private let clock: @Sendable () -> Int64
  private let log: @Sendable (ServerEvent) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - rotateEvery: how often a new key is made, in seconds; nil for never.
  ///   - clock: seconds since 1970.
  ///   - log: is told what happened.
  /// - Throws: ``KeyStoreError`` or ``WorkspaceRegistryError`` when the files cannot be read: a server does not begin without
  ///   them.
  public init(
    store: KeyStore, registry: WorkspaceRegistry, configuration: IssuerConfiguration, rotateEvery: Int64?,
    clock: @escaping @Sendable () -> Int64, log: @escaping @Sendable (ServerEvent) -> Void
  ) throws {
    self.store = store
    self.configuration = configuration
    self.rotateEvery = rotateEvery
    self.clock = clock
    self.log = log
    let now = clock()
    // The first key is made before the version is read, and the version before the ring: a change in between is then seen
    // at the next look.
    try store.ring(
      signingWith: configuration.algorithm, at: now, publishedAhead: configuration.schedule.publishedAhead)
    let version = store.version
    var shelf = KeyShelf(try store.load())
    shelf.publish(at: now, log)
    state = Mutex(State(shelf: shelf, version: version, looked: now))
    workspaces = try WorkspaceShelf(registry, at: now, log: log)
  }

  public func publishedKeys(at now: Int64) -> PublishedKeys {
    state.withLock { state in
      refresh(&state, now)
      return state.shelf.published
    }
  }

  public func signer(at now: Int64) throws(BackendUnavailable) -> TokenSigner {
    let entry = state.withLock { state in
      refresh(&state, now)
      return state.shelf.signer(at: now)
    }
    guard let key = entry?.key.signingKey else { throw BackendUnavailable("There is no key to sign with.") }
    return TokenSigner(key)
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

  /// Looks at the files each second, and makes a new key when it is time.
  public func run() async {
    while !Task.isCancelled {
      tick()
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// One look at the files and at the clock.
  func tick() {
    let now = clock()
    state.withLock { refresh(&$0, now) }
    rotate(at: now)
  }

  /// Takes up what has changed on disk since the last look, once a second at the most. A request after a long sleep of the
  /// machine sees to it itself, so that nothing old is answered.
  private func refresh(_ state: inout State, _ now: Int64) {
    guard now != state.looked else { return }
    state.looked = now
    let version = store.version
    if version != state.version || state.trouble != nil {
      let before = state.trouble
      do throws(KeyStoreError) {
        let ring = try store.load()
        // An empty ring is a folder that was taken away: the keys of memory go on.
        state.trouble =
          ring.entries.isEmpty ? "The signing keys are gone from the disk; those in memory are used." : nil
        if !ring.entries.isEmpty {
          state.shelf.ring = ring
          state.version = version
        }
      } catch {
        state.trouble = error.description
      }
      if let trouble = state.trouble, trouble != before { log(.trouble(trouble)) }
    }
    state.shelf.publish(at: now, log)
  }

  private func rotate(at now: Int64) {
    guard let rotateEvery, state.withLock({ $0.shelf.ring.isDue(every: rotateEvery, at: now) }) else { return }
    do throws(KeyStoreError) {
      try store.update { (ring: inout KeyRing) throws(KeyError) in
        // Another server on the same disk may have been quicker.
        guard ring.isDue(every: rotateEvery, at: now) else { return }
        if let added = try ring.rotate(
          configuration.algorithm, at: now, publishedAhead: configuration.schedule.publishedAhead)
        {
          log(.keyMade(keyID: added.keyID, signsFrom: added.signsFrom))
        }
        ring.prune(at: now)
      }
    } catch {
      log(.trouble("The keys could not be rotated: \(error.description)"))
    }
  }
}
