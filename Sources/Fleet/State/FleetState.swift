import Issuer
import JOSE

/// What one replica knows of its fleet, and what it does next: the whole protocol, without network and clock.
///
/// It guarantees that **no token fails to verify with the JWKS that any replica answers, from the signing to the expiry of
/// the token, nor with one that was answered as long before as it may be kept**. How:
///
/// 1. *A member is known before it reads.* A replica puts its member record, under a lease, before the reading that it
///    serves by. So at any revision, a replica that serves is among the members, or its reading is later.
/// 2. *A key is held by all before it signs.* Its owner puts it, then reads the members: each lists the key among those
///    in its documents, or it is gone (left, or its lease has run out; then its own clock has told it to stop before), or
///    it reads later and finds the key. From then on the key is published in all documents, and signs after
///    ``RotationSchedule/publishedAhead``, when no older copy may be kept any more.
/// 3. *A key outlasts its tokens.* Its lease is longer than any token may live, and a token is signed only when it was
///    renewed lately. Replicas forget a key only in a reading, and only when no token of it can be alive.
/// 4. *The first key of all* signs at once, since nobody has served a document: there is none without a key. It is put in
///    a transaction that fails when there is any key.
/// 5. *etcd may lose what it had* (set up anew, restored from a backup). Whoever notices writes what it holds again, and
///    forbids all new keys to sign for the grace, in which replicas that are cut off and not among the members any more
///    stop. An owner signs only with a key that it saw in etcd at most ``FleetLimits/freshness`` ago, and a new member waits longer
///    than that before it serves, founds or activates.
///
/// What it cannot know: that etcd has lost everything while all replicas that were there are cut off, when a new one
/// starts just then. And it believes two promises of people: that a process that is started under a replica's name takes
/// the place of one that is gone, and that a replica that is forgotten is.
///
/// It is driven by rounds, one a second: ``beginRound()``, then ``nextRequest(at:)`` and ``receive(_:to:sentAt:at:)`` in turns
/// until there is no next request. What comes next hangs on nothing but what is known, so that a round may break off
/// anywhere, and an answer that is lost is found out by the next reading.
struct FleetState: Sendable {
  let name: String
  let layout: FleetLayout
  let limits: FleetLimits

  /// A registration with the revision at which it was read.
  struct KnownWorkspace: Sendable {
    var registration: WorkspaceRegistration
    var revision: Int64
    /// Whether etcd says otherwise: it has lost the revocation, or all of it.
    var isLost = false
  }

  /// Why it ended for good.
  enum End: Sendable { case replaced, left }

  // MARK: This member

  var end: End?
  var incarnation: Int64?
  var memberLease: OwnKey.Lease?
  /// The revision of the record under our name, 0 when there is none; nil when it is not known.
  var memberRevision: Int64?
  /// The highest revision of it that etcd has confirmed.
  var memberConfirmed: Int64 = 0
  var isMember = false
  /// Whether it ever was one: a newer incarnation is a successor then.
  var hasBeenMember = false
  /// What its record says.
  var written: MemberRecord?
  /// Before this instant the new member does not act, in milliseconds.
  var actsFrom: Int64 = 0
  /// Until when documents may be served by what was last heard, in milliseconds.
  var servesUntil: Int64?

  // MARK: What was read

  /// When the last reading was asked for that shows this replica among the members, in milliseconds.
  var lastSync: Int64?
  var lastReading: (cluster: String, revision: Int64)?
  var recordCount = 0
  var isSettling = false
  /// The other members; nil for a record that cannot be read.
  var others: [String: MemberRecord?] = [:]
  var held: [String: HeldKey] = [:]
  /// The keys of the documents, in the order in which they were made.
  var publishedKeys: [JWK] = []
  /// Changes with ``publishedKeys``.
  var version = 0
  var workspaces: [String: KnownWorkspace] = [:]
  /// The ids of workspaces that are known by an account, and are not revoked.
  var accounts: [UInt32: String] = [:]
  var workspacesRevision: Int64?
  var lastWholeReading: Int64?
  /// Records that are passed over, so that each is told once.
  var refused: [String: [UInt8]] = [:]
  var counts = SharedCounts()

  // MARK: Keys of its own

  /// The one that signs, and the one that is going to.
  var own: [OwnKey] = []
  var wantsRotation = false
  /// Waiting keys and whom they wait for, as it was told last.
  var toldWaiting: (keyID: String, replicas: [String])?

  // MARK: When etcd has lost records

  var isRestoring = false
  var mustSettle = false
  var mayActivateFrom: Int64 = 0
  var rescueLease: Int64?
  var settlingLease: Int64?

  var round = Round()
  var isOutOfTouch = false
  private var events: [FleetEvent] = []

  /// What was done in this round.
  struct Round: Sendable {
    var isOver = false
    var hasRenewed = false
    var hasRead = false
    var renewedKeys: Set<String> = []
    var requests = 0
  }

