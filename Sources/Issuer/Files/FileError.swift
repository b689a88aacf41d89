import Glibc

/// Why a file could not be read or written: what was being done, to which path, and what the system said.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done, such as `write the signing key`.
  public let action: String
  public let path: String
  /// The system's error number (errno(3)).
  public let code: Int32

  public init(action: String, path: String, code: Int32 = errno) {
    self.action = action
    self.path = path
    self.code = code
  }

  public var description: String { "Cannot \(action) \(path): \(Self.words(code)). \(remedy)" }

  private var remedy: String {
    switch code {
    case ENOSPC, EDQUOT: "Nothing was changed. Free some space and try again."
    case EROFS:
      "Nothing was changed. The file system is read-only: set XDG_STATE_HOME or XDG_CONFIG_HOME to a folder that can be written."
    case EACCES, EPERM: "Look at who owns it and at its permissions: ls -ld '\(path)'."
    case ENOTDIR: "A part of the path is a file where a folder should be: move it away."
    case ENOENT: "Look at the path: there is nothing there."
    case ELOOP: "It is a symbolic link: put the file itself there."
    case EINVAL: "It is a device, a pipe or a socket: name a regular file."
    case EISDIR: "It is a folder: name a file."
    default: "Nothing was changed."
    }
  }

  private static func words(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
