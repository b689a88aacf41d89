import Glibc

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Puts the bytes in place of what is at the path: a temporary file beside it, fsync, rename, fsync of the folder.
  ///
  /// Whatever stops this, a full disk or the end of the process, the old file or the new one is there afterwards. Until
  /// all is written the temporary file has no name, where the file system has such files: then nothing is left of it.
  /// Only a regular file is replaced: a rename over `/dev/null` or `/dev/stdout` would take it away from the whole machine.
  /// - Parameters:
  ///   - base: the descriptor of the folder that a relative path starts from; without it that is the working directory.
  ///   - mode: the permissions of the file, whatever the umask says.
  public static func write(
    _ bytes: [UInt8], to path: String, in base: Int32 = AT_FDCWD, mode: mode_t = 0o600, action: String = "write"
  ) throws(FileError) {
    try checkReplaceable(path, in: base, action: action)
    let folder = self.folder(of: path)
    // A name that nobody can foresee, made by us and by nobody else.
    let temporary = folder + "/" + temporaryPrefix + String(UInt64.random(in: .min ... .max), radix: 36)
    let code = make(temporary, with: bytes, in: base, mode)
    guard code == 0 else {
      unlinkat(base, temporary, 0)
      throw FileError(action: action, path: path, code: code)
    }
    guard renameat(base, temporary, base, path) == 0 else {
      let error = FileError(action: action, path: path)
      unlinkat(base, temporary, 0)
      throw error
    }
    synchronise(folder, in: base)
  }

  /// Makes a file of this name with these bytes.
  ///
  /// - Returns: 0, or the error number; then a file of this name may be there all the same.
  private static func make(_ name: String, with bytes: [UInt8], in base: Int32, _ mode: mode_t) -> Int32 {
    // O_TMPFILE, which Swift does not import.
    let unnamed = 0o20_000_000 | O_DIRECTORY
    let descriptor = openat(base, folder(of: name), O_WRONLY | unnamed | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return makeNamed(name, with: bytes, in: base, mode) }
    defer { close(descriptor) }
    let code = fill(descriptor, with: bytes, mode)
    guard code == 0 else { return code }
    let isNamed = linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", base, name, AT_SYMLINK_FOLLOW) == 0
    return isNamed ? 0 : makeNamed(name, with: bytes, in: base, mode)
  }

  private static func makeNamed(_ name: String, with bytes: [UInt8], in base: Int32, _ mode: mode_t) -> Int32 {
    let descriptor = openat(base, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    return fill(descriptor, with: bytes, mode)
  }

  private static func fill(_ descriptor: Int32, with bytes: [UInt8], _ mode: mode_t) -> Int32 {
    fchmod(descriptor, mode) == 0 && writeAll(bytes, to: descriptor) && fsync(descriptor) == 0 ? 0 : errno
  }

  /// How the names of temporary files begin.
  static let temporaryPrefix = ".idp-"

  private static func checkReplaceable(_ path: String, in base: Int32, action: String) throws(FileError) {
    var status = stat()
    // What cannot be looked at is said by the write itself.
    guard fstatat(base, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw FileError(action: action, path: path, code: EISDIR)
    case S_IFLNK: throw FileError(action: action, path: path, code: ELOOP)
    default: throw FileError(action: action, path: path, code: EINVAL)
    }
  }

  /// Writes all bytes, however many calls that takes; false leaves the reason in errno.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }

  /// Makes a rename in the folder last. A file system that cannot do that has nothing better to offer.
  static func synchronise(_ folder: String, in base: Int32 = AT_FDCWD) {
    let descriptor = openat(base, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// The folder that a path is in, by its text alone.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
