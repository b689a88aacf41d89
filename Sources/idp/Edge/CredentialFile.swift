import Glibc
import JOSE

/// The file of a workspace credential: like a key of ssh it is used only when nobody else can read it.
enum CredentialFile {
  private static let byteLimit = 8192

  /// The credential in a file, without the white space around it.
  ///
  /// - Throws: ``Failure`` when it cannot be read, is none, or lies open to others.
  static func read(_ path: String) throws(Failure) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw Failure(
        code == ENOENT ? "file-not-found" : "input-unreadable",
        "The credential in \(path) cannot be read: \(SystemError.text(code)).",
        hint: code == ENOENT ? "Store there what idp workspaces add printed, and chmod 600 it." : nil)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure("credential-unusable", "The credential in \(path) cannot be read: that is no regular file.")
    }
    try check(status, path)
    return try text(descriptor, path)
  }

  /// Who could read the file could be this workspace; who could write it could make us another.
  private static func check(_ status: stat, _ path: String) throws(Failure) {
    let mode = status.st_mode & 0o777
    guard mode & 0o077 == 0 else {
      throw Failure(
        "credential-exposed",
        "The credential in \(path) is not used: others can read or change the file (mode 0\(String(mode, radix: 8))).",
        hint: "Close it: chmod 600 '\(path)'. If others may have read it, have it revoked and a new one made.")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw Failure(
        "credential-exposed", "The credential in \(path) is not used: the file belongs to another account.",
        hint: "Make a copy of your own: chown it, or store it anew.")
    }
  }

  private static func text(_ descriptor: Int32, _ path: String) throws(Failure) -> String {
    var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
    defer { Secret.zero(&bytes) }
    var count = 0
    while count < bytes.count {
      let room = bytes.count - count
      let read = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, room) }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else {
        throw Failure(
          "input-unreadable", "The credential in \(path) cannot be read: \(SystemError.text(errno)).")
      }
      if read == 0 { break }
      count += read
    }
    guard count <= byteLimit else {
      throw Failure(
        "credential-unusable", "The file \(path) holds more than a credential: it is longer than \(byteLimit) bytes.")
    }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let trimmed = bytes[..<count].drop(while: isSpace)
    guard let last = trimmed.lastIndex(where: { !isSpace($0) }) else {
      throw Failure(
        "credential-unusable", "The file \(path) is empty; it should hold a credential.",
        hint: "Store there what idp workspaces add printed.")
    }
    return String(decoding: trimmed[...last], as: UTF8.self)
  }
}
