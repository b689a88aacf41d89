import JOSE

@testable import Fleet

/// What etcd does of what a fleet asks, with a clock that a test moves: revisions, leases, transactions.
///
/// It stands in for etcd only where years must pass in seconds; ``EtcdTests`` hold the same requests against a real one.
struct ModelStore {
  private struct Entry {
    var value: [UInt8]
    var revision: Int64
    var lease: Int64
  }

  private struct Lease {
    let seconds: Int64
    var expiry: Int64
  }

  private var entries: [String: Entry] = [:]
  private var leases: [Int64: Lease] = [:]
  private var cluster = 1
  private var revision: Int64 = 1
  private var lastLease: Int64 = 0
  private(set) var now: Int64 = 0

  /// Goes on to an instant, in milliseconds.
  mutating func advance(to instant: Int64) {
    now = instant
    for (identifier, lease) in leases where lease.expiry <= now { end(identifier) }
  }

  /// Whatever was away, no lease has run out meanwhile: a new leader gives each its whole time again.
  mutating func restart(at instant: Int64) {
    now = instant
    for (identifier, lease) in leases { leases[identifier]?.expiry = now + lease.seconds * 1000 }
  }

  /// Set up anew.
  mutating func wipe() {
    entries = [:]
    leases = [:]
    cluster += 1
    revision = 1
  }

  /// Restored from a backup.
  mutating func restore(_ backup: ModelStore) {
    let (instant, last) = (now, lastLease)
    self = backup
    lastLease = last
    restart(at: instant)
  }

  mutating func revoke(_ lease: Int64) { end(lease) }

  var keys: [String] { entries.keys.sorted() }

  mutating func perform(_ request: FleetRequest, for layout: FleetLayout) throws(EtcdError) -> FleetAnswer {
    switch request {
    case .grantLease(_, let seconds):
      lastLease += 1
      leases[lastLease] = Lease(seconds: seconds, expiry: now + seconds * 1000)
      return .lease(lastLease)
    case .renewLease(_, let identifier):
      guard let lease = leases[identifier] else { return .renewed(false) }
      leases[identifier]?.expiry = now + lease.seconds * 1000
      return .renewed(true)
    case .read(let since):
      return .reading(
        FleetReading(
          cluster: "\(cluster)", revision: revision, keys: records(layout.keys), members: records(layout.members),
          usage: records(layout.usage), isSettling: entries[layout.settling] != nil,
          workspaces: records(layout.workspaces).filter { $0.revision >= since ?? 0 }, hasAllWorkspaces: since == nil))
    case .commit(_, let transaction):
      let holds = transaction.comparisons.allSatisfy { comparison in
        switch comparison {
        case .isAbsent(let key): entries[key] == nil
        case .noneBegins(let prefix): !entries.keys.contains { $0.hasPrefix(prefix) }
        case .revision(let key, let revision): entries[key]?.revision == revision
        }
      }
      guard holds else { return .written(false, revision: revision) }
      for case .put(_, _, let lease) in transaction.operations where lease != 0 && leases[lease] == nil {
        throw EtcdError(endpoint: "model", .refused(code: 5, "etcdserver: requested lease not found"))
      }
      revision += 1
      for operation in transaction.operations {
        switch operation {
        case .put(let key, let value, let lease): entries[key] = Entry(value: value, revision: revision, lease: lease)
        case .delete(let key): entries[key] = nil
        case .read: break
        }
      }
      return .written(true, revision: revision)
    }
  }

  /// Writes as somebody else would.
  mutating func put(_ key: String, _ value: [UInt8], lease: Int64 = 0) {
    revision += 1
    entries[key] = Entry(value: value, revision: revision, lease: lease)
  }

  private func records(_ prefix: String) -> [EtcdRecord] {
    entries.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
      .map { EtcdRecord(key: $0.key, value: $0.value.value, revision: $0.value.revision, lease: $0.value.lease) }
  }

  private mutating func end(_ lease: Int64) {
    leases[lease] = nil
    for (key, entry) in entries where entry.lease == lease {
      entries[key] = nil
      revision += 1
    }
  }
}
