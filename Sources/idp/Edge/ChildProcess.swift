import Glibc

/// Another program, run to its end: bytes in, bytes out, with a limit on both its time and what it may print.
///
/// It gets default signals, no file of ours but the three standard ones, and a session of its own, in which there is no
/// terminal that it could wait for. It does not outlive us. Secrets go to its standard input; its arguments can be read by
/// everybody on the machine.
enum ChildProcess {
  /// How a program ended.
  struct Result: Sendable, Equatable {
    /// Its exit status; nil when a signal or the time limit ended it.
    let status: Int32?
    let output: [UInt8]
    /// The beginning of what it said on standard error, when that was wanted.
    var errors: [UInt8] = []
    /// Why we ended it; nil when we did not.
    var excess: Excess?

    var succeeded: Bool { status == 0 }
    /// The output as text, without the newline at its end.
    var text: String {
      let text = String(decoding: output, as: UTF8.self)
      return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
  }

  /// What a program may not have more of.
  enum Excess: Sendable, Equatable {
    case time(milliseconds: Int64)
    case output
  }

  /// The most that is read of what a program prints.
  static let outputLimit = 1 << 20
  /// The most that is kept of what a program says on standard error.
  static let errorLimit = 1 << 13

  /// Runs a program, which is looked for in `PATH`.
  ///
  /// - Parameters:
  ///   - input: what the program reads on its standard input.
  ///   - capturesOutput: whether what it prints is wanted. Programs that leave a part of themselves running, such as
  ///     xclip, would keep a pipe open, so without need there is none.
  ///   - capturesErrors: whether what it says on standard error is wanted; only with its output.
  ///   - timeout: in milliseconds; then the program is killed, with all that it started.
  ///   - patience: the same for a program that may ask the person: where we have the terminal it stays in our job and has
  ///     it, too, together with what is typed to interrupt us. Nil for one that may not.
  ///   - leash: ends it sooner.
  /// - Returns: nil when the program is not there or cannot be started.
  static func run(
    _ arguments: [String], input: [UInt8] = [], capturesOutput: Bool = true, capturesErrors: Bool = false,
    environment: [String: String], timeout: Int64 = 5000, patience: Int64? = nil, leash: Leash? = nil
  ) -> Result? {
    let staysInJob = patience != nil && Foreground.isOurs()
    let limit = staysInJob ? patience ?? timeout : timeout
    let deadline = monotonic() + limit
    guard let inputPipe = Pipe() else { return nil }
    let outputPipe = capturesOutput ? Pipe() : nil
    guard !capturesOutput || outputPipe != nil else {
      inputPipe.close()
      return nil
    }
    let errorPipe = capturesErrors ? Pipe() : nil
    RunningPrograms.watch()
    let child = RunningPrograms.adding {
      spawn(
        arguments, environment, input: inputPipe.read, output: outputPipe?.write, errors: errorPipe?.write,
        staysInJob: staysInJob)
    }
    close(inputPipe.read)
    for pipe in [outputPipe, errorPipe].compactMap(\.self) { close(pipe.write) }
    guard let child else {
      close(inputPipe.write)
      for pipe in [outputPipe, errorPipe].compactMap(\.self) { close(pipe.read) }
      return nil
    }
    leash?.hold(child)
    var exchange = Exchange(
      child: child, input: input[...], writeEnd: inputPipe.write, readEnd: outputPipe?.read,
      errorEnd: errorPipe?.read)
    exchange.run(until: deadline)
    exchange.close()
    let ended = !exchange.exceeded && awaitEnd(of: child, until: deadline)
    if !ended { ProcessTree(roots: [child]).kill() }
    // Before its number can be somebody else's.
    leash?.release()
    RunningPrograms.remove(child)
    let status = reap(child)
    let isFlood = exchange.output.count > outputLimit
    return Result(
      status: ended ? status : nil, output: exchange.output, errors: exchange.errors,
      excess: ended || leash?.isCut == true ? nil : isFlood ? .output : .time(milliseconds: limit))
  }

  /// Where a program is, by the `PATH` of the environment that it would run in.
  static func path(of name: String, _ environment: [String: String]) -> String? {
    if name.contains("/") { return name }
    return (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").lazy.map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 && InputFile.exists($0) }
  }

  /// A pipe that no program inherits.
  struct Pipe {
    let read: Int32
    let write: Int32

    init?() {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (read, write) = (ends[0], ends[1])
    }

    func close() {
      Glibc.close(read)
      Glibc.close(write)
    }
  }

  /// Feeds a program and reads from it, without ever waiting for one while the other would block.
  private struct Exchange {
    let child: pid_t
    var input: ArraySlice<UInt8>
    var writeEnd: Int32
    var readEnd: Int32?
    var errorEnd: Int32?
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var exceeded = false

    mutating func run(until deadline: Int64) {
      _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
      if input.isEmpty { closeInput() }
      while writeEnd >= 0 || readEnd != nil || errorEnd != nil {
        let left = deadline - ChildProcess.monotonic()
        guard left > 0 else {
          exceeded = true
          return
        }
        // Whoever it left behind may keep its files open for as long as they like: what it said itself is there now.
        let isOver = hasEnded(child)
        var waiting: [pollfd] = []
        if writeEnd >= 0 { waiting.append(pollfd(fd: writeEnd, events: Int16(POLLOUT), revents: 0)) }
        for end in [readEnd, errorEnd].compactMap(\.self) {
          waiting.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0))
        }
        guard poll(&waiting, nfds_t(waiting.count), isOver ? 0 : Int32(clamping: min(left, 20))) > 0 else {
          if isOver { return }
          continue
        }
        for entry in waiting where entry.revents != 0 {
          if entry.fd == writeEnd { feed() } else { drain(entry.fd) }
        }
      }
    }

