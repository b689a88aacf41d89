/// The tokens that have not expired, counted by whom they are for and which key has signed them.
public struct LiveTokens: Sendable, Equatable {
  /// Tokens for one audience by one key.
  public struct Group: Sendable, Hashable {
    public let audience: String
    public let keyID: String
  }

  public struct Tally: Sendable, Equatable {
    public var count = 0
    /// How many of them live longer than until the rotation.
    public var outlasting = 0
    /// When the last of them expires, in seconds since 1970.
    public var latestExpiry = Int64.min

    mutating func add(expiry: Int64, rotateAt: Int64) {
      count += 1
      if expiry > rotateAt { outlasting += 1 }
      latestExpiry = max(latestExpiry, expiry)
    }
  }

  /// What stands for the audiences that are too many to be told apart.
  public static let others = "other audiences"
  /// The most groups that are kept apart, so that nobody fills the memory by asking for many audiences.
  static let mostGroups = 1000
  /// The longest audience that is kept, in bytes; the issuer takes no longer one.
  private static let longestAudience = 2048

  /// Seconds since 1970.
  public let now: Int64
  /// Seconds since 1970.
  public let rotateAt: Int64
  public private(set) var groups: [Group: Tally] = [:]
  /// All tokens, each once, whatever its audiences.
  public private(set) var total = Tally()
  /// The lines that cannot be read and may be about tokens that live.
  public private(set) var damagedLines = 0

  /// A token of before has expired.
  private let oldest: String
  /// How each line begins.
  private static let start = Array(#"{"time":""#.utf8)

  /// - Parameters: seconds since 1970.
  public init(now: Int64, rotateAt: Int64) {
    self.now = now
    self.rotateAt = rotateAt
    // Five minutes for clocks that were set.
    oldest = AuditLine.rfc3339(now - IssuerConfiguration.lifetimes.upperBound - 300)
  }

  /// Takes a line of the audit log, in the order of the log.
  ///
  /// - Parameter line: without its end; nil for one that was too long.
  mutating func add(_ line: ArraySlice<UInt8>?) {
    guard let line else {
      damagedLines += 1
      return
    }
    if line.isEmpty { return }
    if isOld(line) {
      // The log is in the order of time, so what could not be read before this line is as old.
      damagedLines = 0
      return
    }
    switch AuditLine.read(line) {
    case .token(let token): add(token)
    case .other: break
    case .damaged: damagedLines += 1
    }
  }

  mutating func add(_ line: AuditLine) {
    guard line.expiry > now else { return }
    total.add(expiry: line.expiry, rotateAt: rotateAt)
    var seen: [String] = []
    for audience in line.audiences where !seen.contains(audience) {
      seen.append(audience)
      var group = Group(audience: audience, keyID: line.keyID)
      if groups[group] == nil, groups.count >= Self.mostGroups || audience.utf8.count > Self.longestAudience {
        group = Group(audience: Self.others, keyID: "")
      }
      groups[group, default: Tally()].add(expiry: line.expiry, rotateAt: rotateAt)
    }
  }

  /// Whether a line is of a time from which no token lives: told from its first bytes, since a log may be very long.
  private func isOld(_ line: ArraySlice<UInt8>) -> Bool {
    let time = line.dropFirst(Self.start.count).prefix(oldest.utf8.count)
    guard line.starts(with: Self.start), line.last == UInt8(ascii: "}"), time.last == UInt8(ascii: "Z"),
      time.count == oldest.utf8.count
    else { return false }
    return time.lexicographicallyPrecedes(oldest.utf8)
  }
}
