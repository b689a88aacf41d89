import JOSE

/// How often something was asked of the whole fleet in the current window of time.
///
/// Each replica publishes its own counts about once a second and adds the others' to its own. So a limit is exceeded by at
/// most what the others let in within the last second or two, and by nothing in the long run. While etcd is away each
/// replica counts alone.
struct SharedCounts: Sendable {
  /// In seconds. Windows begin at multiples of it, by the clock of each replica.
  static let window: Int64 = 60
  /// How many names a replica publishes in a window, those with the highest counts.
  static let mostPublished = 400
  /// How many names are counted in a window; further ones are not, which the limits of each replica must bear.
  static let mostCounted = 10_000

  private var number: Int64 = 0
  private var own: [String: Int64] = [:]
  private var others: [String: Int64] = [:]
  private(set) var hasChanged = false

  /// Counts once more under a name.
  mutating func count(_ name: String, at unix: Int64) {
    turn(to: unix)
    guard own[name] != nil || own.count < Self.mostCounted else { return }
    own[name, default: 0] += 1
    hasChanged = true
  }

  /// How often the others counted under a name in the current window.
  mutating func elsewhere(_ name: String, at unix: Int64) -> Int64 {
    turn(to: unix)
    return others[name, default: 0]
  }

  /// The record to be published.
  mutating func bytes(at unix: Int64) -> [UInt8] {
    turn(to: unix)
    hasChanged = false
    var chosen = Array(own)
    if chosen.count > Self.mostPublished {
      chosen.sort { ($1.value, $0.key) < ($0.value, $1.key) }
      chosen = Array(chosen.prefix(Self.mostPublished))
    }
    let json: JSON = [
      "window": JSON(number), "counts": .object(JSONObject(chosen.map { ($0.key, JSON($0.value)) })),
    ]
    return Array(json.compact().utf8)
  }

  /// Takes in what the others have published; what is not whole or of another window does not count.
  mutating func take(_ records: [[UInt8]], at unix: Int64) {
    turn(to: unix)
    others = [:]
    for bytes in records {
      guard let json = try? JSON(parsing: bytes, limits: JSONLimits(depth: 4, bytes: 1 << 17)),
        json["window"]?.integerValue == number, let counts = json["counts"]?.objectValue,
        counts.members.count <= Self.mostPublished
      else { continue }
      for member in counts.members {
        guard let count = member.value.integerValue, (1...1_000_000_000).contains(count) else { continue }
        others[member.name.value, default: 0] += count
      }
    }
  }

  private mutating func turn(to unix: Int64) {
    let current = unix / Self.window
    guard current != number else { return }
    number = current
    hasChanged = hasChanged || !own.isEmpty
    own = [:]
    others = [:]
  }
}
