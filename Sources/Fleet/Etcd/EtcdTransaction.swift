import JOSE

/// What etcd does all at once, when all that is compared holds: `/v3/kv/txn`.
struct EtcdTransaction: Sendable, Equatable {
  /// What must hold.
  enum Comparison: Sendable, Equatable {
    case isAbsent(String)
    /// No key begins with that.
    case noneBegins(with: String)
    /// The key was changed last at that revision.
    case revision(String, Int64)
  }

  enum Operation: Sendable, Equatable {
    /// - Parameter lease: the lease that the key goes with; 0 for none.
    case put(String, [UInt8], lease: Int64)
    case delete(String)
    case read(EtcdRange)
  }

  var comparisons: [Comparison] = []
  var operations: [Operation]

  var json: JSON {
    [
      "compare": .array(comparisons.map(Self.json)),
      "success": .array(operations.map(Self.json)),
    ]
  }

  private static func json(_ comparison: Comparison) -> JSON {
    switch comparison {
    case .isAbsent(let key):
      ["key": JSON(Base64.encode(key.utf8)), "target": "CREATE", "result": "EQUAL", "create_revision": "0"]
    case .noneBegins(let prefix):
      [
        "key": JSON(Base64.encode(prefix.utf8)), "range_end": JSON(Base64.encode(EtcdRange.end(of: prefix))),
        "target": "CREATE", "result": "EQUAL", "create_revision": "0",
      ]
    case .revision(let key, let revision):
      [
        "key": JSON(Base64.encode(key.utf8)), "target": "MOD", "result": "EQUAL",
        "mod_revision": JSON(String(revision)),
      ]
    }
  }

  private static func json(_ operation: Operation) -> JSON {
    switch operation {
    case .put(let key, let value, let lease):
      [
        "request_put": [
          "key": JSON(Base64.encode(key.utf8)), "value": JSON(Base64.encode(value)), "lease": JSON(String(lease)),
        ]
      ]
    case .delete(let key): ["request_delete_range": ["key": JSON(Base64.encode(key.utf8))]]
    case .read(let range): ["request_range": range.json]
    }
  }
}

/// The keys that begin with a text, in their order: `/v3/kv/range`. Linearizable, as is the standard.
struct EtcdRange: Sendable, Equatable {
  let prefix: String
  /// Go on after this key of an earlier page.
  var after: String?
  /// Only what was changed at that revision or later.
  var changedSince: Int64?
  /// As it was at that revision.
  var revision: Int64?
  let limit: Int

  init(_ prefix: String, limit: Int, changedSince: Int64? = nil) {
    self.prefix = prefix
    self.limit = limit
    self.changedSince = changedSince
  }

  var json: JSON {
    // The key that follows another one immediately has a zero byte more.
    let start = after.map { Array($0.utf8) + [0] } ?? Array(prefix.utf8)
    var object: JSONObject = [
      "key": JSON(Base64.encode(start)), "range_end": JSON(Base64.encode(Self.end(of: prefix))),
      "limit": JSON(String(limit)),
    ]
    if let changedSince { object.set("min_mod_revision", to: JSON(String(changedSince))) }
    if let revision { object.set("revision", to: JSON(String(revision))) }
    return .object(object)
  }

  /// The first key that does not begin with the prefix any more. Ours are ASCII, which has a next byte.
  static func end(of prefix: String) -> [UInt8] {
    var bytes = Array(prefix.utf8)
    if let last = bytes.popLast() { bytes.append(last + 1) }
    return bytes
  }
}

/// A key with its value, as etcd has it.
struct EtcdRecord: Sendable, Equatable {
  let key: String
  let value: [UInt8]
  /// The revision at which it was changed last.
  let revision: Int64
  /// 0 when it goes with none.
  let lease: Int64
}

/// What a read of several keys found.
struct EtcdPage: Sendable, Equatable {
  var records: [EtcdRecord]
  /// Whether there are more than the limit.
  var hasMore: Bool
}

/// What came of a transaction.
struct EtcdOutcome: Sendable, Equatable {
  /// Which cluster answered: changes when etcd is set up anew.
  let cluster: String
  /// The revision of the whole store.
  let revision: Int64
  /// Whether what was compared did hold. Else nothing was done.
  let succeeded: Bool
  /// What the reads of the transaction found, in their order.
  let pages: [EtcdPage]
}
