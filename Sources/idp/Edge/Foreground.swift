import Glibc

/// The terminal that our job is typed at.
enum Foreground {
  /// Whether there is one and it is ours at the moment.
  static func isOurs() -> Bool {
    let terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return false }
    defer { close(terminal) }
    return tcgetpgrp(terminal) == getpgrp()
  }
}
