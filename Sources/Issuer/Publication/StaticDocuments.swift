import Glibc
import JOSE

/// The documents of an issuer as files, for a host that knows nothing but how to serve files.
public struct StaticDocuments: Sendable, Equatable {
  /// One of the files.
  public struct File: Sendable, Equatable {
    /// Its name in ``StaticDocuments/folder``.
    public let name: String
    /// Where it must answer.
    public let url: String
    public let bytes: [UInt8]
  }

  /// A file as it is on disk now.
  public struct Written: Sendable, Equatable {
    public let file: File
    public let path: String
    /// Whether something else was there, or nothing.
    public let isChanged: Bool
  }

  /// The folder that well-known documents are in (RFC 8615 §3).
  public static let folder = ".well-known"
  /// What both documents must be served as (OpenID Connect Discovery 1.0 §4.2).
  public static let contentType = "application/json"

  public let files: [File]

  /// - Parameters:
  ///   - discovery: the metadata of the issuer.
  ///   - keys: the keys that they lead to.
  public init(issuer: IssuerURL, discovery: JSONObject, keys: JWKSet) {
    func file(_ name: String, _ url: String, _ document: JSON) -> File {
      File(name: name, url: url, bytes: Array((document.pretty() + "\n").utf8))
    }
    files = [
      // A host that is copied to file by file must not name keys before it has them.
      file("jwks.json", issuer.jwksURL, keys.json()),
      file("openid-configuration", issuer.discoveryURL, .object(discovery)),
    ]
  }

  /// Writes the files for everybody to read (0644), each whole or not at all, and touches nothing else. A file that has
  /// these bytes already stays as it is.
  ///
  /// - Parameter root: what the issuer's URL serves; it is made when it is not there, and may be a symbolic link, since
  ///   somebody named it. Nothing below may.
  public func write(below root: String) throws(FileError) -> [Written] {
    let well = root.hasSuffix("/") ? root + Self.folder : root + "/" + Self.folder
    let outer = try Self.open(root, in: AT_FDCWD, shown: root, flags: 0)
    defer { close(outer) }
    let inner = try Self.open(Self.folder, in: outer, shown: well, flags: O_NOFOLLOW)
    defer { close(inner) }
    var written: [Written] = []
    for file in files {
      let path = well + "/" + file.name
      let isChanged = Self.bytes(of: file.name, in: inner, limit: file.bytes.count) != file.bytes
      if isChanged {
        do throws(FileError) {
          try AtomicFile.write(file.bytes, to: file.name, in: inner, mode: 0o644)
        } catch {
          throw FileError(action: "publish", path: path, code: error.code)
        }
      }
      written.append(Written(file: file, path: path, isChanged: isChanged))
    }
    return written
  }

  /// A folder, which is made for everybody to look into when it is not there.
  private static func open(
    _ path: String, in base: Int32, shown: String, flags: Int32
  ) throws(FileError) -> Int32 {
    let isNew = mkdirat(base, path, 0o755) == 0
    guard isNew || errno == EEXIST else { throw FileError(action: "make the folder", path: shown) }
    let descriptor = openat(base, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags)
    guard descriptor >= 0 else {
      // A link in the place of a folder is no folder to openat(2); people are told what it is.
      var status = stat()
      let isLink =
        flags & O_NOFOLLOW != 0 && fstatat(base, path, &status, AT_SYMLINK_NOFOLLOW) == 0
        && status.st_mode & S_IFMT == S_IFLNK
      throw isLink
        ? FileError(action: "publish into", path: shown, code: ELOOP) : FileError(action: "publish into", path: shown)
    }
    // A web server reads it under another account, whatever the umask of this one is.
    if isNew { fchmod(descriptor, 0o755) }
    return descriptor
  }

  /// What a file holds that everybody can read; nil when it has another size, or is none.
  private static func bytes(of name: String, in folder: Int32, limit: Int) -> [UInt8]? {
    let descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o7777 == 0o644,
      Int(status.st_size) == limit
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: limit)
    var done = 0
    while done < limit {
      let count = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress?.advanced(by: done), limit - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      done += count
    }
    return bytes
  }
}
