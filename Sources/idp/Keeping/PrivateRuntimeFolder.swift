import Glibc

/// A folder in memory for this account alone (0700), for as long as a command runs.
///
/// Who made it holds a lock on it. One that nobody holds was left behind by a program that was killed, and goes when the
/// next one is made.
struct PrivateRuntimeFolder {
  let path: String
  /// The folder, locked until this process ends.
  private let descriptor: Int32

  /// Makes one where runtime files belong: in `XDG_RUNTIME_DIR` when that is ours alone, else in shared memory or, where
  /// there is none, among the temporary files.
  init(environment: [String: String]) throws(Failure) {
    let places = [environment["XDG_RUNTIME_DIR"], "/dev/shm", environment["TMPDIR"], "/tmp"].compactMap(\.self)
    var code = ENOENT
    for place in places where place.hasPrefix("/") && Self.isUsable(place, environment) {
      Self.removeAbandoned(in: place)
      if let made = Self.make(in: place) {
        (path, descriptor) = made
        return
      }
      code = errno
    }
    throw Failure(
      "output-failed", "There is no place for the token's file: \(SystemError.text(code)).",
      hint: "Set XDG_RUNTIME_DIR to a folder of yours that others cannot enter (0700).")
  }

  private static let prefix = "idp-exec-"

  private static let tokenName = "token"

  /// The file with the token.
  var tokenPath: String { "\(path)/\(Self.tokenName)" }

  private static func make(in place: String) -> (String, Int32)? {
    // Whoever looks for abandoned ones may take it between the two calls; then another one is made.
    for _ in 0..<5 {
      var template = Array("\(place)/\(prefix)XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { return nil }
      let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if let descriptor = locked(path), access(path, F_OK) == 0 { return (path, descriptor) }
    }
    errno = EAGAIN
    return nil
  }

  /// The folder's descriptor, when nobody else holds it.
  private static func locked(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  private static func removeAbandoned(in place: String) {
    // As mkdtemp names them: nothing that a person would.
    for name in Listing.names(in: place) where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
      let path = "\(place)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o7777 == 0o700,
        let descriptor = locked(path)
      else { continue }
      empty(path)
      close(descriptor)
    }
  }

  private static func isUsable(_ place: String, _ environment: [String: String]) -> Bool {
    var status = stat()
    guard stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
    // What is said to be the runtime folder has to be one (XDG Base Directory Specification 0.8).
    guard place == environment["XDG_RUNTIME_DIR"] else { return true }
    return status.st_uid == geteuid() && status.st_mode & 0o077 == 0
  }

  /// Removes the folder and the files in it.
  func remove() { Self.empty(path) }

  private static func empty(_ path: String) {
    // A folder with something else in it stays.
    for name in Listing.names(in: path) where name == tokenName || name.hasPrefix(".idp-") { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}
