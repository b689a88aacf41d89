import Issuer
import JOSE

extension FleetState {
  /// Takes in what was read.
  mutating func apply(_ reading: FleetReading, sentAt: FleetTime, at now: FleetTime) {
    var isLost = false
    if let lastReading, reading.cluster != lastReading.cluster || reading.revision < lastReading.revision {
      isLost = true
    }
    lastReading = (reading.cluster, reading.revision)
    if isOutOfTouch {
      isOutOfTouch = false
      tell(.etcdAnswersAgain)
    }
    guard readMembers(reading, isLost: &isLost, at: now) else { return }
    readKeys(reading, sentAt: sentAt, at: now)
    readOwnKeys(sentAt: sentAt, isLost: &isLost)
    if isLost { loseRecords(at: now) }
    forgetKeys(at: now)
    readWorkspaces(reading, at: now)
    isSettling = reading.isSettling
    if isSettling { mustSettle = false }
    publish()
    counts.take(reading.usage.filter { $0.key != layout.usage + name }.map(\.value), at: now.unix)
    if isMember { synchronized(sentAt: sentAt) }
    if isRestoring, isMember, reading.hasAllWorkspaces, !mustSettle, !isLost, isRestored {
      isRestoring = false
      tell(.recordsRestored)
    }
  }

  private var isRestored: Bool {
    !held.values.contains(where: isLost) && !own.contains { $0.needsWriting || $0.isSuspended }
      && !workspaces.values.contains { $0.isLost }
  }

  /// A reading that shows us among the members is complete: a key that signs without our consent was put before it.
  private mutating func synchronized(sentAt: FleetTime) {
    lastSync = sentAt.elapsed
    round.hasRead = true
    guard sentAt.elapsed >= actsFrom, let memberLease else { return }
    // Whoever is new reads keys that etcd has lost only when they are there again.
    if servesUntil == nil, others.values.contains(where: { $0?.isRestoring == true }) { return }
    if servesUntil == nil { tell(.joined(keys: held.count)) }
    servesUntil = memberLease.renewed + limits.grace - limits.graceMargin
  }

  // MARK: Members

  /// - Returns: false when this replica was replaced.
  private mutating func readMembers(_ reading: FleetReading, isLost: inout Bool, at now: FleetTime) -> Bool {
    others = [:]
    var mine: EtcdRecord?
    for record in reading.members {
      let member = String(record.key.dropFirst(layout.members.count))
      if member == name {
        mine = record
      } else {
        let read = MemberRecord(record.value)
        if read == nil { refuse(record, "it is not whole; keys wait for it all the same") }
        others[EtcdError.quoted(member)] = .some(read)
      }
    }
    let record = mine.flatMap { MemberRecord($0.value) }
    if let known = incarnation {
      if let record, record.incarnation > known {
        guard !hasBeenMember else {
          end = .replaced
          tell(.replaced)
          return false
        }
        // Two were started at the same time; the later one to write takes the place.
        incarnation = record.incarnation + 1
      }
    } else {
      incarnation = max(now.unix * 1000, (record?.incarnation ?? 0) + 1)
    }
    let isShown = mine != nil && record?.incarnation == incarnation && mine?.lease == memberLease?.identifier
    if isMember, !isShown || (mine?.revision ?? 0) < memberConfirmed { isLost = true }
    memberRevision = mine?.revision ?? 0
    if isShown, let record, let mine {
      memberConfirmed = mine.revision
      written = record
      // The answer to the writing was lost.
      if !isMember { becomeMember(at: now) }
    } else {
      isMember = false
    }
    return true
  }

  // MARK: Keys

  private mutating func readKeys(_ reading: FleetReading, sentAt: FleetTime, at now: FleetTime) {
    recordCount = reading.keys.count
    var seen: Set<String> = []
    for entry in reading.keys {
      let keyID = String(entry.key.dropFirst(layout.keys.count))
      if held[keyID]?.bytes == entry.value {
        held[keyID]?.see(entry, lastSeen: sentAt.elapsed)
        seen.insert(keyID)
        continue
      }
      guard refused[entry.key] != entry.value else { continue }
      do throws(RecordProblem) {
        let record = try KeyRecord(entry.value, keyID: keyID)
        if held[keyID] == nil { held[keyID] = HeldKey(record, entry, lastSeen: sentAt.elapsed) }
        held[keyID]?.update(record, entry, lastSeen: sentAt.elapsed)
        seen.insert(keyID)
      } catch {
        refuse(entry, error.description)
      }
    }
    for keyID in held.keys where !seen.contains(keyID) { held[keyID]?.revision = 0 }
  }