    private mutating func feed() {
      let count = BrokenPipe.withoutSignal {
        input.withUnsafeBytes { Glibc.write(writeEnd, $0.baseAddress, $0.count) }
      }
      if count > 0 { input = input.dropFirst(count) }
      if input.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) { closeInput() }
    }

    private mutating func drain(_ descriptor: Int32) {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { return }
      if descriptor == errorEnd {
        // What is beyond the limit is read all the same, so that the program can go on.
        if count > 0 { errors += buffer[..<min(count, ChildProcess.errorLimit - errors.count)] }
        if count <= 0 { closeErrors() }
        return
      }
      if count > 0 { output += buffer[..<count] }
      exceeded = exceeded || output.count > ChildProcess.outputLimit
      if count <= 0 || exceeded {
        Glibc.close(descriptor)
        readEnd = nil
      }
      // Nobody is to wait for the end of what is killed.
      if exceeded { closeErrors() }
    }

    private mutating func closeErrors() {
      if let errorEnd { Glibc.close(errorEnd) }
      errorEnd = nil
    }

    private mutating func closeInput() {
      Glibc.close(writeEnd)
      writeEnd = -1
    }

    mutating func close() {
      if writeEnd >= 0 { closeInput() }
      if let readEnd { Glibc.close(readEnd) }
      readEnd = nil
      closeErrors()
    }
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], input: Int32, output: Int32?, errors: Int32?,
    staysInJob: Bool
  ) -> pid_t? {
    guard let name = arguments.first, let program = path(of: name, environment) else { return nil }
    var actions = posix_spawn_file_actions_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    }
    if let errors {
      posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }
    for descriptor in openDescriptors() { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var attributes = posix_spawnattr_t()
    guard posix_spawnattr_init(&attributes) == 0 else { return nil }
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    // What we were started to ignore, as by nohup, it ignores, too.
    for signal in [SIGHUP, SIGINT, SIGQUIT] where SignalQueue.isIgnored(signal) { sigdelset(&all, signal) }
    posix_spawnattr_setsigdefault(&attributes, &all)
    // POSIX_SPAWN_SETSID, which <spawn.h> hides behind a feature-test macro.
    let session: Int32 = staysInJob ? 0 : 0x80
    posix_spawnattr_setflags(&attributes, Int16(session | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var child: pid_t = 0
    let status = withCStrings(arguments) { argv in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        posix_spawn(&child, program, &actions, &attributes, argv, envp)
      }
    }
    return status == 0 ? child : nil
  }

  /// Every descriptor but the standard three. Ours close themselves; those that our own parent left open would not.
  private static func openDescriptors() -> [Int32] {
    // The one that reads the folder is in it, too, and is closed by now: closing it again does no harm.
    Listing.names(in: "/proc/self/fd").compactMap { Int32($0) }.filter { $0 > STDERR_FILENO }
  }

  /// Waits for the end of a program; false when its time is over before.
  private static func awaitEnd(of child: pid_t, until deadline: Int64) -> Bool {
    var pause: UInt32 = 500
    while !hasEnded(child) {
      guard monotonic() < deadline else { return false }
      usleep(pause)
      pause = min(pause * 2, 8000)
    }
    return true
  }

  /// Whether it has ended; its number stays its own.
  private static func hasEnded(_ child: pid_t) -> Bool {
    var found = siginfo_t()
    let code = waitid(P_PID, id_t(child), &found, WEXITED | WNOHANG | WNOWAIT)
    // Nobody is told of an end twice: an error is that there is nothing to wait for.
    return code == 0 ? found.si_signo == SIGCHLD : errno != EINTR
  }

  /// The status of a program that has ended, or is about to; nil when a signal ended it.
  private static func reap(_ child: pid_t) -> Int32? {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    // WIFEXITED and WEXITSTATUS, which Swift does not import.
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
  }

  /// Strings as the system takes them, for as long as the body runs.
  static func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
  ) -> Value {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  /// Milliseconds on a clock that nobody sets.
  static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// Writing to a program that does not read: an error is wanted, not the signal that would end us.
private enum BrokenPipe {
  /// Holds SIGPIPE back from this thread while it writes, and takes back the one that the write brought.
  static func withoutSignal(_ write: () -> Int) -> Int {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGPIPE)
    var earlier = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &earlier)
    let count = write()
    let code = errno
    if count < 0, code == EPIPE {
      var none = timespec()
      _ = sigtimedwait(&set, nil, &none)
    }
    pthread_sigmask(SIG_SETMASK, &earlier, nil)
    errno = code
    return count
  }
}
