import JOSE

extension FleetState {
  /// What is to be asked of etcd now; nil when the round is done.
  mutating func nextRequest(at now: FleetTime) -> FleetRequest? {
    guard end == nil, !round.isOver, round.requests < Self.mostRequests else { return nil }
    let request = request(at: now)
    round.requests += 1
    return request
  }

  private mutating func request(at now: FleetTime) -> FleetRequest? {
    guard let memberLease else { return .grantLease(.member, seconds: limits.grace / 1000) }
    if !round.hasRenewed { return .renewLease(.member, memberLease.identifier) }
    for key in own {
      guard let lease = key.lease else {
        if key.phase == .fresh { continue }
        return .grantLease(.key(key.keyID), seconds: limits.keyLease / 1000)
      }
      if now.elapsed - lease.renewed >= limits.keyRenewal, !round.renewedKeys.contains(key.keyID) {
        return .renewLease(.key(key.keyID), lease.identifier)
      }
    }
    // Which record stands under our name must be known before it is written over.
    guard let memberRevision, let incarnation else { return reading(at: now) }
    if !isMember { return member(memberRevision, incarnation, memberLease) }
    if !round.hasRead { return reading(at: now) }
    // From here on the reading is of this round, and shows us among the members.
    if written != memberRecord(incarnation) { return member(memberRevision, incarnation, memberLease) }
    if let request = restoration() { return request }
    if let request = discarding(incarnation, at: now) { return request }
    if let request = ownKey(incarnation, at: now) { return request }
    guard counts.hasChanged else { return nil }
    let put = EtcdTransaction.Operation.put(
      layout.usage + name, counts.bytes(at: now.unix), lease: memberLease.identifier)
    return .commit(.usage, EtcdTransaction(operations: [put]))
  }

  private func reading(at now: FleetTime) -> FleetRequest {
    guard !isRestoring, let workspacesRevision, let lastWholeReading,
      now.elapsed - lastWholeReading < limits.wholeReading
    else {
      return .read(workspacesSince: nil)
    }
    return .read(workspacesSince: workspacesRevision + 1)
  }

  /// What the record of this member is to say.
  private func memberRecord(_ incarnation: Int64) -> MemberRecord {
    MemberRecord(incarnation: incarnation, holds: held.keys.sorted(), isRestoring: isRestoring)
  }

  private func member(_ revision: Int64, _ incarnation: Int64, _ lease: OwnKey.Lease) -> FleetRequest {
    let key = layout.members + name
    let record = memberRecord(incarnation)
    return .commit(
      .member(record),
      EtcdTransaction(
        comparisons: [revision == 0 ? .isAbsent(key) : .revision(key, revision)],
        operations: [.put(key, record.bytes, lease: lease.identifier)]))
  }

  // MARK: What etcd has lost

  private func restoration() -> FleetRequest? {
    if mustSettle {
      guard let settlingLease else { return .grantLease(.settling, seconds: limits.grace / 1000) }
      return .commit(
        .settling,
        EtcdTransaction(operations: [.put(layout.settling, Array(name.utf8), lease: settlingLease)]))
    }
    guard isRestoring else { return nil }
    if let (keyID, lost) = held.first(where: { isLost($0.value) }) {
      guard let rescueLease else { return .grantLease(.rescue, seconds: limits.keyLease / 1000) }
      let key = layout.keys + keyID
      return .commit(
        .restoreKey(keyID),
        EtcdTransaction(
          comparisons: [lost.revision == 0 ? .isAbsent(key) : .revision(key, lost.revision)],
          operations: [.put(key, lost.activation?.bytes ?? lost.bytes, lease: rescueLease)]))
    }
    guard let workspacesRevision, workspacesRevision >= 0,
      let (identifier, lost) = workspaces.first(where: { $0.value.isLost })
    else { return nil }
    let key = layout.workspaces + identifier
    let bytes = Array(lost.registration.json.compact().utf8)
    return .commit(
      .restoreWorkspace(identifier),
      EtcdTransaction(
        comparisons: [lost.revision == 0 ? .isAbsent(key) : .revision(key, lost.revision)],
        operations: [.put(key, bytes, lease: 0), .put(layout.registry, Array(name.utf8), lease: 0)]))
  }

  /// Whether etcd has lost a key of others, or that it signs: no owner ever takes that back.
  func isLost(_ key: HeldKey) -> Bool { (key.revision == 0 || key.isOutdated) && !isOwn(key.record.keyID) }

