import Glibc

/// A folder in memory for this account alone (0700), for as long as a command runs.
struct PrivateRuntimeFolder {
  let path: String

  /// Makes one where runtime files belong: in `XDG_RUNTIME_DIR` when that is ours alone, else in shared memory or, where
  /// there is none, among the temporary files.
  init(environment: [String: String]) throws(Failure) {
    let places = [environment["XDG_RUNTIME_DIR"], "/dev/shm", environment["TMPDIR"], "/tmp"].compactMap(\.self)
    var code = ENOENT
    for place in places where place.hasPrefix("/") && Self.isUsable(place, environment) {
      var template = Array("\(place)/idp-exec-XXXXXX".utf8CString)
      if mkdtemp(&template) != nil {
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return
      }
      code = errno
    }
    throw Failure(
      "output-failed", "There is no place for the token's file: \(SystemError.text(code)).",
      hint: "Set XDG_RUNTIME_DIR to a folder of yours that others cannot enter (0700).")
  }

  private static func isUsable(_ place: String, _ environment: [String: String]) -> Bool {
    var status = stat()
    guard stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
    // What is said to be the runtime folder has to be one (XDG Base Directory Specification 0.8).
    guard place == environment["XDG_RUNTIME_DIR"] else { return true }
    return status.st_uid == geteuid() && status.st_mode & 0o077 == 0
  }

  /// Removes the folder and the files in it.
  func remove() {
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { unlink("\(path)/\(name)") }
      }
      closedir(entries)
    }
    rmdir(path)
  }
}
