import Glibc

/// Gives the terminal back when the program crashes: a handler for the signals of a crash, which writes bytes that were
/// made before, sets the terminal's modes, and lets the crash go on.
enum CrashGuard {
  private static let signals: [Int32] = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE]
  private static let stackSize = 64 * 1024

  /// Guards a terminal until `disarm`.
  ///
  /// - Parameters:
  ///   - bytes: What undoes the changes to the terminal.
  ///   - modes: The modes that it had before.
  static func arm(descriptor: Int32, bytes: [UInt8], modes: termios) {
    let text = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
    text.initialize(from: bytes, count: bytes.count)
    let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    state.initialize(to: State(descriptor: descriptor, bytes: text, count: bytes.count, modes: modes))
    disarm()
    armed = state
    // A stack of its own: the crash may be that there is none left.
    var stack = stack_t()
    if sigaltstack(nil, &stack) == 0, stack.ss_flags & Int32(SS_DISABLE) != 0 {
      stack = stack_t(
        ss_sp: UnsafeMutableRawPointer.allocate(byteCount: stackSize, alignment: 16), ss_flags: 0, ss_size: stackSize)
      sigaltstack(&stack, nil)
    }
    for signal in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { CrashGuard.restoreAndDie(by: $0) }
      action.sa_flags = SA_ONSTACK | SA_NODEFER
      sigaction(signal, &action, nil)
    }
  }

  /// Ends the guard; crashes are the system's again.
  static func disarm() {
    guard let state = armed else { return }
    armed = nil
    for signal in signals { resetSignal(signal) }
    state.pointee.bytes.deallocate()
    state.deallocate()
  }

  /// Restores the terminal and ends the process by a signal. Only does what POSIX allows in a handler.
  static func restoreAndDie(by signal: Int32) {
    if let state = armed {
      armed = nil
      _ = write(state.pointee.descriptor, state.pointee.bytes, state.pointee.count)
      tcsetattr(state.pointee.descriptor, TCSANOW, &state.pointee.modes)
    }
    resetSignal(signal)
    raise(signal)
  }

  private static func resetSignal(_ signal: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
  }

  private struct State {
    let descriptor: Int32
    let bytes: UnsafeMutablePointer<UInt8>
    let count: Int
    var modes: termios
  }

  /// An aligned word, set by the loop's thread while no handler is installed, or taken by the first thread to crash.
  nonisolated(unsafe) private static var armed: UnsafeMutablePointer<State>?
}
