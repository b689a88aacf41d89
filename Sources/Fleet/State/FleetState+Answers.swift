import JOSE

extension FleetState {
  /// Takes in an answer.
  ///
  /// - Parameter sentAt: when the request was sent; what counts from the answer counts from then.
  mutating func receive(_ answer: FleetAnswer, to request: FleetRequest, sentAt: FleetTime, at now: FleetTime) {
    guard end == nil else { return }
    switch (request, answer) {
    case (.grantLease(let purpose, _), .lease(let identifier)):
      granted(purpose, OwnKey.Lease(identifier: identifier, renewed: sentAt.elapsed))
    case (.renewLease(let purpose, let identifier), .renewed(let isThere)):
      renewed(purpose, identifier, isThere: isThere, sentAt: sentAt, at: now)
    case (.read, .reading(let reading)): apply(reading, sentAt: sentAt, at: now)
    case (.commit(let purpose, _), .written(let succeeded, let revision)):
      written(purpose, succeeded: succeeded, revision: revision, at: now)
    default: round.isOver = true
    }
  }

  /// A request came to nothing, as far as is known; the round ends.
  mutating func fail(_ request: FleetRequest, _ error: EtcdError) {
    round.isOver = true
    if case .commit(let purpose, _) = request { doubt(purpose) }
    // A lease that is gone tells nothing about etcd.
    if case .refused(code: 5, _) = error.reason { return }
    guard !isOutOfTouch, end == nil else { return }
    isOutOfTouch = true
    tell(.etcdFailed(error))
  }

  /// Nobody knows whether it was written, and the lease that it was to go with may be gone.
  private mutating func doubt(_ purpose: FleetRequest.Purpose) {
    switch purpose {
    case .member: memberRevision = nil
    case .found(let keyID), .publish(let keyID), .keep(let keyID), .activate(let keyID):
      let due = limits.keyRenewal
      change(keyID) { $0.lease?.renewed -= due }
    case .settling: settlingLease = nil
    case .restoreKey: rescueLease = nil
    case .discard, .restoreWorkspace, .usage: break
    }
  }

  // MARK: Leases

  private mutating func granted(_ purpose: FleetRequest.LeasePurpose, _ lease: OwnKey.Lease) {
    switch purpose {
    case .member:
      memberLease = lease
      round.hasRenewed = true
    case .key(let keyID): change(keyID) { $0.lease = lease }
    case .settling: settlingLease = lease.identifier
    case .rescue: rescueLease = lease.identifier
    }
  }

  private mutating func renewed(
    _ purpose: FleetRequest.LeasePurpose, _ identifier: Int64, isThere: Bool, sentAt: FleetTime, at now: FleetTime
  ) {
    switch purpose {
    case .member:
      guard let lease = memberLease, lease.identifier == identifier else { return }
      guard !isThere else {
        memberLease?.renewed = sentAt.elapsed
        round.hasRenewed = true
        return
      }
      // Gone before its time: etcd has lost it, or somebody has ended it.
      if isMember, now.elapsed - lease.renewed < limits.grace - limits.graceMargin { loseRecords(at: now) }
      memberLease = nil
      memberRevision = nil
      isMember = false
    case .key(let keyID):
      round.renewedKeys.insert(keyID)
      guard let lease = own.first(where: { $0.keyID == keyID })?.lease, lease.identifier == identifier else { return }
      change(keyID) { $0.lease = isThere ? OwnKey.Lease(identifier: identifier, renewed: sentAt.elapsed) : nil }
      // The lease of a key that was never written has nothing to lose.
      let wasWritten = own.contains { $0.keyID == keyID && $0.phase != .fresh }
      if !isThere, wasWritten, now.elapsed - lease.renewed < limits.keyLease { loseRecords(at: now) }
    case .settling, .rescue: break
    }
  }

  private mutating func change(_ keyID: String, _ change: (inout OwnKey) -> Void) {
    guard let index = own.firstIndex(where: { $0.keyID == keyID }) else { return }
    change(&own[index])
  }

  // MARK: Writing

  private mutating func written(_ purpose: FleetRequest.Purpose, succeeded: Bool, revision: Int64, at now: FleetTime) {
    guard succeeded else {
      // Something is otherwise than it was read; the next reading tells what.
      if case .member = purpose { memberRevision = nil }
      if case .restoreKey(let keyID) = purpose {
        // Somebody else was quicker.
        held[keyID]?.hasComeBack(at: revision)
        return
      }
      if case .restoreWorkspace(let identifier) = purpose {
        workspaces[identifier]?.isLost = false
        return
      }
      round.isOver = true
      return
    }
    switch purpose {
    case .member(let record):
      memberRevision = revision
      memberConfirmed = revision
      written = record
      if !isMember { becomeMember(at: now) }
    case .found(let keyID), .publish(let keyID), .keep(let keyID), .activate(let keyID):
      change(keyID) { key in
        key.revision = revision
        key.confirmed = revision
        key.needsWriting = false
        switch purpose {
        case .publish: key.phase = .published
        case .found, .activate: if let attempt = key.attempt { key.phase = .active(attempt) }
        default: break
        }
      }
      if case .publish = purpose { tell(.keyPublished(keyID: keyID)) }
      if let activation = own.first(where: { $0.keyID == keyID })?.activation, purpose != .keep(keyID) {
        tell(.keyActivated(keyID: keyID, signsFrom: activation.signsFrom))
      }
      // It is in the documents, and signs, only when a reading has shown it.
      if purpose != .activate(keyID) { round.hasRead = false }
    case .restoreKey(let keyID): held[keyID]?.hasComeBack(at: revision)
    case .restoreWorkspace(let identifier):
      workspaces[identifier]?.isLost = false
      workspaces[identifier]?.revision = revision
    case .settling:
      mustSettle = false
      isSettling = true
    case .discard(let keyID): held[keyID] = nil
    case .usage: break
    }
  }

  mutating func becomeMember(at now: FleetTime) {
    isMember = true
    hasBeenMember = true
    // Within its promise it goes on as before: it misses nothing of what the others did meanwhile.
    let isServing = servesUntil.map { now.elapsed < $0 } ?? false
    if !isServing {
      actsFrom = now.elapsed + limits.settlingIn
      if servesUntil != nil { servesUntil = nil }
    }
  }

  /// Records are gone that must be there.
  mutating func loseRecords(at now: FleetTime) {
    mayActivateFrom = now.elapsed + limits.grace
    mustSettle = true
    settlingLease = nil
    rescueLease = nil
    // The leases of our keys may be gone.
    for index in own.indices { own[index].lease?.renewed -= limits.keyRenewal }
    // All workspaces are to be read.
    workspacesRevision = nil
    if !isRestoring { tell(.recordsLost) }
    isRestoring = true
  }
}
