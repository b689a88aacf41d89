extension EtcdClient {
  /// How many records are read at once: an answer of that many must be within ``byteLimit``, whatever is in them.
  private static let pageSize = 256
  /// How many workspaces there may be, revoked ones included, with room for more than are ever added.
  private static let mostWorkspaces = 20_000

  /// Asks etcd what a replica wants to know or have done.
  func perform(_ request: FleetRequest, for layout: FleetLayout) async throws(EtcdError) -> FleetAnswer {
    switch request {
    case .grantLease(_, let seconds): return .lease(try await grantLease(seconds: seconds))
    case .renewLease(_, let identifier): return .renewed(try await renewLease(identifier))
    case .read(let since): return .reading(try await reading(layout, workspacesSince: since))
    case .commit(_, let transaction):
      let outcome = try await commit(transaction)
      return .written(outcome.succeeded, revision: outcome.revision)
    }
  }

  /// All records of an issuer at one revision.
  ///
  /// - Parameter workspacesSince: only workspaces that were changed at that revision or later; nil for all.
  func reading(_ layout: FleetLayout, workspacesSince: Int64?) async throws(EtcdError) -> FleetReading {
    let ranges = [
      EtcdRange(layout.keys, limit: Self.pageSize), EtcdRange(layout.members, limit: Self.pageSize),
      EtcdRange(layout.usage, limit: Self.pageSize), EtcdRange(layout.settling, limit: 1),
      EtcdRange(layout.workspaces, limit: Self.pageSize, changedSince: workspacesSince),
    ]
    // A transaction that only reads is linearizable, and reads all at one revision.
    let outcome = try await commit(EtcdTransaction(operations: ranges.map { .read($0) }))
    guard outcome.pages.count == ranges.count else { throw malformed("another number of answers than were asked for") }
    guard !outcome.pages[..<3].contains(where: \.hasMore) else {
      throw malformed("more than \(Self.pageSize) keys or replicas under \(layout.root)")
    }
    return FleetReading(
      cluster: outcome.cluster, revision: outcome.revision, keys: outcome.pages[0].records,
      members: outcome.pages[1].records, usage: outcome.pages[2].records,
      isSettling: !outcome.pages[3].records.isEmpty,
      workspaces: try await rest(
        of: ranges[4], after: outcome.pages[4], revision: outcome.revision, limit: Self.mostWorkspaces),
      hasAllWorkspaces: workspacesSince == nil)
  }

  /// All workspaces, and the revision of the list; 0 when there is none.
  func workspaces(_ layout: FleetLayout) async throws(EtcdError) -> ([EtcdRecord], registry: Int64) {
    let range = EtcdRange(layout.workspaces, limit: Self.pageSize)
    let outcome = try await commit(
      EtcdTransaction(operations: [.read(EtcdRange(layout.registry, limit: 1)), .read(range)]))
    guard outcome.pages.count == 2 else { throw malformed("another number of answers than were asked for") }
    let all = try await rest(
      of: range, after: outcome.pages[1], revision: outcome.revision, limit: Self.mostWorkspaces)
    return (all, outcome.pages[0].records.first?.revision ?? 0)
  }

  private func malformed(_ problem: String) -> EtcdError { EtcdError(endpoint: "the cluster", .malformed(problem)) }
}
