import JOSE

/// What there is to know about documents that are published as files: where they go, for how long they are good, and
/// who can use them.
///
/// A file does not change by itself. It must be there before a key signs that it alone makes known, early enough for the
/// copies of relying parties to run out.
public struct PublicationAdvice: Sendable, Equatable {
  /// Who can fetch the documents.
  public enum Reach: Sendable, Equatable {
    /// Whoever reaches the host: the issuer is https.
    case anybody
    /// Nobody but this machine: the issuer is plain http.
    case thisMachine
  }

  /// A key that is in the files and does not sign yet.
  public struct Waiting: Sendable, Equatable {
    public let keyID: String
    public let signsFrom: Int64
    /// When the files have to answer at the latest: what relying parties have kept until then runs out before the key signs.
    public let uploadBy: Int64
    /// Whether that is over.
    public let isLate: Bool
  }

  public let reach: Reach
  /// The path of the issuer without a slash before it, such as `team`; empty when it has none. The documents lie below it.
  public let path: String
  /// For how many seconds a host should let the documents be kept: half of the time for which a new key is published
  /// before it signs.
  public let lifetime: Int64
  /// The key that signs next; nil when none waits. Then the files are good until a key is made.
  public let waiting: Waiting?
  /// When the first of the keys is needed no more, and the files can do without it; nil when all are in use.
  public let tidyFrom: Int64?

  /// - Parameter now: seconds since 1970.
  public init(issuer: IssuerURL, ring: KeyRing, schedule: RotationSchedule, now: Int64) {
    reach = issuer.text.hasPrefix("https://") ? .anybody : .thisMachine
    path = String(issuer.path.dropFirst())
    lifetime = schedule.cacheLifetime
    var next: Waiting?
    var ends: [Int64] = []
    for entry in ring.entries {
      switch ring.state(of: entry, at: now) {
      case .next(let signsFrom) where next == nil:
        let uploadBy = signsFrom - lifetime
        next = Waiting(keyID: entry.keyID, signsFrom: signsFrom, uploadBy: uploadBy, isLate: uploadBy < now)
      case .retired(let publishedUntil): ends.append(publishedUntil)
      case .next, .signing, .expired: break
      }
    }
    waiting = next
    tidyFrom = ends.min()
  }
}
