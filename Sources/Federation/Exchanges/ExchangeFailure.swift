import Inspection

/// Why a token was exchanged for nothing: with whom, what was found, what it means and what to do.
public struct ExchangeFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// The token is none that could be sent; the text says why.
    case token(String)
    /// There was no answer.
    case network(FetchError.Reason)
    /// The party has answered no.
    case refused(ExchangeRefusal)
    /// The answer is not one that the party would give.
    case answer(status: Int, problem: String)
    case cancelled
  }

  public let party: ExchangeParty
  /// Where the token was sent.
  public let url: String
  public let reason: Reason
  /// The party's clock minus ours, in seconds; nil when its answer did not say what time it is there.
  public let skew: Int64?
  /// For how many seconds the party does not want to be asked again, if it says so.
  public let retryAfter: Int64?

  init(party: ExchangeParty, url: String, _ reason: Reason, skew: Int64? = nil, retryAfter: Int64? = nil) {
    self.party = party
    self.url = url
    self.reason = if case .network(.cancelled) = reason { .cancelled } else { reason }
    self.skew = skew
    self.retryAfter = retryAfter
  }

  /// A stable name for scripts.
  public var code: String {
    switch reason {
    case .token: "token-unsendable"
    case .network(let reason): reason.code
    case .refused: "exchange-refused"
    case .answer: "answer-malformed"
    case .cancelled: "cancelled"
    }
  }

  /// What the party said; nil when it said nothing.
  public var refusal: ExchangeRefusal? { if case .refused(let refusal) = reason { refusal } else { nil } }

  /// Whether the party says that the same request may be answered otherwise soon.
  public var isRetryable: Bool {
    switch reason {
    case .refused(let refusal): party.callsRetryable(refusal)
    // What stands before the party may speak for it.
    case .answer(let status, _): [429, 502, 503, 504].contains(status)
    case .token, .network, .cancelled: false
    }
  }

  /// What the party's answer means and what to do about it; nil where that is not known, or nothing was answered.
  public var explanation: ExchangeExplanation? { refusal.flatMap(party.explanation) }

  public var description: String {
    "Cannot exchange the token with \(party.name) at \(Visible.escaped(url)): \(found)."
  }

  /// What was found, free of control characters.
  public var found: String {
    switch reason {
    case .token(let problem): problem
    case .network(let reason): reason.found
    case .refused(let refusal):
      (["HTTP \(refusal.status)"] + [Visible.escaped(refusal.code), refusal.lines.joined(separator: " ")])
        .filter { !$0.isEmpty }.joined(separator: ", ")
    case .answer(let status, let problem): "HTTP \(status), \(Visible.escaped(problem))"
    case .cancelled: "cancelled"
    }
  }

  /// What to do.
  public var hint: String? {
    if let explanation { return explanation.remedy }
    switch reason {
    case .token: return "Check where the token comes from: idp inspect shows it."
    case .network(let reason): return Self.hint(reason)
    case .refused: return nil
    case .answer: return "Check that the address is \(party.name)'s, and what stands in between."
    case .cancelled: return nil
    }
  }

  /// One line about clocks that differ, when the failure may come of that; nil when they agree, or nobody knows.
  public var clockNote: String? {
    guard let skew, skew.magnitude >= (explanation?.isAboutTime == true ? 2 : 30) else { return nil }
    return Self.clockNote(skew: skew, url: url)
  }

  /// One line about when to ask again, when the party says so.
  public var waitNote: String? {
    guard isRetryable, let retryAfter else { return nil }
    return "It can be asked again in \(Countdown.text(retryAfter))."
  }

  /// One line about the clock of a party that differs from ours by so many seconds.
  public static func clockNote(skew: Int64, url: String) -> String {
    let host = (try? FetchURL(url, purpose: "the address"))?.host ?? Visible.escaped(url)
    return "The clock of this machine is \(Countdown.text(skew)) \(skew < 0 ? "ahead of" : "behind") that of \(host)."
  }

  private static func hint(_ reason: FetchError.Reason) -> String {
    switch reason {
    case .url, .privateAddress, .document, .issuerMismatch, .status: "Correct the address."
    case .nameNotFound: "Check the spelling, the network and, behind a proxy, HTTPS_PROXY."
    case .refused: "Nobody listens there: check the address, port included."
    case .timeOut, .connection: "Try again; behind a proxy set HTTPS_PROXY."
    case .untrustedCertificate:
      "For an authority of your own, set SSL_CERT_FILE to a file with its certificate; check the clock."
    case .wrongCertificate: "Check the host name; somebody may be in between."
    case .tls: "Check that it speaks TLS there, and the proxy if there is one."
    case .authorities: "Correct or unset SSL_CERT_FILE and SSL_CERT_DIR; a file holds certificates as PEM."
    case .proxy: "Check HTTPS_PROXY and NO_PROXY."
    case .socket: "Check the socket."
    case .redirect: "A token is sent only where you say: name the final address, if you trust it."
    case .tooLarge: "Check that the address is the right one."
    case .cancelled: "Ask again when you want to."
    }
  }
}
