import Glibc
import Synchronization

/// The file of a Unix socket: of a server that runs it is left alone, at the beginning and at the end.
final class SocketFile: Sendable {
  let path: String
  /// The file that this server has made, by the number of its inode.
  private let own = Mutex<ino_t?>(nil)

  init(_ path: String) { self.path = path }

  /// Looks whether the path is free; a socket that nobody listens at any more may be replaced.
  ///
  /// - Throws: ``ServerError`` when somebody listens there, or when it is no socket.
  func check() throws(ServerError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ServerError("Cannot listen at \(path): something else is there. Move it away, or name another path.")
    }
    guard !isAnswered else {
      throw ServerError("Cannot listen at \(path): a server listens there. End it first, or name another path.")
    }
  }

  /// Remembers the file as this server's own, and opens it to all accounts: the kernel says who calls.
  func take() {
    chmod(path, 0o666)
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    own.withLock { $0 = status.st_ino }
  }

  /// Removes the file, unless it is another server's by now.
  func remove() {
    var status = stat()
    guard let own = own.withLock({ $0 }), lstat(path, &status) == 0, status.st_ino == own else { return }
    unlink(path)
  }

  private var isAnswered: Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
