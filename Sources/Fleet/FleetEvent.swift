/// What happened in the fleet, for the log. The texts are free of control characters.
public enum FleetEvent: Sendable, Equatable, CustomStringConvertible {
  /// This replica serves documents from now on.
  case joined(keys: Int)
  /// The record of the key is in etcd.
  case keyPublished(keyID: String)
  /// All replicas hold the key; it signs from that instant, in seconds since 1970.
  case keyActivated(keyID: String, signsFrom: Int64)
  /// A new key waits for these replicas.
  case keyWaits(keyID: String, replicas: [String])
  case keyFailed(String)
  case etcdFailed(EtcdError)
  case etcdAnswersAgain
  /// etcd does not have what it had: it was set up anew, or restored from a backup.
  case recordsLost
  /// What etcd had lost is there again.
  case recordsRestored
  case recordRefused(key: String, problem: String)
  /// Another process has started under this replica's name.
  case replaced
  case left

  public enum Level: Sendable { case info, warning, error }

  public var level: Level {
    switch self {
    case .joined, .keyPublished, .keyActivated, .etcdAnswersAgain, .recordsRestored, .left: .info
    case .keyWaits, .etcdFailed, .recordRefused: .warning
    case .keyFailed, .recordsLost, .replaced: .error
    }
  }

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .joined: "fleet-joined"
    case .keyPublished: "fleet-key-published"
    case .keyActivated: "fleet-key-activated"
    case .keyWaits: "fleet-key-waits"
    case .keyFailed: "fleet-key-failed"
    case .etcdFailed: "fleet-etcd-failed"
    case .etcdAnswersAgain: "fleet-etcd-answers"
    case .recordsLost: "fleet-records-lost"
    case .recordsRestored: "fleet-records-restored"
    case .recordRefused: "fleet-record-refused"
    case .replaced: "fleet-replaced"
    case .left: "fleet-left"
    }
  }

  public var description: String {
    switch self {
    case .joined(let keys): "Joined the fleet; \(keys) \(keys == 1 ? "key is" : "keys are") in the JWKS."
    case .keyPublished(let keyID): "The key \(keyID) is published, and waits until every replica holds it."
    case .keyActivated(let keyID, let signsFrom):
      "Every replica holds the key \(keyID); it signs from \(signsFrom) (seconds since 1970)."
    case .keyWaits(let keyID, let replicas):
      "The key \(keyID) waits until it is held by \(replicas.joined(separator: ", ")). If that replica is gone for good: idp replicas forget NAME."
    case .keyFailed(let problem): "A new signing key could not be made: \(problem)"
    case .etcdFailed(let error): "Out of touch with the fleet. \(error)"
    case .etcdAnswersAgain: "In touch with the fleet again."
    case .recordsLost:
      "etcd does not have the records that it had: it was set up anew, restored from a backup, or somebody deleted them. What this replica holds is written again; no new key begins to sign meanwhile."
    case .recordsRestored: "The records that etcd had lost are there again."
    case .recordRefused(let key, let problem): "The record \(key) in etcd is passed over: \(problem)."
    case .replaced:
      "Another process has started under the name of this replica, which therefore serves no more. Give each process a name of its own: --replica NAME."
    case .left: "Left the fleet."
    }
  }
}
