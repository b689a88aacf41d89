/// A key that is in the documents of this replica.
struct HeldKey: Sendable {
  /// What a record said that named an instant from which the key signs.
  struct Activation: Sendable {
    let signsFrom: Int64
    let bytes: [UInt8]
  }

  /// As it was read last.
  private(set) var record: KeyRecord
  private(set) var bytes: [UInt8]
  /// The revision of the record; 0 while it is not in etcd.
  var revision: Int64
  var lease: Int64
  /// When the last reading was asked for that showed it, in milliseconds.
  var lastSeen: Int64
  /// The earliest that was ever read: an older copy of the record, from a backup of etcd, may know of none.
  private(set) var activation: Activation?
  private var isAwaited = false

  init(_ record: KeyRecord, _ entry: EtcdRecord, lastSeen: Int64) {
    self.record = record
    bytes = entry.value
    revision = entry.revision
    lease = entry.lease
    self.lastSeen = lastSeen
    activation = record.signsFrom.map { Activation(signsFrom: $0, bytes: entry.value) }
  }

  /// The record is there as it was.
  mutating func see(_ entry: EtcdRecord, lastSeen: Int64) {
    revision = entry.revision
    lease = entry.lease
    self.lastSeen = lastSeen
    isAwaited = false
  }

  /// Takes the record as it is now.
  mutating func update(_ record: KeyRecord, _ entry: EtcdRecord, lastSeen: Int64) {
    let known = activation
    self = HeldKey(record, entry, lastSeen: lastSeen)
    if let known, known.signsFrom <= activation?.signsFrom ?? .max { activation = known }
  }

  /// It is written again, as the next reading will show.
  mutating func hasComeBack(at revision: Int64) {
    self.revision = revision
    isAwaited = true
  }

  /// Whether etcd does not know any more that the key signs.
  var isOutdated: Bool { activation != nil && record.signsFrom == nil && !isAwaited }

  /// Whether a token may have been signed with it.
  func mayHaveSigned(at now: FleetTime, _ limits: FleetLimits) -> Bool {
    guard let activation else {
      // Since it was seen waiting it can have begun to sign, when there was time for it.
      return now.elapsed - lastSeen >= limits.publishedAhead
    }
    return activation.signsFrom <= now.unix + limits.skew
  }
}
