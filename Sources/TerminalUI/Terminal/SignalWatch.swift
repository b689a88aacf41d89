import Glibc

/// Turns signals into bytes of a pipe, so that they are dealt with in the loop and not wherever they strike.
final class SignalWatch {
  /// Signals that end the program. They keep their meaning: the program ends by the same signal.
  static let ending: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  private static let watched = ending + [SIGTSTP, SIGCONT, SIGWINCH]

  private let pipe: WakePipe
  private var previous: [(signal: Int32, action: sigaction)] = []

  var descriptor: Int32 { pipe.readEnd }

  init() {
    pipe = WakePipe()
    signalDescriptor = pipe.writeEnd
    endingSignals = 0
    for signal in Self.watched {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = noteSignal
      action.sa_flags = SA_RESTART
      var old = sigaction()
      guard sigaction(signal, &action, &old) == 0 else { continue }
      previous.append((signal, old))
    }
  }

  /// The signals that came since the last call.
  func take() -> [Int32] {
    pipe.drain().map(Int32.init)
  }

  /// Stops the program and all of its job, as the terminal's own Ctrl-Z would. Returns when it runs again.
  func stop() {
    var watching = sigaction()
    var action = sigaction()
    // To the rest of the group first: a script that runs this program must stop too, or its shell would wait for ever.
    action.__sigaction_handler.sa_handler = SIG_IGN
    sigaction(SIGTSTP, &action, &watching)
    kill(0, SIGTSTP)
    // Where all threads block it, it is pending now; ignoring it once more drops it.
    sigaction(SIGTSTP, &action, nil)
    // Then to this thread alone: it stops before it goes on, which a signal to the process would not make sure of.
    // Threads of a pool block signals.
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(SIGTSTP, &action, nil)
    Self.unblocked(SIGTSTP) { _ = raise(SIGTSTP) }
    sigaction(SIGTSTP, &watching, nil)
  }

  /// Gives the signals back to those who had them before.
  func end() {
    for (signal, action) in previous {
      var action = action
      sigaction(signal, &action, nil)
    }
    previous = []
    signalDescriptor = -1
  }

  /// Ends the process by a signal, with the exit status that this has by convention.
  static func die(by signal: Int32) -> Never {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
    unblocked(signal) { _ = raise(signal) }
    // A signal that this process cannot die by, such as one to the first process of a container.
    exit(128 + signal)
  }

  private static func unblocked(_ signal: Int32, _ body: () -> Void) {
    var mask = sigset_t()
    var before = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, signal)
    pthread_sigmask(SIG_UNBLOCK, &mask, &before)
    body()
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}

/// Where the handler writes. Set before the handler is installed and after it is removed, both by the loop's thread; an
/// aligned word that the handler only reads.
nonisolated(unsafe) private var signalDescriptor: Int32 = -1

/// How many ending signals came. Only the handler changes it while it is installed.
nonisolated(unsafe) private var endingSignals: Int32 = 0

/// Only does what POSIX allows in a handler.
private func noteSignal(_ signal: Int32) {
  let savedError = errno
  if signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT {
    endingSignals += 1
    // The loop did not get to the first one: it hangs in a write to a terminal that takes nothing.
    if endingSignals > 2 { CrashGuard.restoreAndDie(by: signal) }
  }
  var byte = UInt8(truncatingIfNeeded: signal)
  _ = write(signalDescriptor, &byte, 1)
  errno = savedError
}
