import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What the errors of the HTTP library mean to a person.
struct TransportFailure {
  let secondLimit: Int
  /// Where the environment says that the authorities are.
  let authorities: [String]
  /// `HOST:PORT` of the proxy that was asked; then it is the proxy that has no address or refuses.
  let proxy: String?
  /// The Unix socket that was asked; then it is the socket that is not there, or that nobody listens on.
  var socket: String?

  func reason(_ error: any Error) -> FetchError.Reason {
    switch error {
    case is CancellationError: .cancelled
    case let error as HTTPClientError: reason(error)
    case let error as NIOConnectionError: error.connectionErrors.first.map { reason($0.error) } ?? unreachable(nil)
    case let error as IOError: unreachable(error.errnoCode)
    default: reason(words: "\(error)")
    }
  }

  private func reason(_ error: HTTPClientError) -> FetchError.Reason {
    switch error {
    case .cancelled: .cancelled
    case .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
      .getConnectionFromPoolTimeout:
      .timeOut(seconds: secondLimit)
    case .proxyAuthenticationRequired: .proxy("\(proxyName) wants a user name and a password, or others")
    case .invalidProxyResponse, .httpProxyHandshakeTimeout: .proxy("\(proxyName) does not open a way there")
    case .remoteConnectionClosed: .connection("the server closed it")
    default: .connection(FetchError.quoted(error.shortDescription))
    }
  }

  /// - Parameter code: of the system; nil when a name has no address.
  private func unreachable(_ code: Int32?) -> FetchError.Reason {
    let words = code.map { String(cString: strerror($0)) }
    if let socket {
      return .socket("the socket \(FetchError.quoted(socket)) cannot be reached (\(words ?? "no answer"))")
    }
    if proxy != nil { return .proxy("\(proxyName) cannot be reached (\(words ?? "it has no address"))") }
    guard let code, let words else { return .nameNotFound }
    return code == ECONNREFUSED ? .refused : .connection(words)
  }

  /// The TLS library tells its reasons apart by words only.
  private func reason(words: String) -> FetchError.Reason {
    if words.contains("CERTIFICATE_VERIFY_FAILED") { return .untrustedCertificate }
    if words.contains("HostnameValidation") || words.contains("failedToValidateHostname") { return .wrongCertificate }
    if let path = authorities.first,
      ["failedToLoadCertificate", "noSuchFilesystemObject", "NO_CERTIFICATE", "NO_START_LINE", "PEM"].contains(
        where: words.contains)
    {
      return .authorities(path: FetchError.quoted(path))
    }
    let isTLS = words.contains("SSL") || words.contains("handshake")
    return isTLS ? .tls(FetchError.quoted(words.prefix(160))) : .connection(FetchError.quoted(words.prefix(160)))
  }

  private var proxyName: String { "the proxy \(FetchError.quoted(proxy ?? ""))" }
}
