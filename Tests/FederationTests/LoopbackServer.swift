import Glibc

/// A small HTTP server on this machine, whose answers a test chooses.
final class LoopbackServer: Sendable {
  /// What is written back, byte for byte; nil keeps the connection open and says nothing.
  typealias Handler = @Sendable (_ path: String, _ request: String) -> [UInt8]?

  let port: Int
  private let listener: Int32

  var url: String { "http://127.0.0.1:\(port)" }

  init(_ handler: @escaping Handler) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    struct NoPort: Error {}
    guard isBound else { throw NoPort() }
    port = Int(UInt16(bigEndian: address.sin_port))
    Self.thread { Self.accept(listener, handler) }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// An answer with a body.
  static func answer(_ body: String, status: String = "200 OK", headers: [String] = []) -> [UInt8] {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
  }

  private static func accept(_ listener: Int32, _ handler: @escaping Handler) {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      guard connection >= 0 else { return }
      thread {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(connection, &buffer, buffer.count)
        let request = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        let words = request.split(separator: " ")
        if let bytes = handler(words.count > 1 ? String(words[1]) : "", request) {
          var done = 0
          while done < bytes.count {
            let sent = bytes[done...].withUnsafeBytes {
              send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { break }
            done += sent
          }
          shutdown(connection, Int32(SHUT_WR))
        }
        // Until the other side is done.
        while read(connection, &buffer, buffer.count) > 0 {}
        close(connection)
      }
    }
  }

  private static func thread(_ work: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let work: @Sendable () -> Void
      init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(work)).toOpaque()
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, box)
    pthread_detach(thread)
  }
}
