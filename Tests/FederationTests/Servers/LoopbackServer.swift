import Glibc

/// A small HTTP server on this machine, whose answers a test chooses.
final class LoopbackServer: Sendable {
  /// What is written back, byte for byte; nil keeps the connection open and says nothing.
  typealias Handler = @Sendable (_ path: String, _ request: String) -> [UInt8]?

  private let listener: LoopbackListener

  var port: Int { listener.port }
  var url: String { "http://127.0.0.1:\(port)" }

  /// - Parameters:
  ///   - socket: the path of a Unix socket to listen on; nil for a port.
  ///   - ended: called when the other side has closed the connection.
  init(socket: String? = nil, ended: @escaping @Sendable () -> Void = {}, _ handler: @escaping Handler) throws {
    let serve: @Sendable (Int32) -> Void = { connection in
      let request = readRequest(connection)
      let words = request.split(separator: " ")
      if let bytes = handler(words.count > 1 ? String(words[1]) : "", request) {
        sendAll(bytes, to: connection)
        shutdown(connection, Int32(SHUT_WR))
      }
      var byte: UInt8 = 0
      while read(connection, &byte, 1) > 0 {}
      ended()
    }
    listener = try socket.map { try LoopbackListener(socket: $0, serve) } ?? LoopbackListener(serve)
  }

  /// An answer with a body.
  static func answer(_ body: String, status: String = "200 OK", headers: [String] = []) -> [UInt8] {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
  }
}
