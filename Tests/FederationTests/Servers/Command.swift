import Glibc
import Synchronization

/// A program that runs beside the tests, and ends with this.
final class Command: Sendable {
  private let process: pid_t
  private let pipe: Int32

  /// - Parameters:
  ///   - arguments: the program, looked for in the path, and its arguments.
  ///   - folder: where it runs.
  init(_ arguments: [String], in folder: String) throws {
    // One at a time: the pipe of one must not stay open in another.
    (process, pipe) = try Self.starting.withLock { _ in
      try Self.start(["timeout", "100", "sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments)
    }
  }

  private static let starting = Mutex(())

  private static func start(_ arguments: [String]) throws -> (pid_t, Int32) {
    struct CannotStart: Error { let reason: Int32 }
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw CannotStart(reason: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    // The threads of the tests hold signals back; a program that inherited that could not be ended.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let result = posix_spawnp(&process, arguments[0], &actions, &attributes, &words, environ)
    close(ends[1])
    guard result == 0 else { throw CannotStart(reason: result) }
    return (process, ends[0])
  }

  deinit {
    kill(process, SIGTERM)
    waitpid(process, nil, 0)
    close(pipe)
  }

  /// All that it says until it ends.
  func output() -> String {
    var text = ""
    while let line = readLine(beginningWith: "") { text += line + "\n" }
    return text
  }

  /// The next line that begins so; nil at the end.
  func readLine(beginningWith start: String) -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while read(pipe, &byte, 1) == 1 {
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        continue
      }
      let text = String(decoding: line, as: UTF8.self)
      if text.hasPrefix(start) { return text }
      line = []
    }
    return nil
  }
}
