import Glibc
import Inspection
import JOSE
import TerminalUI

/// Where a command's result goes: standard output, written at once and whole.
enum Output {
  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether the signs must be of ASCII: on a terminal that shows nothing else.
  static var isASCII: Bool { isTerminal && TerminalLocale.set(environment: Surroundings.environment) == .ascii }

  /// Writes text to standard output.
  ///
  /// - Throws: ``Failure`` when not all of it could be written, such as on a full disk.
  static func print(_ text: String) throws(Failure) {
    try write(Array(text.utf8), to: STDOUT_FILENO)
  }

  /// Writes one JSON document and a newline. On a terminal, whatever could act on it becomes an escape of JSON's own.
  static func print(_ json: JSON) throws(Failure) {
    try print((isTerminal ? json.pretty(escaping: Visible.needsEscape) : json.pretty()) + "\n")
  }

  /// Writes a note for the person to standard error. That it cannot be written is no reason to fail.
  static func note(_ text: String) {
    try? write(Array(text.utf8), to: STDERR_FILENO)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          // The descriptor is shared with a program that made it non-blocking: wait until it takes more.
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
          continue
        }
        throw Failure("output-failed", "Standard output cannot be written: \(SystemError.text(errno)).")
      }
      rest = rest.dropFirst(count)
    }
  }
}

/// What the operating system says about an error number.
enum SystemError {
  static func text(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
