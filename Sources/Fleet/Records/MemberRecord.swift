import JOSE

/// What a replica says of itself in etcd, under its name and under a lease: as long as it is there, the replica may serve
/// documents, and the keys that it holds are in each of them.
struct MemberRecord: Sendable, Equatable {
  /// Which process it is: a later one under the same name has a higher number. Milliseconds since 1970, as a rule.
  let incarnation: Int64
  /// The `kid`s, in their order.
  let holds: [String]
  /// Whether it is writing what etcd has lost; who joins meanwhile waits for it.
  let isRestoring: Bool

  var bytes: [UInt8] {
    var object: JSONObject = ["incarnation": JSON(incarnation), "holds": .array(holds.map { JSON($0) })]
    if isRestoring { object.set("restoring", to: true) }
    return Array(JSON.object(object).compact().utf8)
  }

  init(incarnation: Int64, holds: [String], isRestoring: Bool) {
    self.incarnation = incarnation
    self.holds = holds
    self.isRestoring = isRestoring
  }

  /// - Returns: nil for what is no whole record.
  init?(_ bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes, limits: JSONLimits(depth: 4, bytes: 1 << 16)),
      let incarnation = json["incarnation"]?.integerValue, incarnation > 0, incarnation < Int64.max / 2,
      let listed = json["holds"]?.arrayValue
    else { return nil }
    let holds = listed.compactMap(\.stringValue)
    guard holds.count == listed.count else { return nil }
    self.init(incarnation: incarnation, holds: holds, isRestoring: json["restoring"]?.boolValue ?? false)
  }
}
