import Glibc
import Inspection

/// Reads a file or standard input, once and no more than a limit.
enum InputFile {
  /// The most that is read of a token or a key: 1 MiB.
  static let byteLimit = TokenText.byteLimit

  /// The bytes of a file; a pipe such as `/dev/fd/63` will do.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that are read; whoever has more gets an error.
  ///   - name: what a failure calls it, where its path is said already.
  static func read(_ path: String, limit: Int = byteLimit, name: String? = nil) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(name ?? path, errno) }
    defer { close(descriptor) }
    return try read(descriptor, name: name ?? path, limit: limit)
  }

  /// The bytes of standard input, up to its end.
  static func readStandardInput(limit: Int = byteLimit) throws(Failure) -> [UInt8] {
    try read(STDIN_FILENO, name: "standard input", limit: limit)
  }

  private static func read(_ descriptor: Int32, name: String, limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw unreadable(name, errno)
      }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw Failure("input-too-large", "\(name) has more than \(limit >> 20) MiB, which is the most that is read.")
      }
    }
  }

  /// Whether something other than a folder is there.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return !path.isEmpty && stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
  }

  /// The path, when a folder is there.
  static func folder(_ path: String) throws(Failure) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw unreadable(path, ENOTDIR) }
    return path
  }

  private static func unreadable(_ name: String, _ code: Int32) -> Failure {
    Failure(
      code == ENOENT ? "file-not-found" : "input-unreadable", "\(name) cannot be read: \(SystemError.text(code)).")
  }
}
