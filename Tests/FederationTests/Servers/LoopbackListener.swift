import Glibc

/// Listens on a free port of this machine and gives each connection a thread of its own.
final class LoopbackListener: Sendable {
  let port: Int
  private let listener: Int32

  /// - Parameter serve: gets the descriptor of a connection, which is closed when it returns.
  init(_ serve: @escaping @Sendable (Int32) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    port = try Self.withAddress(port: 0) { address, length in
      guard bind(listener, address, length) == 0, listen(listener, 16) == 0 else { return false }
      var length = length
      return getsockname(listener, address, &length) == 0
    }
    Self.acceptAll(listener, serve)
  }

  private static func acceptAll(_ listener: Int32, _ serve: @escaping @Sendable (Int32) -> Void) {
    startThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        startThread {
          serve(connection)
          close(connection)
        }
      }
    }
  }

  /// Listens on a Unix socket instead.
  ///
  /// - Parameter path: of the socket; made here.
  init(socket path: String, _ serve: @escaping @Sendable (Int32) -> Void) throws {
    struct Unusable: Error { let reason: Int32 }
    port = 0
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isBound, listen(listener, 16) == 0 else { throw Unusable(reason: errno) }
    Self.acceptAll(listener, serve)
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// A connection to a port of this machine.
  static func connect(port: Int) throws -> Int32 {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    _ = try withAddress(port: port) { Glibc.connect(connection, $0, $1) == 0 }
    return connection
  }

  /// - Returns: the port that the address has afterwards.
  private static func withAddress(
    port: Int, _ work: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Bool
  ) throws -> Int {
    struct Unreachable: Error { let reason: Int32 }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isDone = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard isDone else { throw Unreachable(reason: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// Reads what comes until an empty line, or the end.
func readHead(_ descriptor: Int32) -> String {
  var bytes: [UInt8] = []
  var byte: UInt8 = 0
  while read(descriptor, &byte, 1) == 1 {
    bytes.append(byte)
    if bytes.suffix(4) == [13, 10, 13, 10] { break }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Reads a head and the body that it announces; for a test's own small ones.
func readRequest(_ descriptor: Int32) -> String {
  let head = readHead(descriptor)
  let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
  var left = length.flatMap { Int($0.dropFirst(16)) } ?? 0
  var bytes: [UInt8] = []
  var byte: UInt8 = 0
  while left > 0, read(descriptor, &byte, 1) == 1 {
    bytes.append(byte)
    left -= 1
  }
  return head + String(decoding: bytes, as: UTF8.self)
}

/// Writes all of it; false when the other side has gone.
@discardableResult
func sendAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

/// A thread of its own: what blocks must not take those of the tasks.
func startThread(_ work: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { argument in
      argument.map { Unmanaged<Box>.fromOpaque($0).takeRetainedValue().work() }
      return nil
    }, Unmanaged.passRetained(Box(work)).toOpaque())
  pthread_detach(thread)
}
