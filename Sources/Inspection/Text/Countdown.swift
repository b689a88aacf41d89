/// Lengths of time as people say them.
public enum Countdown {
  /// The two largest units of a length in seconds, its sign left out: `2d 3h`, `59m 12s`, `4s`.
  public static func text(_ seconds: Int64) -> String {
    units(seconds).joined(separator: " ")
  }

  /// The largest unit alone: `2d`, `59m`, `4s`.
  public static func short(_ seconds: Int64) -> String { units(seconds)[0] }

  private static func units(_ seconds: Int64) -> [String] {
    let length = seconds.magnitude
    let year: UInt64 = 365 * 86_400
    let steps: [(UInt64, String)] = [(year, "y"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    let first = steps.firstIndex { length >= $0.0 } ?? steps.count - 1
    var parts = ["\(length / steps[first].0)\(steps[first].1)"]
    if first + 1 < steps.count {
      let rest = length % steps[first].0 / steps[first + 1].0
      parts.append("\(rest)\(steps[first + 1].1)")
    }
    return parts
  }
}
