/// How much a message matters, which decides how long it stays: information 3 s, warnings and errors 6 s.
public enum ToastLevel: String, Sendable, CaseIterable {
  case info, warning, error

  var milliseconds: Int64 {
    self == .info ? 3000 : 6000
  }
}

/// One message to the person; all of a session are kept for `:messages`.
struct Toast: Sendable, Hashable {
  var level: ToastLevel
  var text: String
  var at: Moment

  var endsAt: Moment {
    at.adding(milliseconds: level.milliseconds)
  }
}

/// The messages of a session, oldest first.
struct MessageLog: Sendable {
  /// A session that runs for weeks must not grow without limit.
  static let capacity = 500
  private(set) var toasts: [Toast] = []
  /// The latest message, until its time is over or Esc takes it away.
  private(set) var current: Toast?

  mutating func add(_ level: ToastLevel, _ text: String, at now: Moment) {
    let toast = Toast(level: level, text: text, at: now)
    toasts.append(toast)
    if toasts.count > Self.capacity {
      toasts.removeFirst(toasts.count - Self.capacity)
    }
    current = toast
  }

  mutating func expire(at now: Moment) {
    if let toast = current, toast.endsAt <= now { current = nil }
  }

  mutating func dismiss() {
    current = nil
  }
}
