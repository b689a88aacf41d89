import Inspection

/// For how long fetched keys are fresh (RFC 9111 §5.2.2, between bounds of our own).
enum CachePolicy {
  /// Even an answer that must not be stored is asked for no more than once a minute.
  static let floor: Int64 = 60
  /// Even keys that are good for ever are asked for once a day.
  static let ceiling: Int64 = 86_400
  /// How long keys are fresh when their issuer does not say.
  static let standard: Int64 = 300
  /// How often an issuer is asked anew for a kid that it did not have.
  static let retryInterval: Int64 = 60

  /// The seconds for which an answer with this `Cache-Control` and `Age` is fresh.
  static func lifetime(cacheControl: String?, age: String?) -> Int64 {
    guard let cacheControl else { return standard }
    var seconds = standard
    for directive in cacheControl.lowercased().split(separator: ",") {
      let parts = directive.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" } }
      switch parts.first {
      case "no-store", "no-cache": return floor
      case "max-age": seconds = parts.count > 1 ? Int64(parts[1]) ?? standard : standard
      default: break
      }
    }
    let spent = age.flatMap { Int64($0) }.map { min(max($0, 0), ceiling) } ?? 0
    return min(max(seconds, 0), ceiling) - spent < floor ? floor : min(seconds, ceiling) - spent
  }
}
