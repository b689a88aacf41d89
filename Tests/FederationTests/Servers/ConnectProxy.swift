import Glibc
import Synchronization

/// A proxy that opens a way by `CONNECT`, always to the same port of this machine, whatever host it is asked for.
final class ConnectProxy: Sendable {
  private let listener: LoopbackListener
  private let heads: Heads

  private final class Heads: Sendable {
    let all = Mutex<[String]>([])
  }

  /// What it was asked, head by head.
  var requests: [String] { heads.all.withLock { $0 } }
  var address: String { "127.0.0.1:\(listener.port)" }

  /// - Parameter answer: the status line; the way is open with a 200.
  init(to port: Int, answer: String = "200 Connection established") throws {
    let heads = Heads()
    self.heads = heads
    listener = try LoopbackListener { connection in
      let head = readHead(connection)
      heads.all.withLock { $0.append(head) }
      sendAll(Array("HTTP/1.1 \(answer)\r\n\r\n".utf8), to: connection)
      guard answer.hasPrefix("200"), let target = try? LoopbackListener.connect(port: port) else { return }
      startThread { Self.copy(from: target, to: connection) }
      Self.copy(from: connection, to: target)
      close(target)
    }
  }

  private static func copy(from source: Int32, to target: Int32) {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(source, &buffer, buffer.count)
      guard count > 0, sendAll(Array(buffer.prefix(count)), to: target) else { break }
    }
    shutdown(target, Int32(SHUT_WR))
  }
}
