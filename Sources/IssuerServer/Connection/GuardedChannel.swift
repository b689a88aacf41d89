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

  init(responder: @escaping HTTPChannelHandler.Responder, limits: ConnectionLimits, certificate: CertificateStore?) {
    http = HTTP1Channel(
      responder: responder,
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [RequestGuard(timeLimit: Self.requestLimit)], idleTimeout: Self.idleLimit,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
    self.limits = limits
    self.certificate = certificate
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let address = channel.remoteAddress?.ipAddress ?? "socket"
    guard limits.open(address) else { return channel.eventLoop.makeFailedFuture(ChannelError.connectTimeout(.zero)) }
    channel.closeFuture.whenComplete { [limits] _ in limits.close(address) }
    do {
      if let certificate {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context))
      }
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return http.setup(channel: channel, logger: logger)
  }

  func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