  /// Forgets what is not in etcd any more, when no token of it can be alive: it may be etcd that has lost it.
  private mutating func forgetKeys(at now: FleetTime) {
    guard !isRestoring else { return }
    for (keyID, key) in held where key.revision == 0 {
      let isUsed = key.mayHaveSigned(at: now, limits) && now.elapsed - key.lastSeen < limits.keyLease
      if !isUsed, !own.contains(where: { $0.keyID == keyID && $0.phase != .fresh }) { held[keyID] = nil }
    }
  }

  private mutating func readOwnKeys(sentAt: FleetTime, isLost: inout Bool) {
    var abandoned: Set<String> = []
    for index in own.indices {
      let key = own[index]
      let entry = held[key.keyID].flatMap { $0.revision > 0 ? $0 : nil }
      own[index].revision = entry?.revision ?? 0
      if let entry, entry.revision >= key.confirmed {
        own[index].confirmed = entry.revision
        // The answer to the writing was lost.
        if key.phase == .fresh { own[index].phase = .published }
        if let signsFrom = entry.record.signsFrom, own[index].activation == nil, let attempt = key.attempt,
          attempt.signsFrom == signsFrom
        {
          own[index].phase = .active(attempt)
        }
        // Restored by another replica, under a lease that nobody renews; or an older copy.
        own[index].needsWriting =
          entry.lease != key.lease?.identifier
          || (entry.record.signsFrom == nil && own[index].activation != nil)
        guard !own[index].needsWriting else { continue }
        own[index].lastSeen = sentAt.elapsed
        if membersWithout(key.keyID).isEmpty { own[index].isSuspended = false }
        continue
      }
      guard key.phase != .fresh else { continue }
      isLost = true
      if let activation = key.activation {
        if activation.signsAt <= sentAt.elapsed, let seen = key.lastSeen, sentAt.elapsed - seen <= limits.freshness {
          // Nobody can have served a document without it yet: who joined since waits still.
          own[index].isSuspended = true
          own[index].needsWriting = true
        } else {
          // Documents without it may be about. It is published for the tokens that it has signed, and signs no more.
          abandoned.insert(key.keyID)
        }
      } else {
        own[index].phase = .fresh
        own[index].attempt = nil
        own[index].lease = nil
        own[index].confirmed = 0
      }
    }
    own.removeAll { abandoned.contains($0.keyID) }
  }

  /// The documents as they are from now on.
  private mutating func publish() {
    let keys = held.values.sorted { ($0.record.created, $0.record.keyID) < ($1.record.created, $1.record.keyID) }
      .map(\.record.jwk)
    guard !keys.elementsEqual(publishedKeys, by: { $0.thumbprint == $1.thumbprint }) else { return }
    publishedKeys = keys
    version += 1
  }

  // MARK: Workspaces

  private mutating func readWorkspaces(_ reading: FleetReading, at now: FleetTime) {
    var seen: Set<String> = []
    for entry in reading.workspaces {
      let identifier = String(entry.key.dropFirst(layout.workspaces.count))
      guard let json = try? JSON(parsing: entry.value), var registration = WorkspaceRegistration(json),
        registration.identifier == identifier
      else {
        // Whoever it is about gets nothing: it may say that it is revoked.
        refuse(entry, "it is no whole registration of a workspace")
        workspaces[identifier] = nil
        continue
      }
      seen.insert(identifier)
      let revoked = workspaces[identifier]?.registration.revoked
      let isLost = revoked != nil && registration.revoked == nil
      // Who was revoked stays so, whatever an older copy says.
      if isLost { registration.revoked = revoked }
      workspaces[identifier] = KnownWorkspace(registration: registration, revision: entry.revision, isLost: isLost)
    }
    defer { if reading.hasAllWorkspaces || !reading.workspaces.isEmpty { readAccounts() } }
    guard reading.hasAllWorkspaces else {
      if workspacesRevision != nil { workspacesRevision = reading.revision }
      return
    }
    workspacesRevision = reading.revision
    lastWholeReading = now.elapsed
    for identifier in workspaces.keys where !seen.contains(identifier) {
      if isRestoring {
        workspaces[identifier]?.isLost = true
        workspaces[identifier]?.revision = 0
      } else {
        workspaces[identifier] = nil
      }
    }
  }

  private mutating func readAccounts() {
    let known = workspaces.values.map(\.registration).filter { $0.revoked == nil && $0.userID != nil }
      .sorted { ($0.created, $0.identifier) < ($1.created, $1.identifier) }
    accounts = [:]
    for registration in known { if let userID = registration.userID { accounts[userID] = registration.identifier } }
  }

  private mutating func refuse(_ record: EtcdRecord, _ problem: String) {
    guard refused[record.key] != record.value else { return }
    if refused.count >= 1000 { refused = [:] }
    refused[record.key] = record.value
    tell(.recordRefused(key: EtcdError.quoted(record.key), problem: problem))
  }
}
