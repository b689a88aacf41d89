/// For how long fetched keys are fresh (RFC 9111 §4.2, between bounds of our own).
enum CachePolicy {
  /// Even an answer that must not be stored is asked for no more than once a minute.
  static let floor: Int64 = 60
  /// Even keys that are good for ever are asked for once a day.
  static let ceiling: Int64 = 86_400
  /// How long keys are fresh when their issuer does not say.
  static let standard: Int64 = 300
  /// How often an issuer is asked anew for a kid that it did not have.
  static let retryInterval: Int64 = 60

  /// The seconds for which an answer is fresh.
  ///
  /// - Parameters:
  ///   - cacheControl: the values of `Cache-Control`.
  ///   - age: the seconds that it has been kept by others, from ``age(_:)``.
  static func lifetime(cacheControl: [String], age: Int64) -> Int64 {
    var seconds = standard
    for directive in directives(cacheControl) {
      switch directive.name {
      case "no-store", "no-cache": return floor
      case "max-age": seconds = directive.value.flatMap(deltaSeconds) ?? standard
      default: break
      }
    }
    return max(min(seconds, ceiling) - age, floor)
  }

  /// What an answer says of how long it may be kept.
  enum Permission: Equatable {
    /// For so many seconds.
    case keep(Int64)
    /// Not at all, or not without asking again.
    case ask
    /// Nothing: whoever keeps it decides.
    case silent
  }

  /// What `Cache-Control` says, the more generous of what it says to caches on the way and at the end.
  static func permission(cacheControl: [String]) -> Permission {
    var longest: Int64?
    for directive in directives(cacheControl) {
      switch directive.name {
      case "no-store", "no-cache": return .ask
      case "max-age", "s-maxage":
        if let seconds = directive.value.flatMap(deltaSeconds) { longest = max(longest ?? 0, seconds) }
      default: break
      }
    }
    return longest.map { $0 == 0 ? .ask : .keep($0) } ?? .silent
  }

  private static func directives(_ cacheControl: [String]) -> [(name: String, value: String?)] {
    cacheControl.flatMap { $0.lowercased().split(separator: ",") }.map { directive in
      let parts = directive.split(separator: "=", maxSplits: 1).map { $0.filter { !" \t\"".contains($0) } }
      return (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
    }
  }

  /// The seconds in an `Age` header, zero when there is none; more than a day counts as a day.
  static func age(_ header: String?) -> Int64 { min(header.flatMap(deltaSeconds) ?? 0, ceiling) }

  /// A number of seconds; one that is too large to be told is very long (RFC 9111 §1.2.2).
  private static func deltaSeconds(_ text: String) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text) ?? .max
  }
}
