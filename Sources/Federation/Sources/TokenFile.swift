import Glibc
import Issuer

/// A file in which a token is, or what leads to one; also one that links lead to, as those that Kubernetes projects.
enum TokenFile {
  /// The most that is read: 64 KiB.
  static let byteLimit = 1 << 16

  /// The bytes of a regular file.
  static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(action: "read", path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(action: "read", path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(action: "read", path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
    var done = 0
    while done < bytes.count {
      let room = bytes.count - done
      let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + done }, room) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(action: "read", path: path) }
      if count == 0 { break }
      done += count
    }
    guard done <= byteLimit else { throw FileError(action: "read", path: path, code: EFBIG) }
    return Array(bytes[..<done])
  }

  /// The names in a folder, sorted, without those that begin with a dot; none when it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let entries = opendir(folder) else { return [] }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries), names.count < 100 {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// What was found in the place of a file's bytes.
  static func problem(_ error: FileError) -> String {
    let words = strerror(error.code).map { String(cString: $0) } ?? "error"
    return FetchError.quoted("\(error.path) cannot be read (\(error.code == EINVAL ? "it is no regular file" : words))")
  }

  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

extension String {
  /// Without the white space of ASCII around it.
  func trimmingWhiteSpace() -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let trimmed = utf8.drop(while: isSpace)
    guard let last = trimmed.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(decoding: trimmed[...last], as: UTF8.self)
  }

  /// Without the slash at its end.
  func trimmingSlash() -> String { hasSuffix("/") ? String(dropLast()) : self }
}
