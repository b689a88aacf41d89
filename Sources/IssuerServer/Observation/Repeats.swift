import Synchronization

/// Passes trouble on once a minute where it is the same but for its numbers: what each of a thousand requests meets is one
/// thing.
final class Repeats: Sendable {
  /// How many different ones are remembered.
  private static let capacity = 64

  private let told = Mutex<[String: Int64]>([:])

  /// How many are remembered.
  var count: Int { told.withLock { $0.count } }

  /// Whether it was not told within the last minute.
  ///
  /// - Parameter now: seconds since 1970.
  func isNews(_ event: ServerEvent, at now: Int64) -> Bool {
    guard case .trouble(let written) = event else { return true }
    let text = written.filter { !$0.isNumber }
    return told.withLock { told in
      if let time = told[text], (time..<time + 60).contains(now) { return false }
      if told.count >= Self.capacity { told = told.filter { ($0.value..<$0.value + 60).contains(now) } }
      if told.count >= Self.capacity { told = [:] }
      told[text] = now
      return true
    }
  }
}
