import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection within the limits: counted, over TLS when there is a certificate, and then HTTP.
struct GuardedChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  /// An idle connection is closed after this long; so is one that does not come to its first request.
  static let idleLimit = TimeAmount.seconds(30)
  /// How long a request may take from its head to its end.
  static let requestLimit = TimeAmount.seconds(10)

  private let http: HTTP1Channel
  private let limits: ConnectionLimits
  private let certificate: CertificateStore?
  private let trustedProxies: Set<String>

  init(
    responder: @escaping HTTPChannelHandler.Responder, limits: ConnectionLimits, certificate: CertificateStore?,
    trustedProxies: Set<String>
  ) {
    http = HTTP1Channel(
      responder: responder,
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [RequestGuard(timeLimit: Self.requestLimit)], idleTimeout: Self.idleLimit,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
    self.limits = limits
    self.certificate = certificate
    self.trustedProxies = trustedProxies
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    // Connections of a proxy are those of everybody behind it, and the accounts at a socket are told apart later.
    let address = Origin.direct(channel.remoteAddress)
    let isShared = address == nil || trustedProxies.contains(address ?? "")
    let name = isShared ? nil : Origin.network(channel.remoteAddress, forwarded: nil, trustedProxies: []).text
    // A connection that is not set up is not closed by anybody else.
    guard limits.open(name) else { return refuse(channel, ChannelError.eof) }
    channel.closeFuture.whenComplete { [limits] _ in limits.close(name) }
    do {
      if let certificate {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context))
      }
    } catch {
      return refuse(channel, error)
    }
    return http.setup(channel: channel, logger: logger)
  }

  private func refuse(_ channel: any Channel, _ error: any Error) -> EventLoopFuture<Value> {
    channel.close(promise: nil)
    return channel.eventLoop.makeFailedFuture(error)
  }

  func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
