import Glibc
import Hummingbird
import HummingbirdCore
import Issuer
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The issuer's HTTP face: discovery document and keys for everybody, tokens for workspaces that it knows.
public struct IssuerServer: Sendable {
  private let settings: ServerSettings
  private let site: IssuerSite
  private let log: @Sendable (ServerEvent) -> Void
  private let logger: Logger

  /// - Parameters:
  ///   - clock: seconds since 1970.
  ///   - log: is told what happened.
  ///   - logger: for what the libraries have to tell.
  public init(
    settings: ServerSettings, backend: any IssuerBackend, clock: @escaping @Sendable () -> Int64,
    log: @escaping @Sendable (ServerEvent) -> Void, logger: Logger
  ) {
    let repeats = Repeats()
    let log: @Sendable (ServerEvent) -> Void = { event in if repeats.isNews(event, at: clock()) { log(event) } }
    self.settings = settings
    self.log = log
    self.logger = logger
    let connections = ConnectionLimits(
      most: settings.limits.connections, mostOfAddress: settings.limits.connectionsOfAddress)
    site = IssuerSite(
      desk: TokenDesk(
        settings: settings, backend: backend, addresses: RateLimiter(limit: settings.limits.ofAddress),
        workspaces: RateLimiter(limit: settings.limits.ofWorkspace), metrics: ServerMetrics(connections: connections),
        clock: clock, log: log))
  }

  /// Serves until SIGTERM, SIGINT or SIGHUP, or until the task is cancelled; what is in flight is then finished, for ten
  /// seconds at most.
  ///
  /// - Throws: ``ServerError`` when it cannot listen.
  public func run() async throws(ServerError) {
    let failure = FirstFailure()
    // The first ends last: what is in flight still asks for keys and workspaces.
    var services: [any Service] = [Upkeep(site: site, certificate: settings.certificate, log: log)]
    for address in settings.addresses {
      services.append(
        Listening(
          place: Self.text(address), failure: failure,
          service: application(
            IssuerResponder(site: site, listener: .network(trustedProxies: settings.trustedProxies)),
            .hostname(address.host, port: address.port), certificate: settings.certificate)))
    }
    if let path = settings.socket {
      services.append(
        Listening(
          place: path, failure: failure,
          service: application(
            IssuerResponder(site: site, listener: .socket), .unixDomainSocket(path: path), certificate: nil)))
    }
    if let admin = settings.admin {
      services.append(
        Listening(
          place: Self.text(admin), failure: failure,
          service: application(
            AdminResponder(site: site), .hostname(admin.host, port: admin.port), certificate: nil)))
    }
    services.append(StopNotice(log: log))
    var configuration = ServiceGroupConfiguration(
      services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch {
      if let first = failure.error { throw first }
      if !(error is CancellationError) { throw ServerError("The server ended: \(error).") }
    }
    if let path = settings.socket { unlink(path) }
    log(.stopped)
  }

  private func application<Responder: HTTPResponder>(
    _ responder: Responder, _ address: BindAddress, certificate: CertificateStore?
  ) -> Application<Responder> where Responder.Context == ConnectionContext {
    let connections = site.desk.metrics.connections
    let isSecure = certificate != nil
    let socket = settings.socket
    return Application(
      responder: responder,
      server: HTTPServerBuilder { responder in
        GuardedChannel(responder: responder, limits: connections, certificate: certificate)
      },
      configuration: ApplicationConfiguration(address: address, serverName: "idp"),
      onServerRunning: { [log] channel in
        if let address = channel.localAddress {
          // Whoever may look at the folder may ask: the kernel says who it is.
          if let path = address.pathname, path == socket { chmod(path, 0o666) }
          log(.listening(address: Self.text(address), isSecure: isSecure))
        }
      }, eventLoopGroupProvider: .singleton, logger: logger)
  }

  private static func text(_ address: ServerSettings.Address) -> String {
    (address.host.contains(":") ? "[\(address.host)]" : address.host) + ":\(address.port)"
  }

  private static func text(_ address: SocketAddress) -> String {
    if let path = address.pathname, !path.isEmpty { return path }
    let host = address.ipAddress ?? "?"
    return (host.contains(":") ? "[\(host)]" : host) + ":\(address.port ?? 0)"
  }
}

/// Why a server could not begin.
public struct ServerError: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
