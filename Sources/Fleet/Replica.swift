import Issuer
import JOSE
import Synchronization

/// One replica of an issuer that is served by several: it keeps its signing keys in memory, shares the public ones, the
/// workspaces and the limits with the others through etcd, and knows at each instant what it may serve and sign.
///
/// What a server asks for each request is answered at once, from memory; ``run()`` keeps it up to date. See ``FleetState``
/// for what is guaranteed, and how.
public final class Replica: Sendable {
  public let settings: FleetSettings
  private let algorithm: SignatureAlgorithm
  private let layout: FleetLayout
  private let client: EtcdClient
  private let clock: @Sendable () -> Int64
  private let log: @Sendable (FleetEvent) -> Void
  private let state: Mutex<FleetState>

  /// - Parameters:
  ///   - algorithm: of the keys that this replica makes; others may have others.
  ///   - now: seconds since 1970.
  ///   - log: is told what happens, from any thread, and must not wait.
  /// - Throws: ``EtcdError`` when files that the settings name cannot be read.
  public init(
    settings: FleetSettings, schedule: RotationSchedule, algorithm: SignatureAlgorithm,
    now: @escaping @Sendable () -> Int64, log: @escaping @Sendable (FleetEvent) -> Void
  ) throws(EtcdError) {
    self.settings = settings
    self.algorithm = algorithm
    layout = FleetLayout(settings.issuer)
    client = try EtcdClient(settings.etcd)
    clock = now
    self.log = log
    state = Mutex(
      FleetState(
        name: settings.replica, layout: layout,
        limits: FleetLimits(schedule, grace: settings.grace, freshness: settings.freshness)))
  }

  // MARK: For each request

  /// The keys of a JWKS, with a number that changes when they do.
  public struct PublishedKeys: Sendable {
    public let keys: [JWK]
    public let version: Int
  }

  /// The keys that verify the tokens of the whole fleet, in a stable order; never none.
  ///
  /// - Throws: ``FleetUnavailable`` while it cannot be known that they are all: then no document may be answered.
  public func publishedKeys() throws(FleetUnavailable) -> PublishedKeys {
    try ask { (state, now) throws(FleetUnavailable) in
      try state.checkDocuments(at: now)
      return PublishedKeys(keys: state.publishedKeys, version: state.version)
    }
  }

  /// The key that signs a token now. To be asked for each token, right before it is signed.
  ///
  /// - Throws: ``FleetUnavailable``; the answer is then 503 with ``FleetUnavailable/retryAfter``.
  public func signingKey() throws(FleetUnavailable) -> SigningKey {
    try ask { (state, now) throws(FleetUnavailable) in try state.signer(at: now) }
  }

  /// The workspace with that id, revoked ones too; nil when there is none.
  ///
  /// - Throws: ``FleetUnavailable`` when a revocation may have been missed.
  public func registration(_ identifier: String) throws(FleetUnavailable) -> WorkspaceRegistration? {
    try ask { (state, now) throws(FleetUnavailable) in
      try state.checkFreshness(at: now)
      return state.workspaces[identifier]?.registration
    }
  }

  /// The workspace that is known by an account at the server's Unix socket, unless it is revoked; the one that was added
  /// last of several.
  ///
  /// - Throws: ``FleetUnavailable`` when a revocation may have been missed.
  public func registration(userID: UInt32) throws(FleetUnavailable) -> WorkspaceRegistration? {
    try ask { (state, now) throws(FleetUnavailable) in
      try state.checkFreshness(at: now)
      return state.accounts[userID].flatMap { state.workspaces[$0]?.registration }
    }
  }

  /// Counts once more under a name, such as that of a workspace, for the others to know. Names are written to etcd: no
  /// secrets.
  public func count(_ name: String) {
    let now = time()
    state.withLock { $0.counts.count(name, at: now.unix) }
  }

  /// How often the other replicas counted under a name in the current minute.
  ///
  /// It is a second or two old: a limit is exceeded by at most what the others let in meanwhile. While etcd is away each
  /// replica counts alone.
  public func countElsewhere(_ name: String) -> Int64 {
    let now = time()
    return state.withLock { $0.counts.elsewhere(name, at: now.unix) }
  }

  /// Why this replica is not ready, each reason in a sentence; empty when it serves documents and signs tokens.
  public var readiness: [String] {
    let now = time()
    return state.withLock { state in
      var reasons: [FleetUnavailable] = []
      do throws(FleetUnavailable) { try state.checkDocuments(at: now) } catch { reasons.append(error) }
      do throws(FleetUnavailable) { _ = try state.signer(at: now) } catch {
        if !reasons.contains(error) { reasons.append(error) }
      }
      return reasons.map(\.description)
    }
  }

  /// Makes a new key, which signs when every replica has held it for long enough; the old one signs until then.
  ///
  /// - Returns: false when a new key is on its way already, or none signs yet.
  @discardableResult
  public func rotate() -> Bool {
    let now = time()
    return state.withLock { $0.rotate(at: now) }
  }

  private func ask<Result>(
    _ question: (borrowing FleetState, FleetTime) throws(FleetUnavailable) -> Result
  ) throws(FleetUnavailable) -> Result {
    let now = time()
    return try state.withLock { (state) throws(FleetUnavailable) in try question(state, now) }
  }

  private func time() -> FleetTime { .now(unix: clock()) }

  // MARK: Keeping up to date

  /// Joins the fleet, keeps up with it, and leaves it when the task is cancelled. To be called once.
  ///
  /// Whatever etcd does, it goes on trying. It returns early only when another process has taken the replica's name.
  /// Requests should be answered no more when it is cancelled: documents are refused from then on.
  public func run() async {
    while !Task.isCancelled, state.withLock({ $0.end == nil }) {
      let began = ContinuousClock.now
      await round()
      tellEvents()
      try? await Task.sleep(until: began + .seconds(1), clock: .continuous)
    }
    // What is cancelled asks no more: leaving is done by a task of its own, and takes no longer than a few requests.
    await Task { await self.leave() }.value
    tellEvents()
    await client.shutdown()
  }

  private func round() async {
    state.withLock { $0.beginRound(at: time()) }
    while !Task.isCancelled {
      makeKeyIfWanted()
      guard let request = state.withLock({ $0.nextRequest(at: time()) }) else { return }
      let sentAt = time()
      do throws(EtcdError) {
        let answer = try await client.perform(request, for: layout)
        state.withLock { $0.receive(answer, to: request, sentAt: sentAt, at: time()) }
      } catch {
        state.withLock { $0.fail(request, error) }
        return
      }
    }
  }

  private func makeKeyIfWanted() {
    guard state.withLock(\.needsKey) else { return }
    do {
      // An RSA key takes a while, in which others are to be answered.
      let key = try SigningKey.generate(algorithm)
      state.withLock { $0.add(key, at: time()) }
    } catch {
      state.withLock { $0.tell(.keyFailed("\(error)")) }
    }
  }

  private func leave() async {
    let (requests, lease) = state.withLock { state in
      (state.leave(at: time()), state.end == .left ? state.memberLease?.identifier : nil)
    }
    for request in requests { _ = try? await client.perform(request, for: layout) }
    // With the lease the record of the member goes, and nobody waits for it. What fails here, the grace mends.
    if let lease { try? await client.revokeLease(lease) }
  }

  private func tellEvents() {
    for event in state.withLock({ $0.takeEvents() }) { log(event) }
  }
}
