import Glibc
import Inspection
import Issuer
import JOSE
import Synchronization

/// Fetched keys on disk: public ones, in files that only their owner can change.
final class KeyCache: Sendable {
  /// What is kept of an answer; times in seconds since 1970.
  struct Record: Sendable {
    /// What was asked: an issuer, or the URL of a JWKS.
    let subject: String
    /// Where the keys came from.
    let origin: String
    let jwks: JSON
    let fetched: Int64
    let expires: Int64
    /// When it was last asked, with or without success.
    var attempted: Int64
  }

  private let folder: String?
  /// What could not be kept on disk, as long as the process lives: an issuer is not to be asked more often for that.
  private let memory = Mutex<[String: Record]>([:])

  /// - Parameter folder: made when it is needed; nil for none.
  init(folder: String?) { self.folder = folder }

  /// What is known of an issuer; nil when that is nothing, or nothing that can be read: a cache is never an error.
  func record(of subject: String) -> Record? { memory.withLock { $0[subject] } ?? kept(subject) }

  private func kept(_ subject: String) -> Record? {
    guard let path = path(of: subject), let bytes = Self.read(path),
      let document = try? JSON(parsing: bytes, limits: .cache),
      // The name of the file is a digest: what it holds must be of this very subject.
      document["subject"]?.stringValue?.hasSameBytes(as: subject) == true,
      let origin = document["origin"]?.stringValue, let jwks = document["jwks"],
      let fetched = Self.time(document["fetched"]), let expires = Self.time(document["expires"]),
      let attempted = Self.time(document["attempted"])
    else { return nil }
    return Record(
      subject: subject, origin: origin, jwks: jwks, fetched: fetched, expires: expires, attempted: attempted)
  }

  /// Keeps a record. Where that is not possible the next command asks the network again.
  func keep(_ record: Record) {
    let isKept = write(record)
    memory.withLock { $0[record.subject] = isKept ? nil : record }
  }

  private func write(_ record: Record) -> Bool {
    guard let path = path(of: record.subject), makeFolder() else { return false }
    let document: JSON = [
      "subject": JSON(record.subject), "origin": JSON(record.origin), "fetched": JSON(record.fetched),
      "expires": JSON(record.expires), "attempted": JSON(record.attempted), "jwks": record.jwks,
    ]
    do {
      try AtomicFile.write(Array(document.compact().utf8), to: path, mode: 0o600, action: "write the copy of the keys")
      return true
    } catch {
      return false
    }
  }

  /// A time that can be reckoned with, whatever somebody wrote into the file.
  private static func time(_ json: JSON?) -> Int64? {
    json?.integerValue.flatMap { Timestamp($0).isInCalendar ? $0 : nil }
  }

  private func path(of subject: String) -> String? {
    folder.map { $0 + "/" + Base64URL.encode(Digest.sha256(subject.utf8)) + ".json" }
  }

  private func makeFolder() -> Bool {
    guard let folder else { return false }
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o700) != 0, errno != EEXIST { return false }
    }
    return true
  }

  /// A file of ours, and nothing that somebody else has put in its place: these keys decide what is called verified.
  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o022 == 0, status.st_size <= JSONLimits.cache.bytes
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return count == bytes.count ? bytes : nil
  }
}

extension JSONLimits {
  /// A record: an answer of the largest size, and what is written around it.
  static let cache = JSONLimits(depth: 64, bytes: (1 << 20) + (1 << 14))
}
