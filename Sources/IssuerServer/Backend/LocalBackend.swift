import Issuer
import JOSE
import Synchronization

/// The key ring and the workspaces of this machine's disk, kept in memory and read again when the files change, so that
/// `idp keys rotate` and `idp workspaces` take effect on a server that runs.
public final class LocalBackend: IssuerBackend {
  private struct State {
    var ring: KeyRing
    var ringVersion: FileVersion?
    var workspaces: [String: WorkspaceRegistration] = [:]
    var accounts: [UInt32: WorkspaceRegistration] = [:]
    var workspacesVersion: FileVersion?
    /// The kids that were published last, and the number of that set.
    var published: [String] = []
    var publication: UInt64 = 0
    var keys = JWKSet(keys: [])
    var looked: Int64 = .min
    /// Why the files could not be read, and the last state of them holds.
    var trouble: [String] = []
  }

  private let store: KeyStore
  private let registry: WorkspaceRegistry
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
    self.registry = registry
    self.configuration = configuration
    self.rotateEvery = rotateEvery
    self.clock = clock
    self.log = log
    let ring = try store.ring(
      signingWith: configuration.algorithm, at: clock(), publishedAhead: configuration.schedule.publishedAhead)
    var state = State(ring: ring)
    // Read before the files: a change in between is then seen at the next look.
    state.ringVersion = store.version
    state.workspacesVersion = registry.version
    Self.set(&state, try registry.load())
    self.state = Mutex(state)
  }

  public func publishedKeys(at now: Int64) -> PublishedKeys {
    state.withLock { state in
      refresh(&state, now)
      return PublishedKeys(keys: state.keys, version: state.publication)
    }
  }

  public func signer(at now: Int64) throws(BackendUnavailable) -> TokenSigner {
    let entry = state.withLock { state in
      refresh(&state, now)
      // A clock that was set back may be before the first key; that one signs then.
      return state.ring.signer(at: now) ?? state.ring.entries.first
    }
    guard let entry else { throw BackendUnavailable("There is no key to sign with.") }
    return TokenSigner(entry.key)
  }

  public func workspace(_ identifier: String) -> WorkspaceRegistration? {
    let now = clock()
    return state.withLock { state in
      refresh(&state, now)
      return state.workspaces[identifier]
    }
  }

  public func workspace(userID: UInt32) -> WorkspaceRegistration? {
    let now = clock()
    return state.withLock { state in
      refresh(&state, now)
      return state.accounts[userID]
    }
  }

  public func countElsewhere(_ name: String) -> Int { 0 }
  public func count(_ name: String) {}

  public func problems(at now: Int64) -> [String] { state.withLock { $0.trouble } }

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

  // MARK: Files

  /// Takes up what has changed on disk since the last look, once a second at the most. A request after a long sleep of the
  /// machine sees to it itself, so that nothing old is answered.
  private func refresh(_ state: inout State, _ now: Int64) {
    guard now != state.looked else { return }
    state.looked = now
    var trouble: [String] = []
    let ringVersion = store.version
    if ringVersion != state.ringVersion {
      do throws(KeyStoreError) {
        let ring = try store.load()
        // An empty ring is a folder that was taken away: the keys of memory go on.
        if !ring.entries.isEmpty {
          state.ring = ring
          state.ringVersion = ringVersion
        } else {
          trouble.append("The signing keys are gone from the disk; those in memory are used.")
        }
      } catch {
        trouble.append(error.description)
      }
    }
    let workspacesVersion = registry.version
    if workspacesVersion != state.workspacesVersion {
      do throws(WorkspaceRegistryError) {
        Self.set(&state, try registry.load())
        state.workspacesVersion = workspacesVersion
        log(.workspacesRead(count: state.workspaces.count))
      } catch {
        trouble.append(error.description)
      }
    }
    if trouble != state.trouble {
      state.trouble = trouble
      for problem in trouble { log(.trouble(problem)) }
    }
    publish(&state, now)
  }

  private func publish(_ state: inout State, _ now: Int64) {
    let keys = state.ring.publishedKeys(at: now)
    let kids = keys.keys.map(\.thumbprint)
    guard kids != state.published else { return }
    state.published = kids
    state.keys = keys
    state.publication += 1
    log(.keysPublished(keyIDs: kids))
  }

  private static func set(_ state: inout State, _ workspaces: [WorkspaceRegistration]) {
    state.workspaces = [:]
    state.accounts = [:]
    for workspace in workspaces {
      state.workspaces[workspace.identifier] = workspace
      if let account = workspace.userID, workspace.revoked == nil { state.accounts[account] = workspace }
    }
  }

  // MARK: Rotation

  private func rotate(at now: Int64) {
    guard let rotateEvery, isDue(state.withLock { $0.ring }, rotateEvery, now) else { return }
    do throws(KeyStoreError) {
      try store.update { (ring: inout KeyRing) throws(KeyError) in
        // Another server on the same disk may have been quicker.
        guard isDue(ring, rotateEvery, now) else { return }
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

  private func isDue(_ ring: KeyRing, _ rotateEvery: Int64, _ now: Int64) -> Bool {
    guard ring.waiting(at: now) == nil, let newest = ring.entries.map(\.created).max() else { return false }
    return now - newest >= rotateEvery
  }
}
