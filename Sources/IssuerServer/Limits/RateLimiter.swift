import Synchronization

/// How many requests a name may make in a minute, over a window that slides: what was counted in the last full minute
/// counts for the part of it that lies within the last sixty seconds.
final class RateLimiter: Sendable {
  private struct Window {
    var minute: Int64
    var count: Int
    var before: Int
    var isReported: Bool
  }

  /// What came of a request.
  enum Outcome: Equatable {
    case allowed
    /// Too many; `isFirst` is true once a minute, so that a flood does not fill a log.
    case refused(retryAfter: Int64, isFirst: Bool)
  }

  /// How many names are remembered; when they are more, those that were quiet for two minutes are forgotten, and if
  /// there are none, all: a stranger with many addresses may not use up the memory.
  private static let capacity = 65_536

  private let limit: Int
  private let windows = Mutex<[String: Window]>([:])

  /// - Parameter limit: requests a minute; 0 for no limit.
  init(limit: Int) { self.limit = limit }

  /// How many names are remembered.
  var nameCount: Int { windows.withLock { $0.count } }

  /// Counts a request and says whether it may be answered. What is refused is not counted.
  ///
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - elsewhere: how many requests others have counted in this minute.
  func admit(_ name: String, at now: Int64, elsewhere: Int = 0) -> Outcome {
    guard limit > 0 else { return .allowed }
    return windows.withLock { windows in
      if windows.count >= Self.capacity, windows[name] == nil { Self.forget(&windows, now) }
      var window = windows[name] ?? Window(minute: now / 60, count: 0, before: 0, isReported: false)
      Self.advance(&window, to: now / 60)
      defer { windows[name] = window }
      // Rounded up: what is still within the window counts whole.
      let weight = 60 - now % 60
      let past = (window.before * Int(weight) + 59) / 60
      guard window.count + past + elsewhere < limit else {
        defer { window.isReported = true }
        return .refused(retryAfter: max(1, weight), isFirst: !window.isReported)
      }
      window.count += 1
      return .allowed
    }
  }

  private static func advance(_ window: inout Window, to minute: Int64) {
    guard window.minute != minute else { return }
    window.before = window.minute == minute - 1 ? window.count : 0
    window.count = 0
    window.minute = minute
    window.isReported = false
  }

  private static func forget(_ windows: inout [String: Window], _ now: Int64) {
    windows = windows.filter { now / 60 - $0.value.minute < 2 }
    if windows.count >= capacity { windows = [:] }
  }
}
