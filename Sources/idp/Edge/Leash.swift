import Glibc
import Synchronization

/// Ends one program before its time, from any thread.
final class Leash: Sendable {
  private struct State {
    var target: pid_t?
    var isCut = false
  }

  private let state = Mutex(State())

  /// Ends the program that is held, or the one that will be.
  func cut() {
    state.withLock { state in
      state.isCut = true
      if let target = state.target { kill(target, SIGTERM) }
    }
  }

  func hold(_ target: pid_t) {
    state.withLock { state in
      state.target = target
      if state.isCut { kill(target, SIGTERM) }
    }
  }

  func release() { state.withLock { $0.target = nil } }
}
