import JOSE

/// A key that this replica signs with, or is going to. Its private part is here and nowhere else.
struct OwnKey: Sendable {
  enum Phase: Sendable, Equatable {
    /// Not known to be in etcd.
    case fresh
    /// In etcd; waits until all members hold it.
    case published
    case active(Activation)
  }

  /// When a key begins to sign.
  struct Activation: Sendable, Equatable {
    /// As the others read it, in seconds since 1970.
    let signsFrom: Int64
    /// As it counts, in milliseconds of ``FleetTime/elapsed``.
    let signsAt: Int64
  }

  struct Lease: Sendable, Equatable {
    let identifier: Int64
    /// When the request for the last renewal was sent, in milliseconds.
    var renewed: Int64
  }

  let key: SigningKey
  /// In seconds since 1970.
  let created: Int64
  var phase = Phase.fresh
  /// An activation that was sent and whose answer may be lost.
  var attempt: Activation?
  var lease: Lease?
  /// The revision of its record when it was last read or written; 0 when there is none.
  var revision: Int64 = 0
  /// The highest revision that etcd has confirmed.
  var confirmed: Int64 = 0
  /// When the last reading was asked for that showed the record as it should be, in milliseconds.
  var lastSeen: Int64?
  /// The record is not there as it should be.
  var needsWriting = false
  /// Signs no more until the record is there and all hold it: etcd had lost it.
  var isSuspended = false

  var keyID: String { key.jwk.thumbprint }

  var activation: Activation? { if case .active(let activation) = phase { activation } else { nil } }

  /// Whether it has begun to sign.
  func signs(at now: FleetTime) -> Bool { activation.map { $0.signsAt <= now.elapsed } ?? false }

  func record(signsFrom: Int64?, replica: String, incarnation: Int64) -> KeyRecord {
    KeyRecord(
      jwk: key.jwk, algorithm: key.algorithm, created: created, signsFrom: signsFrom, replica: replica,
      incarnation: incarnation)
  }
}
