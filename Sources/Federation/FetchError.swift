import Inspection

/// Why keys could not be fetched: from where, what was found, what to do.
public struct FetchError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// The URL may not be asked; the text says why.
    case url(String)
    /// An issuer on the Internet sends us to an address that is not.
    case privateAddress
    case nameNotFound
    case refused
    case timeOut(seconds: Int)
    /// The connection ended, or was never there; the system's words.
    case connection(String)
    case untrustedCertificate
    case wrongCertificate
    case tls(String)
    /// The authorities that the environment names cannot be read.
    case authorities(path: String)
    case proxy(String)
    case socket(String)
    /// Where to is nil when the answer does not say.
    case redirect(status: Int, location: String?)
    case status(Int)
    case tooLarge(bytes: Int)
    /// No JSON, or not the JSON that it should be.
    case document(String)
    case issuerMismatch(expected: String, found: String)
    case cancelled
  }

  /// What was asked, free of control characters.
  public let url: String
  /// The texts in it are free of control characters.
  public let reason: Reason

  init(url: String, _ reason: Reason) {
    self.url = Self.quoted(url)
    self.reason = reason
  }

  /// Text of others, fit for a message: cut, and unable to act on a terminal.
  static func quoted(_ text: some StringProtocol) -> String {
    Visible.escaped(String(text.unicodeScalars.prefix(300).map(Character.init)))
  }

  /// A stable name for scripts.
  public var code: String { reason.code }

  public var description: String { "Cannot get keys from \(url): \(found)." }

  /// What was found.
  var found: String { reason.found }

  /// What to do.
  public var hint: String {
    switch reason {
    case .url: "Correct the URL."
    case .privateAddress: "If you trust that address, name it yourself: --jwks URL."
    case .nameNotFound:
      "Check the spelling, the network and, behind a proxy, HTTPS_PROXY; offline, pass the keys: --jwks FILE."
    case .refused: "Is the issuer running? Offline, pass the keys: --jwks FILE."
    case .timeOut, .connection: "Try again; behind a proxy set HTTPS_PROXY; offline, pass the keys: --jwks FILE."
    case .untrustedCertificate:
      "For an authority of your own, set SSL_CERT_FILE to a file with its certificate; check the clock."
    case .wrongCertificate: "Check the host name; somebody may be in between."
    case .tls: "Check that it speaks TLS there, and the proxy if there is one."
    case .authorities: "Correct or unset SSL_CERT_FILE and SSL_CERT_DIR; a file holds certificates as PEM."
    case .proxy: "Check HTTPS_PROXY and NO_PROXY."
    case .socket: "Is the issuer running, with --socket and this path? Check that you may write to the socket."
    case .redirect: "Name the final URL, if you trust it."
    case .status(404): "Check the issuer's URL, its path included: the document is looked for below it."
    case .status: "Try again later, or pass the keys: --jwks FILE."
    case .tooLarge, .document: "Check that the URL is the issuer's; pass the keys otherwise: --jwks FILE."
    case .issuerMismatch:
      "An issuer is compared byte for byte, a slash at the end included: name it as its document does."
    case .cancelled: "Ask again when you want to."
    }
  }

  /// Whether keys that were fetched before may stand in: not when the issuer was there and is not the one that was meant.
  var allowsStaleKeys: Bool {
    switch reason {
    case .url, .privateAddress, .issuerMismatch, .cancelled: false
    default: true
    }
  }
}

extension FetchError.Reason {
  /// A stable name for scripts.
  var code: String {
    switch self {
    case .url, .privateAddress: "url-not-allowed"
    case .nameNotFound: "host-not-found"
    case .refused: "connection-refused"
    case .timeOut: "time-out"
    case .connection: "connection-failed"
    case .untrustedCertificate, .wrongCertificate, .tls, .authorities: "tls-failed"
    case .proxy: "proxy-failed"
    case .socket: "socket-failed"
    case .redirect: "redirect-not-followed"
    case .status: "http-status"
    case .tooLarge: "answer-too-large"
    case .document: "document-malformed"
    case .issuerMismatch: "issuer-mismatch"
    case .cancelled: "cancelled"
    }
  }

  /// Whether the same request may succeed later without anybody changing anything.
  var isTransient: Bool {
    switch self {
    case .nameNotFound, .refused, .timeOut, .connection: true
    case .status(let status): status == 429 || status >= 500
    default: false
    }
  }

  /// What was found.
  var found: String {
    switch self {
    case .url(let problem): problem
    case .privateAddress: "an issuer on the Internet sends us to an address that only this network can reach"
    case .nameNotFound: "the host has no address"
    case .refused: "the connection was refused"
    case .timeOut(let seconds): "no whole answer within \(seconds) seconds"
    case .connection(let words): "the connection failed (\(words))"
    case .untrustedCertificate: "its certificate is out of its time, or signed by an authority that is unknown here"
    case .wrongCertificate: "its certificate is for another host"
    case .tls(let words): "no TLS connection (\(words))"
    case .authorities(let path): "no certificates can be read from \(path), which is to say whom to trust"
    case .proxy(let problem), .socket(let problem): problem
    case .redirect(let status, let location?): "it redirects to \(location) (HTTP \(status)), which is not followed"
    case .redirect(let status, nil): "it answers HTTP \(status), without saying where to go"
    case .status(let status): "it answers HTTP \(status)"
    case .tooLarge(let bytes): "the answer is larger than \(bytes) bytes"
    case .document(let problem): problem
    case .issuerMismatch(let expected, let found): "the document is of the issuer '\(found)', not of '\(expected)'"
    case .cancelled: "cancelled"
    }
  }
}
