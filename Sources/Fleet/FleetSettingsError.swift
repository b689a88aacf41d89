import Inspection

/// What is wrong with the settings of a fleet.
public struct FleetSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case scheme(String)
    case endpoint(String)
    case mixedSchemes
    case tooManyEndpoints
    case user
    case certificateWithoutKey
    case userWithoutPassword
    case openPassword
    case replica(String)
    case grace(Int64)
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// A stable name for scripts.
  public var code: String { "cluster-settings" }

  public var description: String {
    switch reason {
    case .scheme(let text):
      "The cluster “\(Visible.escaped(text))” cannot be used: write it as etcd://HOST:PORT,HOST:PORT, or etcds:// for TLS."
    case .endpoint(let text):
      "The cluster cannot be used: “\(Visible.escaped(text))” is no HOST:PORT. Write it as etcd://HOST:PORT,HOST:PORT."
    case .mixedSchemes:
      "The cluster cannot be used: etcd:// and etcds:// are mixed. Use TLS for all servers, or for none."
    case .tooManyEndpoints: "The cluster cannot be used: it names more than 16 servers."
    case .user:
      "The cluster cannot be used: it holds a user name, and the command line is no place for a password. Set IDP_ETCD_USER and IDP_ETCD_PASSWORD_FILE."
    case .certificateWithoutKey:
      "A client certificate for etcd needs both: set IDP_ETCD_CERT and IDP_ETCD_KEY, or neither."
    case .userWithoutPassword:
      "An account for etcd needs both: set IDP_ETCD_USER, and IDP_ETCD_PASSWORD_FILE or IDP_ETCD_PASSWORD."
    case .openPassword:
      "A password for etcd would be sent in the clear to another machine. Use TLS: etcds://HOST:PORT."
    case .replica(let text):
      "The replica's name “\(Visible.escaped(text))” cannot be used: take up to 64 letters, digits, and . _ -"
    case .grace(let seconds):
      "The grace of \(seconds) seconds cannot be used: it must be between \(FleetSettings.graces.lowerBound) seconds and a day."
    }
  }
}
