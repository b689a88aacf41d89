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

  /// One line of JSON, without its end.
  public var text: String {
    let line: JSON = [
      "time": JSON(Self.rfc3339(time)), "jti": JSON(identifier), "sub": JSON(subject),
      "aud": audiences.count == 1 ? JSON(audiences[0]) : .array(audiences.map { JSON($0) }),
      "exp": JSON(Self.rfc3339(expiry)), "kid": JSON(keyID),
    ]
    return line.compact()
  }

  private static func rfc3339(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The file that a line is added to for each token that is issued.
public struct AuditLog: Sendable {
  public let path: String

  /// - Parameter path: made at the first line, with mode 0600; its folder must be there.
  public init(path: String) { self.path = path }

  /// Adds a line, in one write, so that lines of several processes do not mix.
  ///
  /// - Throws: ``FileError``; then the token must not be handed out.
  public func append(_ line: AuditLine) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(action: "open the audit log", path: path) }
    defer { close(descriptor) }
    let bytes = Array((line.text + "\n").utf8)
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else {
      // Half a line on a full disk: what was written is taken back, for the next line to be whole.
      let code = written < 0 ? errno : ENOSPC
      if written > 0 { ftruncate(descriptor, lseek(descriptor, 0, SEEK_END) - off_t(written)) }
      throw FileError(action: "write the audit log", path: path, code: code)
    }
  }
}
