import Glibc
import JOSE

extension AuditLine {
  /// What a line of the log says.
  enum Reading: Equatable {
    case token(AuditLine)
    /// Something else that was written down, such as a refusal.
    case other
    /// Nothing that can be read: cut off, mixed up, or written by a stranger.
    case damaged
  }

  static func read(_ bytes: some Collection<UInt8>) -> Reading {
    guard let json = try? JSON(parsing: Array(bytes)), json.objectValue != nil else { return .damaged }
    guard json["kid"] != nil, json["exp"] != nil else { return .other }
    let audiences = json["aud"]?.arrayValue ?? json["aud"].map { [$0] } ?? []
    let names = audiences.compactMap(\.stringValue)
    guard let time = json["time"]?.stringValue.flatMap(seconds), let identifier = json["jti"]?.stringValue,
      let subject = json["sub"]?.stringValue, !names.isEmpty, names.count == audiences.count,
      let expiry = json["exp"]?.stringValue.flatMap(seconds), let keyID = json["kid"]?.stringValue
    else { return .damaged }
    return .token(
      AuditLine(
        time: time, identifier: identifier, subject: subject, audiences: names, expiry: expiry, keyID: keyID))
  }

  /// Seconds since 1970 of `2026-11-23T13:00:48Z`, as the log has it; nil for anything else.
  static func seconds(_ text: String) -> Int64? {
    let fields = text.utf8.split { !(0x30...0x39).contains($0) }.compactMap { Int32(Substring($0)) }
    guard text.utf8.count == 20, fields.count == 6 else { return nil }
    var parts = tm()
    parts.tm_year = fields[0] - 1900
    parts.tm_mon = fields[1] - 1
    parts.tm_mday = fields[2]
    parts.tm_hour = fields[3]
    parts.tm_min = fields[4]
    parts.tm_sec = fields[5]
    let seconds = Int64(timegm(&parts))
    // timegm(3) takes a month 13 for the next January; what was written so comes back otherwise.
    return rfc3339(seconds) == text ? seconds : nil
  }
}

extension AuditLog {
  /// The longest line that is read: that of a token for many long audiences, and no more.
  static let longestLine = 1 << 18

  /// Reads the log from its beginning, in as much memory as a line takes, and counts the tokens that live.
  ///
  /// - Returns: nothing when there is no log.
  /// - Throws: ``FileError``
  public func liveTokens(_ tokens: LiveTokens) throws(FileError) -> LiveTokens {
    var tokens = tokens
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return tokens }
      throw FileError(action: "read the audit log", path: path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(action: "read the audit log", path: path, code: EINVAL)
    }
    var splitter = LineSplitter(longest: Self.longestLine)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(action: "read the audit log", path: path) }
      if count == 0 { break }
      splitter.add(buffer[..<count]) { tokens.add($0) }
    }
    splitter.finish { tokens.add($0) }
    return tokens
  }
}

/// Cuts what comes in pieces into lines; of a line that is too long nothing is kept.
struct LineSplitter {
  let longest: Int
  private var line: [UInt8] = []
  private var isTooLong = false

  init(longest: Int) { self.longest = longest }

  /// - Parameter each: gets a line without its end; nil for one that was too long.
  mutating func add(_ piece: ArraySlice<UInt8>, each: (ArraySlice<UInt8>?) -> Void) {
    var rest = piece
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(rest[..<end])
      give(each)
      rest = rest[(end + 1)...]
    }
    take(rest)
  }

  /// A last line without an end.
  mutating func finish(each: (ArraySlice<UInt8>?) -> Void) {
    if !line.isEmpty || isTooLong { give(each) }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    guard !isTooLong, line.count + bytes.count <= longest else {
      isTooLong = isTooLong || !bytes.isEmpty
      line.removeAll()
      return
    }
    line += bytes
  }

  private mutating func give(_ each: (ArraySlice<UInt8>?) -> Void) {
    each(isTooLong ? nil : line[...])
    line.removeAll(keepingCapacity: true)
    isTooLong = false
  }
}
