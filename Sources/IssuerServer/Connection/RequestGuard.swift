import NIOCore
import NIOHTTPTypes

/// Ends a connection whose request does not come to its end in time, or does not end at all, or whose answers nobody reads.
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
  private var readerDeadline: Scheduled<Void>?
  private var isReading = false
  /// How many answers the kernel has not taken.
  private var waiting = 0
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
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let written = promise ?? context.eventLoop.makePromise()
    waiting += 1
    let guarded = NIOLoopBound(self, eventLoop: context.eventLoop)
    written.futureResult.whenComplete { _ in guarded.value.isRead() }
    guard isUnread else { return context.write(data, promise: written) }
    // Nobody reads to the end of a body that is refused.
    context.writeAndFlush(data, promise: written)
    context.close(promise: nil)
  }

  func flush(context: ChannelHandlerContext) {
    context.flush()
    // Most answers are with the kernel now. What it does not take somebody has asked for and does not read.
    guard waiting > 0, readerDeadline == nil else { return }
    let channel = context.channel
    readerDeadline = context.eventLoop.scheduleTask(in: timeLimit) { channel.close(promise: nil) }
  }

  private func isRead() {
    waiting -= 1
    guard waiting == 0 else { return }
    readerDeadline?.cancel()
    readerDeadline = nil
  }

  func handlerRemoved(context: ChannelHandlerContext) { cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    cancel()
    context.fireChannelInactive()
  }

  private func cancel() {
    deadline?.cancel()
    readerDeadline?.cancel()
  }

  /// Whether the request has not come to its end when the answer has.
  private var isUnread: Bool { isReading || bodyBytes > Self.bodyLimit }
}
