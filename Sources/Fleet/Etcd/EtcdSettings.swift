/// Where etcd is, and how it is spoken to.
public struct EtcdSettings: Sendable, Equatable {
  /// Where the password of the user comes from: never from a command line, which everybody on the machine can read.
  public enum Password: Sendable, Equatable {
    /// The first line of a file.
    case file(String)
    case text(String)
  }

  public var endpoints: [EtcdEndpoint]
  public var usesTLS: Bool
  /// A file with the authorities of the servers' certificates, as PEM; nil for the system's.
  public var authorities: String?
  /// Files with the certificate by which the servers know us, and its key, as PEM.
  public var certificate: String?
  public var key: String?
  public var user: String?
  public var password: Password?
  /// How long one server has for its answer, in milliseconds.
  public var patience: Int64 = 2000

  /// Reads `etcd://HOST:PORT,HOST:PORT…`, or `etcds://` for TLS; each may have its scheme again.
  ///
  /// - Parameter environment: `IDP_ETCD_CA`, `IDP_ETCD_CERT` and `IDP_ETCD_KEY` name files for TLS; `IDP_ETCD_USER` with
  ///   `IDP_ETCD_PASSWORD_FILE` or `IDP_ETCD_PASSWORD` the account.
  public init(_ text: String, environment: [String: String]) throws(FleetSettingsError) {
    var endpoints: [EtcdEndpoint] = []
    var schemes: Set<Bool> = []
    for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let isSecure = part.hasPrefix("etcds://")
      let hasScheme = isSecure || part.hasPrefix("etcd://")
      guard hasScheme || index > 0 else { throw FleetSettingsError(.scheme(text)) }
      if hasScheme { schemes.insert(isSecure) }
      let rest = hasScheme ? part.dropFirst(isSecure ? 8 : 7) : part
      guard !rest.contains("@") else { throw FleetSettingsError(.user) }
      guard let endpoint = EtcdEndpoint(rest) else { throw FleetSettingsError(.endpoint(String(rest))) }
      if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
    }
    guard schemes.count == 1 else { throw FleetSettingsError(.mixedSchemes) }
    guard endpoints.count <= 16 else { throw FleetSettingsError(.tooManyEndpoints) }
    self.endpoints = endpoints
    usesTLS = schemes.contains(true)
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    authorities = value("IDP_ETCD_CA")
    certificate = value("IDP_ETCD_CERT")
    key = value("IDP_ETCD_KEY")
    guard (certificate == nil) == (key == nil) else { throw FleetSettingsError(.certificateWithoutKey) }
    user = value("IDP_ETCD_USER")
    password = value("IDP_ETCD_PASSWORD_FILE").map(Password.file) ?? value("IDP_ETCD_PASSWORD").map(Password.text)
    guard (user == nil) == (password == nil) else { throw FleetSettingsError(.userWithoutPassword) }
    guard user == nil || usesTLS || endpoints.allSatisfy(\.isLoopback) else { throw FleetSettingsError(.openPassword) }
  }
}
