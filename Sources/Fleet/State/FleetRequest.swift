/// What a replica asks of etcd.
enum FleetRequest: Sendable, Equatable {
  /// What a lease is for.
  enum LeasePurpose: Sendable, Equatable {
    case member
    /// The `kid` of a key of our own.
    case key(String)
    case settling
    /// Keys that etcd has lost, whoever they belong to.
    case rescue
  }

  /// What is written.
  enum Purpose: Sendable, Equatable {
    case member(MemberRecord)
    /// The first key of an issuer, which signs at once.
    case found(String)
    case publish(String)
    case activate(String)
    /// A key of our own, as it should be there.
    case keep(String)
    /// A key that never signed, of a process that is gone.
    case discard(String)
    case settling
    case restoreKey(String)
    case restoreWorkspace(String)
    case usage
  }

  case grantLease(LeasePurpose, seconds: Int64)
  case renewLease(LeasePurpose, Int64)
  /// - Parameter workspacesSince: only workspaces changed at that revision or later; nil for all.
  case read(workspacesSince: Int64?)
  case commit(Purpose, EtcdTransaction)
}

/// What etcd answers.
enum FleetAnswer: Sendable, Equatable {
  case lease(Int64)
  /// Whether the lease was there still.
  case renewed(Bool)
  case reading(FleetReading)
  /// Whether what was compared did hold, and the revision of the store.
  case written(Bool, revision: Int64)
}

/// All records of an issuer at one revision.
struct FleetReading: Sendable, Equatable {
  var cluster: String
  var revision: Int64
  var keys: [EtcdRecord]
  var members: [EtcdRecord]
  var usage: [EtcdRecord]
  var isSettling: Bool
  var workspaces: [EtcdRecord]
  /// Whether ``workspaces`` are all, not only those that have changed.
  var hasAllWorkspaces: Bool
}
