import Glibc
import Synchronization

/// The programs that work for us at the moment. None of them goes on when we end, unless SIGKILL ends us.
enum RunningPrograms {
  private struct State {
    var programs: Set<pid_t> = []
    /// How many are being started.
    var starting = 0
    /// Whether a signal ends us.
    var isDying = false
  }

  private static let state = Mutex(State())

  /// Starts a program; nil when there is none.
  static func adding(_ start: () -> pid_t?) -> pid_t? {
    state.withLock { $0.starting += 1 }
    let program = start()
    state.withLock { state in
      state.starting -= 1
      if let program { state.programs.insert(program) }
    }
    return program
  }

  /// Forgets a program that has ended. What it gave is of no use any more when a signal ends us: then this does not return.
  static func remove(_ program: pid_t) {
    let isDying = state.withLock { state in
      state.programs.remove(program)
      return state.isDying
    }
    while isDying { pause() }
  }

  /// Ends them all, together with what they started, and returns when they have ended.
  ///
  /// - Parameter isInterrupted: whether the terminal has interrupted those of our job already.
  static func end(isInterrupted: Bool = false) {
    while state.withLock({ $0.starting }) > 0 { usleep(1000) }
    ProcessTree(roots: state.withLock { $0.programs }).end(isInterrupted: isInterrupted)
  }

  // MARK: Our own end

  /// Sees to it that they end with us, by whatever signal. Signals that somebody else deals with are left to them.
  static func watch() { _ = isWatching }

  private static let isWatching: Bool = {
    atexit { RunningPrograms.end() }
    guard let pipe = ChildProcess.Pipe() else { return false }
    noticeDescriptor = pipe.write
    Worker.detach {
      // A handler may do next to nothing: what it is told is dealt with here.
      var notice: [UInt8] = [0, 0]
      while read(pipe.read, &notice, 2) != 2 {}
      state.withLock { $0.isDying = true }
      end(isInterrupted: notice[1] != 0)
      die(by: Int32(notice[0]))
    }
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU] {
      var action = sigaction()
      guard sigaction(signal, nil, &action) == 0, isDefault(action) else { continue }
      action.__sigaction_handler.sa_sigaction = notice
      action.sa_flags = SA_SIGINFO | SA_RESTART
      sigaction(signal, &action, nil)
    }
    return true
  }()

  private static func die(by signal: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
    kill(getpid(), signal)
    // The first process of a container does not die by it.
    usleep(100_000)
    _exit(128 + signal)
  }

  private static func isDefault(_ action: sigaction) -> Bool {
    // Functions cannot be compared; SIG_DFL is the address 0.
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0
  }
}

/// Where the handler writes. Set once, before the handler is installed; an aligned word that the handler only reads.
nonisolated(unsafe) private var noticeDescriptor: Int32 = -1

/// Only does what POSIX allows in a handler.
private func notice(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?) {
  let savedError = errno
  // SI_KERNEL: the keyboard, or the end of the terminal.
  let isOfTerminal = (info?.pointee.si_code ?? 0) > 0
  var bytes: (UInt8, UInt8) = (UInt8(truncatingIfNeeded: signal), isOfTerminal ? 1 : 0)
  _ = write(noticeDescriptor, &bytes, 2)
  errno = savedError
}
