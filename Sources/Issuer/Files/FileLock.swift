import Glibc

/// A lock between processes (flock(2)) that is given back when its holder ends, however it ends.
struct FileLock {
  private let descriptor: Int32

  /// Waits for the lock for up to five seconds.
  init(path: String, exclusive: Bool) throws(PrivateFileError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(FileError(action: "open the lock", path: path)) }
    for _ in 0..<500 {
      if flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { break }
      usleep(10_000)
    }
    let isHeld = errno == EWOULDBLOCK || errno == EINTR
    let error = FileError(action: "lock", path: path)
    close(descriptor)
    throw isHeld ? .locked(path: path) : .file(error)
  }

  /// Gives the lock back.
  func release() { close(descriptor) }
}
