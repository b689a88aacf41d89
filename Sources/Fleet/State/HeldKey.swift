/// A key that is in the documents of this replica.
struct HeldKey: Sendable {
  var record: KeyRecord
  /// The record as it was read.
  var bytes: [UInt8]
  /// The revision of the record; 0 while it is not in etcd.
  var revision: Int64
  var lease: Int64
  /// When the last reading was asked for that showed it, in milliseconds.
  var lastSeen: Int64

  /// Whether a token may have been signed with it.
  func mayHaveSigned(at now: FleetTime, _ limits: FleetLimits) -> Bool {
    guard let signsFrom = record.signsFrom else {
      // Since it was seen waiting it can have begun to sign, when there was time for it.
      return now.elapsed - lastSeen >= limits.publishedAhead
    }
    return signsFrom <= now.unix + limits.skew
  }
}
