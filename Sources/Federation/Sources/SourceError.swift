import Inspection
import Issuer

/// Why a source gave no token: which one, what was found, what to do.
public struct SourceError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// It is not here; the text says what is missing.
    case absent(String)
    /// A file of it cannot be read.
    case file(String)
    /// There was no answer, or none that can be used.
    case transport(url: String, FetchError.Reason)
    /// It answers, and gives none; its own words.
    case refused(url: String, status: Int, words: String?)
    /// The program ended with this status, nil when it was ended; its own words.
    case command(program: String, status: Int32?, words: String?)
    /// The program was ended because of this, such as `it took more than 30 seconds`; its own words.
    case commandExceeded(program: String, String, words: String?)
    /// What came, or what is stored there, is no token.
    case noToken(String)
    /// The tokens that it has are for these.
    case wrongAudience(wanted: String, found: [String])
    case expired(seconds: Int64)
    case severalAudiences
    case cancelled
  }

  /// What the source is called, free of control characters.
  public let source: String
  /// The texts in it are free of control characters.
  public let reason: Reason
  /// What to do.
  public let hint: String?
  /// Whether what it has cannot change as long as this process runs: a variable.
  private let isFixed: Bool
  /// For how many seconds it should not be asked again; nil when it did not say.
  public let retryAfter: Int64?

  init(_ source: TokenSource, _ reason: Reason, hint: String? = nil, retryAfter: Int64? = nil) {
    self.source = FetchError.quoted(source.label)
    self.reason = reason
    self.isFixed = source.isFixed
    self.hint = hint ?? reason.hint
    self.retryAfter = retryAfter
  }

  /// A stable name for scripts.
  public var code: String {
    switch reason {
    case .absent: "source-absent"
    case .file: "input-unreadable"
    case .transport(_, let reason): reason.code
    case .refused: "source-refused"
    case .command, .commandExceeded: "command-failed"
    case .noToken: "no-token"
    case .wrongAudience: "wrong-audience"
    case .expired: "token-expired"
    case .severalAudiences: "usage"
    case .cancelled: "cancelled"
    }
  }

  /// Whether it may give one later without anybody changing anything.
  public var isTransient: Bool {
    switch reason {
    case .transport(_, let reason): reason.isTransient
    case .refused(_, let status, _): status == 429 || status >= 500
    case .expired: !isFixed
    default: false
    }
  }

  public var description: String { "Cannot get a token from \(source): \(reason.found)." }
}

extension SourceError.Reason {
  /// What was found.
  fileprivate var found: String {
    switch self {
    case .absent(let missing), .file(let missing): missing
    case .transport(let url, let reason): "asked at \(url), \(reason.found)"
    case .refused(let url, let status, let words):
      "\(url) answers HTTP \(status)" + Self.said(words)
    case .commandExceeded(let program, let excess, let words):
      "\(program) was ended: \(excess)" + Self.said(words)
    case .command(let program, nil, let words): "\(program) was ended before it was done" + Self.said(words)
    case .command(let program, let status?, let words): "\(program) ended with status \(status)" + Self.said(words)
    case .noToken(let problem): problem
    case .wrongAudience(let wanted, let found):
      found.isEmpty
        ? "its token is for nobody, not for \(wanted)"
        : "what it has is for \(found.joined(separator: ", ")), not for \(wanted)"
    case .expired(let seconds): "its token expired \(Countdown.text(seconds)) ago"
    case .severalAudiences: "it gives tokens for one audience at a time"
    case .cancelled: "cancelled"
    }
  }

  private static func said(_ words: String?) -> String {
    guard let words, !words.isEmpty else { return "" }
    return ", and says: \(words.hasSuffix(".") ? String(words.dropLast()) : words)"
  }

  fileprivate var hint: String? {
    switch self {
    case .absent: "idp sources says which sources there are here, and why the others are not."
    case .transport(_, .timeOut), .transport(_, .nameNotFound), .transport(_, .refused):
      "Is this process where that source is? idp sources --probe looks."
    case .transport(_, .untrustedCertificate): "For an authority of your own, set SSL_CERT_FILE; check the clock."
    case .expired: "Whoever writes it has to renew it. To look at it: idp inspect."
    case .severalAudiences: "Give one --audience."
    case .refused(_, let status, _) where status == 429 || status >= 500: "Try again later."
    default: nil
    }
  }
}
