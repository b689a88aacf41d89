import Inspection

/// Why etcd did not do what it was asked. What it has done all the same is not known, unless it refused.
public struct EtcdError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// No connection; the system's words.
    case unreachable(String)
    case timeOut
    case tls(String)
    /// etcd says no, in its own words; the code is gRPC's.
    case refused(code: Int64, String)
    /// User name and password are wrong, or missing.
    case authentication(String)
    case status(Int)
    case tooLarge(bytes: Int)
    /// No answer that etcd 3 gives.
    case malformed(String)
    /// A file of the settings, such as a certificate, cannot be used.
    case settings(String)
    case cancelled
  }

  /// `HOST:PORT` of the endpoint that was asked.
  public let endpoint: String
  /// The texts in it are free of control characters.
  public let reason: Reason

  init(endpoint: String, _ reason: Reason) {
    self.endpoint = endpoint
    self.reason = reason
  }

  /// Text of others, fit for a log: cut, and unable to act on a terminal.
  static func quoted(_ text: some StringProtocol) -> String {
    Visible.escaped(String(text.unicodeScalars.prefix(200).map(Character.init)))
  }

  /// A stable name for scripts.
  public var code: String {
    switch reason {
    case .unreachable: "etcd-unreachable"
    case .timeOut: "etcd-time-out"
    case .tls: "etcd-tls-failed"
    case .refused: "etcd-refused"
    case .authentication: "etcd-authentication"
    case .status, .tooLarge, .malformed: "etcd-malformed"
    case .settings: "etcd-settings"
    case .cancelled: "cancelled"
    }
  }

  public var description: String {
    switch reason {
    case .unreachable(let words):
      "etcd at \(endpoint) cannot be reached (\(words)). Is it running, and is the port right?"
    case .timeOut:
      "etcd at \(endpoint) does not answer in time. Is it overloaded, or without a majority of its members?"
    case .tls(let words):
      "No TLS connection to etcd at \(endpoint) (\(words)). Name the authority of its certificate in IDP_ETCD_CA; for TLS write etcds://, else etcd://."
    case .refused(_, let words): "etcd at \(endpoint) refuses: \(words)."
    case .authentication(let words):
      "etcd at \(endpoint) takes not the user name and password (\(words)). Set IDP_ETCD_USER, and IDP_ETCD_PASSWORD_FILE or IDP_ETCD_PASSWORD."
    case .status(let status): "etcd at \(endpoint) answers HTTP \(status). Is it etcd 3 with its JSON gateway?"
    case .tooLarge(let bytes): "etcd at \(endpoint) answers more than \(bytes) bytes. What is under the prefix of idp?"
    case .malformed(let problem): "etcd at \(endpoint) answers what etcd 3 does not: \(problem). Is it another server?"
    case .settings(let problem): problem
    case .cancelled: "Cancelled."
    }
  }

  /// Whether another endpoint may do better.
  var isOfEndpoint: Bool {
    switch reason {
    case .unreachable, .timeOut, .tls, .status, .malformed: true
    // Unavailable: it has no leader, or is just being stopped.
    case .refused(let code, _): code == 14
    case .authentication, .tooLarge, .settings, .cancelled: false
    }
  }
}