  /// How many keys there may be: a JWKS with more is refused by relying parties.
  static let mostKeys = 200
  /// How much is asked in one round, when much is to be restored.
  static let mostRequests = 200

  init(name: String, layout: FleetLayout, limits: FleetLimits) {
    self.name = name
    self.layout = layout
    self.limits = limits
  }

  // MARK: What the server asks

  /// Whether documents may be served, and why not.
  func checkDocuments(at now: FleetTime) throws(FleetUnavailable) {
    switch end {
    case .replaced: throw .replaced
    case .left: throw .left
    case nil: break
    }
    guard let servesUntil else {
      guard isMember else { throw .joining(seconds: nil) }
      throw .joining(seconds: max(1, (actsFrom - now.elapsed + 999) / 1000))
    }
    guard now.elapsed < servesUntil else { throw .cutOff }
    // An empty set would be kept by relying parties, and the first key signs at once.
    guard !publishedKeys.isEmpty else { throw .noKeys }
  }

  /// Whether what is known of workspaces and keys is fresh enough to sign, and why not.
  func checkFreshness(at now: FleetTime) throws(FleetUnavailable) {
    guard let lastSync else { throw .joining(seconds: nil) }
    let age = now.elapsed - lastSync
    guard age <= limits.freshness else { throw .outOfTouch(seconds: age / 1000) }
  }

  /// The key that signs at that instant.
  func signer(at now: FleetTime) throws(FleetUnavailable) -> SigningKey {
    do { try checkDocuments(at: now) } catch {
      guard error == .noKeys, let waiting = own.last else { throw error }
      throw reason(waiting, at: now)
    }
    try checkFreshness(at: now)
    guard let key = own.last(where: { $0.signs(at: now) }) else {
      guard let waiting = own.last else { throw .noKeys }
      throw reason(waiting, at: now)
    }
    guard !key.isSuspended, let seen = key.lastSeen, now.elapsed - seen <= limits.freshness, let lease = key.lease,
      now.elapsed - lease.renewed <= limits.keyRenewalAge, held[key.keyID] != nil
    else { throw .keyNotVisible }
    return key.key
  }

  /// Why a key does not sign yet.
  private func reason(_ key: OwnKey, at now: FleetTime) -> FleetUnavailable {
    if let activation = key.activation {
      return .keySignsIn(seconds: max(1, (activation.signsAt - now.elapsed + 999) / 1000))
    }
    if isSettling || now.elapsed < mayActivateFrom { return .settling }
    let waiting = membersWithout(key.keyID)
    if !waiting.isEmpty { return .keyWaits(replicas: waiting) }
    if now.elapsed < actsFrom { return .joining(seconds: max(1, (actsFrom - now.elapsed + 999) / 1000)) }
    return .keyNotVisible
  }

  /// The other members whose documents may be without the key.
  func membersWithout(_ keyID: String) -> [String] {
    others.filter { $0.value?.holds.contains(keyID) != true }.keys.sorted()
  }

  // MARK: What the loop asks

  /// Begins a round: once a second.
  mutating func beginRound(at now: FleetTime) {
    round = Round()
    // What a later key has taken over from is kept alive no longer.
    if let index = own.lastIndex(where: { $0.signs(at: now) }) { own.removeFirst(index) }
  }

  /// Whether a signing key is wanted.
  var needsKey: Bool {
    guard end == nil, round.hasRead, !round.isOver, recordCount < Self.mostKeys else { return false }
    return own.isEmpty || wantsRotation
  }

  /// Takes a key that was made since ``needsKey`` said so.
  mutating func add(_ key: SigningKey, at now: FleetTime) {
    wantsRotation = false
    own.append(OwnKey(key: key, created: now.unix))
  }

  /// Makes a new key as soon as may be.
  ///
  /// - Returns: false when one is on its way already.
  mutating func rotate(at now: FleetTime) -> Bool {
    guard end == nil, !wantsRotation, let last = own.last, last.signs(at: now) else { return false }
    wantsRotation = true
    return true
  }

  /// Ends for good, and says what is still to be asked of etcd.
  mutating func leave(at now: FleetTime) -> [FleetRequest] {
    guard end == nil else { return [] }
    end = .left
    tell(.left)
    // Keys that never signed go at once; others with their leases, when their last tokens have expired.
    let unused = own.filter { key in
      key.revision > 0 && (key.activation == nil || held[key.keyID]?.mayHaveSigned(at: now, limits) == false)
    }
    return unused.map { key in
      .commit(
        .discard(key.keyID),
        EtcdTransaction(
          comparisons: [.revision(layout.keys + key.keyID, key.revision)],
          operations: [.delete(layout.keys + key.keyID)]))
    }
  }

  mutating func tell(_ event: FleetEvent) {
    // Nobody may be listening; what is old tells least.
    if events.count >= 100 { events.removeFirst() }
    events.append(event)
  }

  /// What happened since it was asked last.
  mutating func takeEvents() -> [FleetEvent] {
    defer { events = [] }
    return events
  }
}
