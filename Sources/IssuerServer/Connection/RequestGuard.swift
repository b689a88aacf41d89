import NIOCore
import NIOHTTPTypes

/// Ends a connection whose request does not come to its end in time, or does not end at all.
///
/// Not `Sendable`: a handler belongs to its channel's event loop.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How large a body may be, in bytes.
  static let bodyLimit = 64 << 10

  private let timeLimit: TimeAmount
  private var deadline: Scheduled<Void>?
  private var isReading = false
  private var bodyBytes = 0

  /// - Parameter timeLimit: how long a request may take from its head to its end.
  init(timeLimit: TimeAmount) { self.timeLimit = timeLimit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      bodyBytes = 0
      isReading = true
    case .body(let bytes):
      let before = bodyBytes
      bodyBytes += bytes.readableBytes
      // What is too much by one piece is passed on, for the answer that says so; the rest is dropped.
      guard before <= Self.bodyLimit else { return }
    case .end:
      isReading = false
      deadline?.cancel()
      deadline = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Most requests come whole, and need no clock.
    if isReading, deadline == nil {
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: timeLimit) { channel.close(promise: nil) }
    }
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data), isUnread else { return context.write(data, promise: promise) }
    // Nobody reads to the end of a body that is refused.
    context.writeAndFlush(data, promise: promise)
    context.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  /// Whether the request has not come to its end when the answer has.
  private var isUnread: Bool { isReading || bodyBytes > Self.bodyLimit }
}
