import Glibc

/// A program in the place of this one: with our standard files, in our job, with what the terminal sends to it.
struct JobProcess {
  /// How it ended.
  enum End: Equatable {
    case status(Int32)
    case signal(Int32)
  }

  let id: pid_t

  /// Starts a program, which is looked for in `PATH`.
  ///
  /// - Parameter mask: the signals that are held back from it.
  /// - Throws: the status with which a shell would end, with why.
  init(_ arguments: [String], environment: [String: String], mask: sigset_t) throws(StartFailure) {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var mask = mask
    posix_spawnattr_setsigmask(&attributes, &mask)
    // The HTTP library ignores SIGPIPE in this process; a program that is piped into head counts on it.
    var standard = sigset_t()
    sigemptyset(&standard)
    sigaddset(&standard, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &standard)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var child: pid_t = 0
    let code = ChildProcess.withCStrings(arguments) { argv in
      ChildProcess.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        posix_spawnp(&child, arguments[0], nil, &attributes, argv, envp)
      }
    }
    guard code == 0 else { throw StartFailure(program: arguments[0], code: code) }
    id = child
  }

  /// How it ended; nil as long as it runs.
  func ended() -> End? {
    var status: Int32 = 0
    let found = waitpid(id, &status, WNOHANG)
    // Somebody else was told of its end: what it was is lost, and the number may be another process's by now.
    if found < 0, errno == ECHILD { return .status(1) }
    guard found == id else { return nil }
    // WIFEXITED, WEXITSTATUS and WTERMSIG, which Swift does not import.
    return status & 0x7F == 0 ? .status((status >> 8) & 0xFF) : .signal(status & 0x7F)
  }

  /// Why a program could not be started.
  struct StartFailure: Error {
    let program: String
    let code: Int32

    /// What a shell ends with then (POSIX, Shell Command Language §2.8.2).
    var status: Int32 { code == ENOENT ? 127 : 126 }
    var failure: Failure {
      Failure(
        "command-failed", "\(program) cannot be started: \(SystemError.text(code)).",
        hint: code == ENOENT ? "It is looked for in PATH; the command stands after --." : nil)
    }
  }
}
