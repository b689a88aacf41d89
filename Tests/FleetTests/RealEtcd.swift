import FoundationEssentials
import Glibc
import Issuer
import JOSE
import Testing

@testable import Fleet

/// Whether a real etcd is here. Where it must be, `IDP_REQUIRE_ETCD` is set, and its absence is a failure.
enum EtcdInstallation {
  static let path = ["/usr/bin/etcd", "/usr/local/bin/etcd"].first { (path: String) in access(path, X_OK) == 0 }
  static let isHere = path != nil || getenv("IDP_REQUIRE_ETCD") != nil
  static let note: Comment = "etcd is not installed: apt-get install etcd-server"
}

/// A real etcd of one member, on this machine alone, that goes with this.
final class RealEtcd {
  struct Failure: Error { let text: String }

  let folder: String
  let port: UInt16
  private let scheme: String
  private let extra: [String]
  private var process: pid_t = 0

  /// - Parameter extra: further arguments, such as for TLS.
  init(scheme: String = "http", folder: String? = nil, extra: [String] = []) throws {
    guard EtcdInstallation.path != nil else { throw Failure(text: "\(EtcdInstallation.note)") }
    self.folder = folder ?? Self.temporaryFolder()
    self.scheme = scheme
    self.extra = extra
    port = try Self.freePort()
    try start()
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func temporaryFolder() -> String {
    let path =
      FileManager.default.temporaryDirectory.path + "/idp-etcd-" + String(UInt64.random(in: .min ... .max), radix: 36)
    mkdir(path, 0o700)
    return path
  }

  var settings: EtcdSettings {
    get throws { try EtcdSettings("etcd://127.0.0.1:\(port)", environment: [:]) }
  }

  func start() throws {
    let peer = try Self.freePort()
    let client = "\(scheme)://127.0.0.1:\(port)"
    let arguments =
      [
        EtcdInstallation.path ?? "", "--data-dir", folder + "/data", "--listen-client-urls", client,
        "--advertise-client-urls", client, "--listen-peer-urls", "http://127.0.0.1:\(peer)",
        "--initial-advertise-peer-urls", "http://127.0.0.1:\(peer)", "--initial-cluster",
        "default=http://127.0.0.1:\(peer)",
      ] + extra
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let log = folder + "/etcd.log"
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    guard posix_spawn(&process, arguments[0], &actions, nil, &pointers, environ) == 0 else {
      throw Failure(text: "etcd does not start")
    }
    // Until it listens.
    for _ in 0..<300 {
      if Self.connects(to: port) { return }
      usleep(50_000)
    }
    throw Failure(text: "etcd does not listen, see \(log)")
  }

  /// Ends it at once, as a crash would.
  func stop() {
    guard process > 0 else { return }
    Glibc.kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    process = 0
  }

  /// Sets it up anew.
  func wipe() throws {
    stop()
    try FileManager.default.removeItem(atPath: folder + "/data")
    try start()
  }

  /// Runs a program to its end.
  static func run(_ arguments: [String]) throws {
    var process: pid_t = 0
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    guard posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ) == 0 else {
      throw Failure(text: "\(arguments[0]) does not start")
    }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    guard status == 0 else { throw Failure(text: "\(arguments.joined(separator: " ")): status \(status)") }
  }

  static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let done = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard done else { throw Failure(text: "no free port") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func connects(to port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }
}
