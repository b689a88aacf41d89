import Glibc
import Issuer

/// A file of the person's own that a program of somebody else reads, such as `~/.aws/config`: changed whole or not at
/// all, by one `idp` at a time.
enum EditedFile {
  /// The most that such a file has: 1 MiB.
  static let byteLimit = 1 << 20

  /// Puts in place of what the file holds what `change` makes of it; of a file that is not there, of nothing.
  ///
  /// A symbolic link is followed, as whoever keeps such files elsewhere wants it. Folders that are missing are made for
  /// their owner alone.
  /// - Parameters:
  ///   - path: a full path.
  ///   - keepsMode: whether others may go on reading what they could read; else the file is for its owner alone.
  ///   - what: what it is, such as `AWS's credentials`.
  static func change(
    _ path: String, keepsMode: Bool = false, what: String,
    _ change: ([UInt8]) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    let path = target(of: path)
    try refuseForeignFolder(path, what)
    let folder = try makeFolder(of: path, what)
    // A lock on the folder itself leaves nothing behind. Where it cannot be had, it is done without: file systems without
    // locks are no reason to refuse.
    let lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if lock >= 0 { close(lock) } }
    wait(for: lock)
    let before = try Version(path, what)
    let bytes = before == nil ? [] : try InputFile.read(path, limit: byteLimit)
    let changed = try change(bytes)
    guard try Version(path, what) == before else {
      throw Failure(
        "file-changed", "\(path) was changed by another program in the meantime; it was left as it is.",
        hint: "Run the command again.")
    }
    if let before, bytes == changed, keepsMode || before.mode & 0o077 == 0 { return }
    let mode = keepsMode ? (before?.mode ?? 0o600) & 0o777 : 0o600
    do {
      try AtomicFile.write(changed, to: path, mode: mode, action: "write \(what) to")
    } catch {
      throw Failure("output-failed", error.description)
    }
  }

  /// Fails when nothing could be put there, before something is got for it that nobody could get back.
  static func check(_ path: String, what: String) throws(Failure) {
    let path = target(of: path)
    try refuseForeignFolder(path, what)
    _ = try Version(path, what)
  }

  /// What is at the path, to be known again.
  private struct Version: Equatable {
    let mode: mode_t
    private let inode: ino_t
    private let size: off_t
    private let seconds: Int
    private let nanoseconds: Int

    /// Nil when there is nothing.
    init?(_ path: String, _ what: String) throws(Failure) {
      var status = stat()
      guard stat(path, &status) == 0 else {
        guard errno == ENOENT else {
          throw Failure("input-unreadable", "\(path) cannot be looked at: \(SystemError.text(errno)).")
        }
        return nil
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw Failure(
          "output-failed", "Cannot write \(what) to \(path): it is no regular file.", hint: "Move it away.")
      }
      // A file of another account would become one of ours, which that account could not use any more.
      guard status.st_uid == geteuid() else {
        throw Failure(
          "output-failed", "Cannot write \(what) to \(path): it belongs to another account.",
          hint: "Run idp as that account, or set HOME to a folder of your own.")
      }
      mode = status.st_mode
      inode = status.st_ino
      size = status.st_size
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// Where the links lead; the path itself when there is nothing.
  private static func target(of path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// By way of sudo, with the HOME of before, a new file or folder would be root's in the midst of somebody else's, who
  /// could not change it any more.
  private static func refuseForeignFolder(_ path: String, _ what: String) throws(Failure) {
    guard geteuid() == 0, Surroundings.environment["SUDO_UID"] != nil else { return }
    var folder = path
    var status = stat()
    repeat { folder = AtomicFile.folder(of: folder) } while stat(folder, &status) != 0 && folder != "/"
    guard status.st_uid != 0 else { return }
    throw Failure(
      "output-failed", "Cannot write \(what) to \(path): the folder belongs to another account, and idp runs as root.",
      hint: "Run idp without sudo, or with sudo -H.")
  }

  private static func makeFolder(of path: String, _ what: String) throws(Failure) -> String {
    let parts = path.split(separator: "/").dropLast()
    var folder = ""
    for part in parts {
      folder += "/" + part
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST || access(folder, X_OK) == 0 else {
        throw Failure("output-failed", "Cannot make the folder \(folder) for \(what): \(SystemError.text(errno)).")
      }
    }
    return folder.isEmpty ? "/" : folder
  }

  /// Waits for the lock for up to five seconds.
  private static func wait(for lock: Int32) {
    guard lock >= 0 else { return }
    for _ in 0..<500 {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { return }
      usleep(10_000)
    }
  }
}