  private func isOwn(_ keyID: String) -> Bool { own.contains { $0.keyID == keyID } }

  // MARK: Keys of our own

  private mutating func ownKey(_ incarnation: Int64, at now: FleetTime) -> FleetRequest? {
    for index in own.indices {
      let key = own[index]
      switch key.phase {
      case .fresh where key.revision == 0:
        // A process that ends before it has settled in publishes nothing, however often it is started.
        guard mayAct, servesUntil != nil else { continue }
        let isFirst = recordCount == 0
        // The first key signs at once: it must be certain that nobody serves other ones.
        if isFirst, isSettling || isRestoring || others.values.contains(where: { $0?.holds.isEmpty != true }) {
          continue
        }
        guard let lease = key.lease else { return .grantLease(.key(key.keyID), seconds: limits.keyLease / 1000) }
        let path = layout.keys + key.keyID
        guard isFirst else {
          return .commit(
            .publish(key.keyID),
            EtcdTransaction(
              comparisons: [.isAbsent(path)],
              operations: [put(key, signsFrom: nil, incarnation, lease)]))
        }
        own[index].attempt = OwnKey.Activation(signsFrom: now.unix, signsAt: now.elapsed)
        return .commit(
          .found(key.keyID),
          EtcdTransaction(
            comparisons: [.noneBegins(with: layout.keys), .isAbsent(layout.settling)],
            operations: [put(key, signsFrom: now.unix, incarnation, lease)]))
      case .fresh: continue
      case .published, .active:
        guard let lease = key.lease else { continue }
        let path = layout.keys + key.keyID
        if key.needsWriting {
          return .commit(
            .keep(key.keyID),
            EtcdTransaction(
              comparisons: [key.revision == 0 ? .isAbsent(path) : .revision(path, key.revision)],
              operations: [
                put(
                  key, signsFrom: key.activation?.signsFrom ?? held[key.keyID]?.activation?.signsFrom, incarnation,
                  lease)
              ]))
        }
        guard key.phase == .published else { continue }
        let waiting = membersWithout(key.keyID)
        guard waiting.isEmpty else {
          if toldWaiting?.keyID != key.keyID || toldWaiting?.replicas != waiting {
            toldWaiting = (key.keyID, waiting)
            tell(.keyWaits(keyID: key.keyID, replicas: waiting))
          }
          continue
        }
        guard mayAct, !isSettling, now.elapsed >= mayActivateFrom, written?.holds.contains(key.keyID) == true,
          key.lastSeen == lastSync
        else { continue }
        let activation = OwnKey.Activation(
          signsFrom: now.unix + limits.publishedAhead / 1000, signsAt: now.elapsed + limits.publishedAhead)
        own[index].attempt = activation
        return .commit(
          .activate(key.keyID),
          EtcdTransaction(
            comparisons: [.revision(path, key.revision), .isAbsent(layout.settling)],
            operations: [put(key, signsFrom: activation.signsFrom, incarnation, lease)]))
      }
    }
    return nil
  }

  /// Whether the last reading was asked for when this member was old enough.
  private var mayAct: Bool { lastSync.map { $0 >= actsFrom } ?? false }

  private func put(
    _ key: OwnKey, signsFrom: Int64?, _ incarnation: Int64, _ lease: OwnKey.Lease
  ) -> EtcdTransaction.Operation {
    let record = key.record(signsFrom: signsFrom, replica: name, incarnation: incarnation)
    return .put(layout.keys + key.keyID, record.bytes, lease: lease.identifier)
  }

  /// Keys that a process before us made under our name, and that never signed: a process that is started over and over
  /// would fill the JWKS with them.
  private func discarding(_ incarnation: Int64, at now: FleetTime) -> FleetRequest? {
    // A record that is older than what others know of the key may say that it never signed.
    guard mayAct, servesUntil != nil, !isSettling, !isRestoring else { return nil }
    for key in held.values where key.revision > 0 && key.record.replica == name && key.record.incarnation < incarnation
    {
      guard !isOwn(key.record.keyID), key.lastSeen == lastSync, !key.mayHaveSigned(at: now, limits) else { continue }
      let path = layout.keys + key.record.keyID
      return .commit(
        .discard(key.record.keyID),
        EtcdTransaction(comparisons: [.revision(path, key.revision)], operations: [.delete(path)]))
    }
    return nil
  }
}
