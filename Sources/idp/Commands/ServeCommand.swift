import ArgumentParser
import Glibc
import Inspection
import Issuer
import IssuerServer
import JOSE

/// `idp serve`: the issuer over HTTP.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve discovery document and keys to relying parties, and tokens to workspaces.",
    discussion: """
      Without an option it answers at the address of the default issuer, http://localhost:8765, with the keys that \
      idp token signs with: a relying party on this machine trusts at once. With an issuer of your own in the \
      configuration, let it listen with a certificate, or put a reverse proxy in front of it.

      Relying parties read ISSUER/.well-known/openid-configuration and ISSUER/.well-known/jwks.json. Workspaces that \
      hold a credential (idp workspaces add) ask for tokens with POST ISSUER/token (RFC 8693), or with \
      GET ISSUER/actions/token?audience=A as in GitHub Actions.

      The log goes to standard error, a line of JSON each. A certificate that changes is read again. SIGTERM ends it \
      after what is in flight.

      EXAMPLES
        idp serve
        idp serve --listen :8443 --tls-cert tls.crt --tls-key tls.key
        idp serve --rotate-every 24h --admin 127.0.0.1:8766
        idp serve --socket /run/idp/idp.sock
        idp serve --cluster etcd://10.0.0.1:2379,10.0.0.2:2379 --replica web-1
        printf 'header = "Authorization: Bearer %s"' "$(cat credential)" |
          curl -K - "http://localhost:8765/actions/token?audience=example.org"
      """)

  @Option(
    name: .customLong("listen"),
    help: ArgumentHelp(
      "Listen there; repeat it for several. :8443 is all addresses.",
      discussion: "Without it, on this machine alone: at the port of the issuer when that is localhost, else 8765.",
      valueName: "address:port"))
  var addresses: [ListenAddress] = []

  @Option(
    name: .customLong("tls-cert"), help: ArgumentHelp("The certificate and its chain, as PEM.", valueName: "file"),
    completion: .file())
  var certificate: String?

  @Option(
    name: .customLong("tls-key"), help: ArgumentHelp("The certificate's private key, as PEM.", valueName: "file"),
    completion: .file())
  var certificateKey: String?

  @Flag(help: "Listen without TLS on addresses that others can reach, for a proxy on another machine.")
  var insecureHttp = false

  @Option(
    help: ArgumentHelp(
      "Answer at this Unix socket too; there the account of the caller is its identity.", valueName: "path"),
    completion: .file())
  var socket: String?

  @Option(
    help: ArgumentHelp("Answer /healthz, /readyz and /metrics there.", valueName: "address:port"))
  var admin: ListenAddress?

  @Option(
    name: .customLong("rotate-every"),
    help: ArgumentHelp("Make a new key that often, such as 24h.", valueName: "time"))
  var rotateEvery: Duration?

  @Option(
    name: .customLong("trusted-proxy"),
    help: ArgumentHelp(
      "Believe the X-Forwarded-For of this address; repeat it for several.", valueName: "address"))
  var trustedProxies: [String] = []

  @Option(
    name: .customLong("rate-limit"),
    help: ArgumentHelp("Token requests a minute of one workspace; 0 for no limit.", valueName: "number"))
  var rateLimit = 600

  @Option(
    name: .customLong("address-limit"),
    help: ArgumentHelp("Token requests a minute from one address; 0 for no limit.", valueName: "number"))
  var addressLimit = 1200

  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var replica: ReplicaOptions

  func run() throws {
    var workspace = try Workspace.current()
    if cluster.cluster != nil, !workspace.configuration.hasOwnSchedule {
      workspace.configuration.issuer.schedule = .ofReplicas
    }
    let clock: @Sendable () -> Int64 = { Surroundings.now().seconds }
    let log = ServerLog(clock: clock)
    var settings = try settings(workspace)
    settings.limits.ofWorkspace = max(0, rateLimit)
    settings.limits.ofAddress = max(0, addressLimit)
    settings.limits.connections = min(settings.limits.connections, Self.openFiles() - 128)
    let backend = try backend(workspace, audit: settings.audit, clock: clock, log: log)
    if Output.isTerminal { announce(settings) }
    let server = IssuerServer(
      settings: settings, backend: backend, clock: clock, log: { log($0) }, logger: log.logger)
    try Blocking.wait { () async throws(Failure) in
      do throws(ServerError) { try await server.run() } catch { throw Failure("cannot-serve", error.description) }
    }
  }

  /// How many files and connections this process may have open, as many as it is allowed to allow itself.
  private static func openFiles() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    if limit.rlim_cur < limit.rlim_max {
      var more = limit
      more.rlim_cur = min(limit.rlim_max, 65_536)
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &more) == 0 { limit = more }
    }
    return max(256, Int(clamping: limit.rlim_cur))
  }

  // MARK: Settings

  private func settings(_ workspace: Workspace) throws(Failure) -> ServerSettings {
    let store = try certificateStore()
    let issuer = workspace.configuration.issuer
    let addresses = addresses.isEmpty ? Self.standardAddresses(of: issuer.issuer) : addresses
    if store == nil, !insecureHttp, let open = addresses.first(where: { !$0.isLoopback }) {
      throw Failure(
        "insecure-listener", "\(open.text) can be reached by others, and without TLS they could be given other keys.",
        hint: "Give a certificate (--tls-cert, --tls-key), or --insecure-http when a proxy in between has one.")
    }
    for proxy in trustedProxies where !Self.isAddress(proxy) {
      throw Failure(
        "usage", "“\(proxy)” is no address of a proxy.",
        hint: "Write it as in 10.0.0.7 or ::1, one --trusted-proxy each.")
    }
    let folder = try workspace.folders.stateFolder()
    do {
      return try ServerSettings(
        configuration: issuer, addresses: addresses.map(\.settings), admin: admin?.settings, socket: socket,
        certificate: store, trustedProxies: Set(trustedProxies),
        audit: AuditLog(path: folder + "/audit.jsonl"), account: geteuid(),
        identity: socket == nil ? nil : try? workspace.identity())
    } catch {
      throw Failure("cannot-serve", error.description)
    }
  }

  private static func isAddress(_ text: String) -> Bool {
    var bytes = in6_addr()
    return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1
  }

  private func certificateStore() throws(Failure) -> CertificateStore? {
    guard let certificate, let certificateKey else {
      guard certificate == nil, certificateKey == nil else {
        throw Failure(
          "usage", "A certificate needs its key, and a key its certificate.",
          hint: "Give both --tls-cert and --tls-key.")
      }
      return nil
    }
    do {
      return try CertificateStore(certificate: certificate, key: certificateKey)
    } catch {
      throw Failure("certificate-unusable", error.description)
    }
  }

  private func backend(
    _ workspace: Workspace, audit: AuditLog, clock: @escaping @Sendable () -> Int64, log: ServerLog
  ) throws(Failure) -> any IssuerBackend {
    let issuer = workspace.configuration.issuer
    if let every = rotateEvery?.seconds, every <= issuer.schedule.publishedAhead {
      throw Failure(
        "usage",
        "A key cannot be replaced every \(every) seconds when it is published \(issuer.schedule.publishedAhead) ahead.",
        hint: "Rotate less often, or lower issuer.publish-ahead in the configuration.")
    }
    if let text = cluster.cluster {
      guard workspace.configuration.transit == nil else {
        throw Failure(
          "usage", "The keys cannot be in a transit engine and with the replicas at once.",
          hint: "Servers with one transit key need no --cluster for their keys; take one of them out.")
      }
      let settings = try replica.settings(text, issuer: issuer.issuer)
      do { try audit.makeFolder() } catch { throw Failure("audit-log-unusable", error.description) }
      do {
        return try FleetBackend(
          settings: settings, configuration: issuer, rotateEvery: rotateEvery?.seconds, clock: clock, log: log)
      } catch {
        throw Failure(error.code, error.description)
      }
    }
    if let transit = workspace.configuration.transit {
      let keys = TransitKeys(service: transit.service, schedule: issuer.schedule)
      let registry = try WorkspaceAccess.registry(workspace)
      let every = rotateEvery?.seconds
      return try Blocking.wait { () async throws(Failure) in
        do {
          return try await RemoteBackend(
            keys: keys, registry: registry, schedule: issuer.schedule, rotateEvery: every, clock: clock,
            log: { log($0) })
        } catch {
          throw Failure("transit-failed", "\(error)")
        }
      }
    }
    do {
      return try LocalBackend(
        store: try workspace.issuer().store, registry: WorkspaceAccess.registry(workspace), configuration: issuer,
        rotateEvery: rotateEvery?.seconds, clock: clock, log: { log($0) })
    } catch let error as KeyStoreError {
      throw Failure(error.code, error.description)
    } catch let error as WorkspaceRegistryError {
      throw Failure(error.code, error.description)
    } catch let error as Failure {
      throw error
    } catch {
      throw Failure("cannot-serve", "\(error)")
    }
  }

  /// On this machine alone; `localhost` may be either of its addresses.
  private static func standardAddresses(of issuer: IssuerURL) -> [ListenAddress] {
    let port = issuer.loopbackPort ?? 8765
    let hosts = hasIPv6Loopback ? ["127.0.0.1", "::1"] : ["127.0.0.1"]
    return hosts.map { ListenAddress(host: $0, port: port) }
  }

  private static var hasIPv6Loopback: Bool {
    let descriptor = Glibc.socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    return withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
      }
    }
  }

  /// What a person wants to know who starts it by hand.
  private func announce(_ settings: ServerSettings) {
    let issuer = settings.configuration.issuer
    Output.note(
      "Serving \(Visible.escaped(issuer.text)). Relying parties read \(Visible.escaped(issuer.discoveryURL)). Ctrl-C ends it.\n"
    )
  }
}
