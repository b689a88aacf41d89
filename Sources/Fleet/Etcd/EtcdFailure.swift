import AsyncHTTPClient
import Glibc
import JOSE
import NIOCore
import NIOPosix
import NIOSSL

/// What failures of the HTTP library, and of etcd itself, mean to a person.
enum EtcdFailure {
  static func reason(_ error: any Error) -> EtcdError.Reason {
    switch error {
    case is CancellationError: .cancelled
    case let error as HTTPClientError: reason(error)
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { reason($0.error) } ?? .unreachable("the host has no address")
    case let error as IOError: .unreachable(String(cString: strerror(error.errnoCode)))
    default: reason(words: "\(error)")
    }
  }

  private static func reason(_ error: HTTPClientError) -> EtcdError.Reason {
    switch error {
    case .cancelled: .cancelled
    case .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
      .getConnectionFromPoolTimeout:
      .timeOut
    case .remoteConnectionClosed: .unreachable("it closed the connection")
    default: .unreachable(EtcdError.quoted(error.shortDescription))
    }
  }

  /// The TLS library tells its reasons apart by words only.
  private static func reason(words: String) -> EtcdError.Reason {
    if words.contains("CERTIFICATE_VERIFY_FAILED") {
      return .tls("its certificate is of an authority that is unknown here, or out of its time")
    }
    if words.contains("HostnameValidation") || words.contains("failedToValidateHostname") {
      return .tls("its certificate is for another host")
    }
    let isTLS = words.contains("SSL") || words.contains("handshake")
    return isTLS ? .tls(EtcdError.quoted(words.prefix(160))) : .unreachable(EtcdError.quoted(words.prefix(160)))
  }

  /// What an answer that is not 200 says: `{"error": …, "code": …}` with gRPC's code.
  static func reason(status: Int, answer: JSON?) -> EtcdError.Reason {
    guard let code = answer?["code"]?.integerValue,
      let words = answer?["error"]?.stringValue ?? answer?["message"]?.stringValue
    else { return .status(status) }
    let said = EtcdError.quoted(words)
    // 16 is “unauthenticated”. Others that mean the same have the code of an invalid argument.
    let isAuthentication =
      code == 16
      || ["invalid auth token", "auth store is old", "user name is empty", "authentication failed"].contains {
        words.contains($0)
      }
    return isAuthentication ? .authentication(said) : .refused(code: code, said)
  }
}
