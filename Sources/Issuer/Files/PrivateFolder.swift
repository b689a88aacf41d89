import Glibc

/// A folder that is for its owner alone (mode 0700), and the reading of files that must be too.
enum PrivateFolder {
  /// Makes the folder and those above it; one that is there already is checked.
  static func create(_ path: String) throws(PrivateFileError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
      if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR {
        throw .file(FileError(action: "make the folder", path: made))
      }
    }
    try check(path)
  }

  /// - Throws: an error that says how to put it right when others can look into the folder.
  static func check(_ path: String) throws(PrivateFileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw .file(FileError(action: "look at", path: path)) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .file(FileError(action: "use", path: path, code: ENOTDIR)) }
    guard status.st_uid == geteuid() else { throw .owner(path: path) }
    guard status.st_mode & 0o077 == 0 else {
      throw .permissions(path: path, mode: status.st_mode & 0o7777, wanted: 0o700)
    }
  }

  /// Removes what a writer left behind that was killed in the middle: its bytes may be those of a key. The caller holds the
  /// lock, so no writer is at work.
  static func removeTemporaryFiles(in folder: String) {
    guard let entries = opendir(folder) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix(AtomicFile.temporaryPrefix) { unlink(folder + "/" + name) }
    }
  }

  /// The bytes of a file that only its owner can read; nil when there is none.
  static func read(_ path: String, limit: Int) throws(PrivateFileError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(FileError(action: "read", path: path))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .damaged(path: path, problem: "it is no regular file")
    }
    guard status.st_uid == geteuid() else { throw .owner(path: path) }
    guard status.st_mode & 0o077 == 0 else {
      throw .permissions(path: path, mode: status.st_mode & 0o7777, wanted: 0o600)
    }
    guard Int(status.st_size) <= limit else { throw .damaged(path: path, problem: "it is larger than \(limit) bytes") }
    // One buffer of the right size: an array that grows would leave copies of a key behind.
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
      let wanted = bytes.count - done
      let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress?.advanced(by: done), wanted) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .file(FileError(action: "read", path: path)) }
      done += count
    }
    return bytes
  }
}
