import Issuer
import JOSE

/// How an issuer is served.
public struct ServerSettings: Sendable {
  /// Where it listens for the network: a host or an address, and a port (0 for any that is free).
  public struct Address: Sendable, Equatable {
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }
  }

  /// How much it takes.
  public struct Limits: Sendable {
    /// Token requests a minute of one workspace, and from one address; 0 for no limit.
    public var ofWorkspace = 600
    public var ofAddress = 1200
    /// Connections in all, and from one address.
    public var connections = 4096
    public var connectionsOfAddress = 512

    public init() {}
  }

  public var configuration: IssuerConfiguration
  public var addresses: [Address]
  /// The listener for those who run the server; nil for none.
  public var admin: Address?
  /// The path of a Unix socket; nil for none.
  public var socket: String?
  public var certificate: CertificateStore?
  /// Addresses of proxies whose `X-Forwarded-For` is believed.
  public var trustedProxies: Set<String>
  public var limits = Limits()
  public var audit: AuditLog
  /// The account that owns the keys, and who a token of it speaks for at the Unix socket.
  public var account: UInt32
  public var identity: WorkspaceIdentity?
  /// Compared with when there is no such workspace, so that this takes no less time.
  let nobody: CredentialHash

  /// - Throws: ``KeyError`` when there are no random bytes to be had.
  public init(
    configuration: IssuerConfiguration, addresses: [Address], admin: Address? = nil, socket: String? = nil,
    certificate: CertificateStore? = nil, trustedProxies: Set<String> = [], audit: AuditLog, account: UInt32,
    identity: WorkspaceIdentity? = nil
  ) throws(KeyError) {
    self.configuration = configuration
    self.addresses = addresses
    self.admin = admin
    self.socket = socket
    self.certificate = certificate
    self.trustedProxies = trustedProxies
    self.audit = audit
    self.account = account
    self.identity = identity
    nobody = try CredentialHash(try WorkspaceCredential.make())
  }
}
