import Glibc
import Synchronization

/// The programs that work for us at the moment. None of them goes on when we end, by whatever but SIGKILL.
enum RunningPrograms {
  /// What `kill` takes: the number of a program, or, negative, of its group. 0 is a free place.
  private static let places = InlineArray<32, Atomic<pid_t>> { _ in Atomic(0) }

  /// The signals that end us, and them.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// Sees to it that they end with us. Signals that somebody else deals with are left to them.
  static func watch() { _ = isWatching }

  private static let isWatching: Bool = {
    // The table is made before a handler can look at it.
    _ = places.count
    atexit { RunningPrograms.end(by: SIGTERM) }
    for signal in signals {
      var action = sigaction()
      guard sigaction(signal, nil, &action) == 0, isDefault(action) else { continue }
      action.__sigaction_handler.sa_sigaction = endWithThem
      action.sa_flags = SA_SIGINFO | SA_RESTART
      sigaction(signal, &action, nil)
    }
    return true
  }()

  /// - Returns: its place; nil when there is none left, and it is not followed.
  static func add(_ target: pid_t) -> Int? {
    for index in places.indices {
      let (isOurs, _) = places[index].compareExchange(expected: 0, desired: target, ordering: .sequentiallyConsistent)
      if isOurs { return index }
    }
    return nil
  }

  static func remove(_ place: Int?) {
    if let place { places[place].store(0, ordering: .sequentiallyConsistent) }
  }

  /// Ends them all. Does only what POSIX allows in a handler.
  ///
  /// - Parameter isOfTerminal: whether the terminal has sent the signal to all of our job already.
  static func end(by signal: Int32, isOfTerminal: Bool = false) {
    for index in places.indices {
      let target = places[index].load(ordering: .sequentiallyConsistent)
      // In a session of its own nobody types: what a shell runs there in the background ignores SIGINT.
      if target < 0 { kill(target, SIGTERM) }
      if target > 0, !isOfTerminal { kill(target, signal) }
    }
  }

  private static func isDefault(_ action: sigaction) -> Bool {
    // Functions cannot be compared; SIG_DFL is the address 0.
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0
  }
}

/// Ends the programs that work for us, then us, by the same signal.
private func endWithThem(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?) {
  // SI_KERNEL: the keyboard, or the end of the terminal.
  RunningPrograms.end(by: signal, isOfTerminal: (info?.pointee.si_code ?? 0) > 0)
  var action = sigaction()
  action.__sigaction_handler.sa_handler = SIG_DFL
  sigaction(signal, &action, nil)
  // It strikes when this handler returns.
  kill(getpid(), signal)
}
