import Glibc

/// What tells one state of a file from another without reading it.
///
/// Files that are replaced atomically are other files each time, so two changes within one tick of the clock differ too.
public struct FileVersion: Sendable, Equatable {
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int64
  private let nanoseconds: Int64

  /// - Returns: nil when there is no file at the path.
  public init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = Int64(status.st_mtim.tv_sec)
    nanoseconds = Int64(status.st_mtim.tv_nsec)
  }
}
