import Glibc

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Puts the bytes in place of what is at the path: a temporary file beside it, fsync, rename, fsync of the folder.
  ///
  /// Whatever stops this, a full disk or the end of the process, the old file or the new one is there afterwards.
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
    let descriptor = openat(base, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(action: action, path: path) }
    do throws(FileError) {
      defer { close(descriptor) }
      guard fchmod(descriptor, mode) == 0, writeAll(bytes, to: descriptor), fsync(descriptor) == 0 else {
        throw FileError(action: action, path: path)
      }
    } catch {
      unlinkat(base, temporary, 0)
      throw error
    }
    guard renameat(base, temporary, base, path) == 0 else {
      let error = FileError(action: action, path: path)
      unlinkat(base, temporary, 0)
      throw error
    }
    synchronise(folder, in: base)
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

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
