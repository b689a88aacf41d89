import Glibc
import Synchronization

/// Ends one program before its time, from any thread.
final class Leash: Sendable {
  private struct State {
    var program: pid_t?
    var isCut = false
  }

  private let state = Mutex(State())

  var isCut: Bool { state.withLock { $0.isCut } }

  /// Ends the program that is held, or the one that will be; returns at once.
  func cut() {
    let program = state.withLock { state in
      state.isCut = true
      return state.program
    }
    if let program { end(program) }
  }

  func hold(_ program: pid_t) {
    let isCut = state.withLock { state in
      state.program = program
      return state.isCut
    }
    if isCut { end(program) }
  }

  /// Holds nothing any more: the program has ended.
  func release() { state.withLock { $0.program = nil } }

  private func end(_ program: pid_t) {
    Worker.detach { ProcessTree(roots: [program]).end() }
  }
}
