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
    let socket = settings.socket.map { SocketFile($0) }
    try socket?.check()
    // The first ends last: what is in flight still asks for keys and workspaces.
    var services: [any Service] = [Upkeep(site: site, certificate: settings.certificate, log: log)]
    for address in settings.addresses {
      services.append(
        Listening(
          place: Self.text(address), failure: failure,
          service: application(
            IssuerResponder(site: site, listener: .network(trustedProxies: settings.trustedProxies)),
            .hostname(address.host, port: address.port), site.desk.metrics.connections,
            certificate: settings.certificate)))
    }
    if let socket {
      services.append(
        Listening(
          place: socket.path, failure: failure,
          service: application(
            IssuerResponder(site: site, listener: .socket), .unixDomainSocket(path: socket.path),
            site.desk.metrics.connections, socket: socket)))
    }
    if let admin = settings.admin {
      services.append(
        Listening(
          place: Self.text(admin), failure: failure,
          service: application(
            AdminResponder(site: site), .hostname(admin.host, port: admin.port),
            // Its own, so that a flood of others does not keep those out who look after the server.
            ConnectionLimits(most: 64, mostOfAddress: 64))))
    }
    services.append(StopNotice(log: log))
    var configuration = ServiceGroupConfiguration(
      // A replica that was replaced has nothing more to serve; what is in flight is finished.
      services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
      gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch {
      socket?.remove()
      if let first = failure.error { throw first }
      if !(error is CancellationError) { throw ServerError("The server ended: \(error).") }
    }
    socket?.remove()
    log(.stopped)
  }

  private func application<Responder: HTTPResponder>(
    _ responder: Responder, _ address: BindAddress, _ connections: ConnectionLimits,
    certificate: CertificateStore? = nil, socket: SocketFile? = nil
  ) -> Application<Responder> where Responder.Context == ConnectionContext {
    let isSecure = certificate != nil
    let trustedProxies = settings.trustedProxies
    return Application(
      responder: responder,
      server: HTTPServerBuilder { responder in
        GuardedChannel(
          responder: responder, limits: connections, certificate: certificate, trustedProxies: trustedProxies)
      },
      configuration: ApplicationConfiguration(address: address, serverName: "idp"),
      onServerRunning: { [log] channel in
        socket?.take()
        if let address = channel.localAddress {
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
