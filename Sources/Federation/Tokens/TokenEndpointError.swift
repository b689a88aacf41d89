import Glibc
import Inspection

/// Why a served issuer gave no token: where, what was found, what to do.
public struct TokenEndpointError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// There was no answer, or none that can be used.
    case transport(FetchError.Reason)
    /// The discovery document names none.
    case noEndpoint
    /// The discovery document sends the credential to somebody else.
    case foreignEndpoint(String)
    /// What was given as the credential cannot be one.
    case credentialMalformed
    /// The credential, or the account on the other side of the socket, is not known there.
    case unauthorized(bySocket: Bool, words: String?)
    /// The workspace may not have tokens for these audiences.
    case audienceRefused([String], words: String?)
    /// It has a token endpoint, for other purposes.
    case noExchange
    /// Seconds to wait, when the answer says how many.
    case tooManyRequests(retryAfter: Int64?)
    case unavailable(retryAfter: Int64?, words: String?)
    /// Another error of RFC 6749 §5.2.
    case refused(code: String, words: String?)
    /// A token came, and not the one that was asked for.
    case wrongToken(String)
  }

  /// What was asked, free of control characters.
  public let url: String
  /// The texts in it are free of control characters.
  public let reason: Reason

  init(url: String, _ reason: Reason) {
    self.url = FetchError.quoted(url)
    self.reason = reason
  }

  init(_ error: FetchError) { self.init(url: error.url, .transport(error.reason)) }

  /// A stable name for scripts.
  public var code: String {
    switch reason {
    case .transport(let reason): reason.code
    case .noEndpoint: "no-token-endpoint"
    case .foreignEndpoint: "url-not-allowed"
    case .credentialMalformed: "credential-malformed"
    case .unauthorized: "credential-refused"
    case .audienceRefused: "audience-refused"
    case .noExchange: "no-token-exchange"
    case .tooManyRequests: "too-many-requests"
    case .unavailable: "issuer-unavailable"
    case .refused: "request-refused"
    case .wrongToken: "wrong-token"
    }
  }

  /// For how many seconds the issuer should not be asked again; nil when it did not say.
  public var retryAfter: Int64? {
    switch reason {
    case .tooManyRequests(let seconds), .unavailable(let seconds, _): seconds
    default: nil
    }
  }

  /// Whether the same request may be granted later without anybody changing anything.
  public var isTransient: Bool {
    switch reason {
    case .transport(let reason): reason.isTransient
    case .tooManyRequests, .unavailable: true
    default: false
    }
  }

  public var description: String { "Cannot get a token from \(url): \(found)." }

  private var found: String {
    switch reason {
    case .transport(let reason): reason.found
    case .noEndpoint: "its discovery document names no 'token_endpoint'"
    case .foreignEndpoint(let named): "its 'token_endpoint' is not on the issuer's own host: \(named)"
    case .credentialMalformed:
      "the credential cannot be one: it is empty, too long, or holds spaces, line breaks or characters beyond ASCII"
    case .unauthorized(false, let words): "it does not accept the credential" + Self.said(words)
    case .unauthorized(true, let words): "it does not know this account" + Self.said(words)
    case .audienceRefused(let audiences, let words):
      "this workspace may not have a token for \(audiences.joined(separator: ", "))" + Self.said(words)
    case .noExchange: "it does not exchange tokens (RFC 8693)"
    case .tooManyRequests(let seconds): "it was asked too often" + Self.wait(seconds)
    case .unavailable(let seconds, let words): "it cannot answer now" + Self.said(words) + Self.wait(seconds)
    case .refused(let code, let words): "it refuses the request, \(code)" + Self.said(words)
    case .wrongToken(let problem): "the token that came is not the one that was asked for: \(problem)"
    }
  }

  /// What the issuer says itself, its own full stop left out.
  private static func said(_ words: String?) -> String {
    guard let words, !words.isEmpty else { return "" }
    return ", and says: \(words.hasSuffix(".") ? String(words.dropLast()) : words)"
  }

  private static func wait(_ seconds: Int64?) -> String {
    seconds.map { " (again in \(Countdown.text($0)))" } ?? ""
  }

  /// What to do.
  public var hint: String {
    switch reason {
    case .noEndpoint: "It publishes keys and gives no tokens: an issuer that idp serve runs does both."
    case .foreignEndpoint:
      "The credential goes to the scheme, host and port of the issuer only: correct the URL, or ask who runs it."
    case .transport(.refused): "Is the issuer running?"
    case .transport(.nameNotFound): "Check the spelling, the network and, behind a proxy, HTTPS_PROXY."
    case .transport(.timeOut), .transport(.connection): "Try again; behind a proxy set HTTPS_PROXY."
    case .transport(.status(404)), .transport(.status(405)):
      "Check the issuer's URL, its path included; or it gives no tokens to workspaces."
    case .transport(.status), .transport(.tooLarge), .transport(.document):
      "Check that the URL is the issuer's; if it is, look at the issuer's own log."
    case .transport(let reason): FetchError(url: url, reason).hint
    case .credentialMalformed: "Store it again as idp workspaces add printed it, on one line."
    case .unauthorized(false, _):
      "It may have been revoked, or be another issuer's: have a new one made there with idp workspaces add NAME."
    case .unauthorized(true, _): "Have it added there: idp workspaces add NAME --uid \(geteuid())."
    case .audienceRefused: "Have it allowed there: idp workspaces add NAME --audience AUDIENCE."
    case .noExchange: "Tokens are given to workspaces by an issuer that idp serve runs."
    case .tooManyRequests(let seconds?), .unavailable(let seconds?, _):
      "Ask again in \(Countdown.text(seconds))."
    case .tooManyRequests(nil): "Ask again in a minute."
    case .unavailable(nil, _): "Try again later; the issuer's own log says what it lacks."
    case .refused: "Correct what it names; if it names nothing, the issuer's own log says more."
    case .wrongToken: "Do not use it: check the issuer's URL, and whether something in between answers for it."
    }
  }
}
