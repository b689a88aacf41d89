import Glibc

/// Signals that are taken one by one instead of striking the process.
///
/// They are held back from this thread, and from all that begin after it; so it has to be made before any other thread is.
/// Signals that we were started to ignore, as by nohup, are left alone. That nobody reads our notes any more is no reason
/// to end: SIGPIPE is held back, and passed over.
struct SignalQueue {
  struct Signal: Equatable {
    let number: Int32
    /// Whether the terminal sent it; what is typed it sends to all of the job.
    let isOfTerminal: Bool
  }

  /// What was held back before, for programs that are started.
  let earlierMask: sigset_t
  private let set: sigset_t

  init(_ signals: [Int32]) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals where signal == SIGCHLD || !Self.isIgnored(signal) { sigaddset(&set, signal) }
    sigaddset(&set, SIGPIPE)
    var earlier = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &earlier)
    self.set = set
    earlierMask = earlier
  }

  /// The next signal; nil when none comes within so many milliseconds.
  func next(within milliseconds: Int64) -> Signal? {
    var set = set
    var info = siginfo_t()
    var limit = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
    let number = sigtimedwait(&set, &info, &limit)
    guard number > 0, number != SIGPIPE else { return nil }
    // SI_KERNEL: the keyboard, or the end of the terminal; what processes send has SI_USER, which is 0, or less.
    return Signal(number: number, isOfTerminal: info.si_code > 0)
  }

  /// Whether we were started to ignore a signal.
  static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    // Functions cannot be compared; SIG_IGN is the address 1.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Ends this process by a signal, as it would have ended without the queue. Returns only if that is not possible.
  func end(by signal: Int32) {
    RunningPrograms.end()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
    var one = sigset_t()
    sigemptyset(&one)
    sigaddset(&one, signal)
    kill(getpid(), signal)
    pthread_sigmask(SIG_UNBLOCK, &one, nil)
  }
}
