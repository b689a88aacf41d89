import Glibc
import JOSE

/// What is written down about a token: everything by which it can be found again, and nothing that gives access.
public struct AuditLine: Sendable, Equatable {
  /// When it was issued, in seconds since 1970.
  public let time: Int64
  /// `jti`.
  public let identifier: String
  public let subject: String
  public let audiences: [String]
  /// When it expires, in seconds since 1970.
  public let expiry: Int64
  public let keyID: String
  /// The name of the workspace that asked a served issuer; nil for the embedded one.
  public var workspace: String?
  /// From where it asked: an address, or the account at a Unix socket.
  public var origin: String?

  init(
    time: Int64, identifier: String, subject: String, audiences: [String], expiry: Int64, keyID: String
  ) {
    self.time = time
    self.identifier = identifier
    self.subject = subject
    self.audiences = audiences
    self.expiry = expiry
    self.keyID = keyID
  }

  /// One line of JSON, without its end.
  public var text: String {
    var line: JSONObject = [
      "time": JSON(Self.rfc3339(time)), "jti": JSON(identifier), "sub": JSON(subject),
      "aud": audiences.count == 1 ? JSON(audiences[0]) : .array(audiences.map { JSON($0) }),
      "exp": JSON(Self.rfc3339(expiry)), "kid": JSON(keyID),
    ]
    if let workspace { line.set("workspace", to: JSON(workspace)) }
    if let origin { line.set("from", to: JSON(origin)) }
    return JSON.object(line).compact()
  }

  static func rfc3339(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// What is written down about a token that a served issuer did not give.
public struct AuditRefusal: Sendable, Equatable {
  /// When it was refused, in seconds since 1970.
  public let time: Int64
  /// The error in one word, as the caller was told it, such as `invalid_target`.
  public let reason: String
  /// The name of the workspace; nil when nobody could be recognised.
  public let workspace: String?
  public let origin: String
  /// What was asked for; of what a stranger asks for nothing is written down.
  public let audiences: [String]

  public init(time: Int64, reason: String, workspace: String?, origin: String, audiences: [String]) {
    self.time = time
    self.reason = reason
    self.workspace = workspace
    self.origin = origin
    self.audiences = audiences
  }

  /// One line of JSON, without its end.
  public var text: String {
    var line: JSONObject = ["time": JSON(AuditLine.rfc3339(time)), "refused": JSON(reason)]
    if let workspace { line.set("workspace", to: JSON(workspace)) }
    if !audiences.isEmpty { line.set("aud", to: .array(audiences.map { JSON($0) })) }
    line.set("from", to: JSON(origin))
    return JSON.object(line).compact()
  }
}

/// The file that a line is added to for each token that is issued, and for each that a served issuer refuses.
public struct AuditLog: Sendable {
  public let path: String

  /// - Parameter path: made at the first line, with mode 0600, and its folder with mode 0700.
  public init(path: String) { self.path = path }

  /// Makes the folder of the log, with mode 0700, when it is not there: a replica keeps nothing else in it.
  public func makeFolder() throws(FileError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    do { try PrivateFolder.create(folder) } catch {
      // One that others may look into is no danger to the log, which is closed itself.
      if case .file(let error) = error { throw error }
    }
  }

  /// Adds a line, in one write, so that lines of several processes do not mix.
  ///
  /// - Throws: ``FileError``; then the token must not be handed out.
  public func append(_ line: AuditLine) throws(FileError) { try append(line.text) }

  /// Adds a line about a refusal.
  public func append(_ refusal: AuditRefusal) throws(FileError) { try append(refusal.text) }

  private static let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW

  private func append(_ text: String) throws(FileError) {
    var descriptor = open(path, Self.flags, 0o600)
    if descriptor < 0, errno == ENOENT {
      // What is wrong with the folder, opening the file says too.
      try? PrivateFolder.create(AtomicFile.folder(of: path))
      descriptor = open(path, Self.flags, 0o600)
    }
    guard descriptor >= 0 else { throw FileError(action: "open the audit log", path: path) }
    defer { close(descriptor) }
    let bytes = Array((text + "\n").utf8)
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else {
      // Half a line on a full disk: what was written is taken back, for the next line to be whole.
      let code = written < 0 ? errno : ENOSPC
      if written > 0 { ftruncate(descriptor, lseek(descriptor, 0, SEEK_END) - off_t(written)) }
      throw FileError(action: "write the audit log", path: path, code: code)
    }
  }
}
