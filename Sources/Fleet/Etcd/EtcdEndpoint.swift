import Inspection

/// Where one server of etcd is.
public struct EtcdEndpoint: Sendable, Hashable {
  /// In lower case; an IPv6 address without its brackets.
  public let host: String
  public let port: UInt16

  /// `HOST:PORT`, an IPv6 address in brackets.
  var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether it names this machine.
  var isLoopback: Bool {
    host == "localhost" || host == "::1"
      || (host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) })
  }

  /// - Parameter text: `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`; the port is 2379 when there is none.
  init?(_ text: some StringProtocol) {
    let host: String
    var rest: String
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[..<end].dropFirst().lowercased()
      rest = String(text[end...].dropFirst())
      guard host.contains(":"), host.utf8.allSatisfy({ Self.isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }) else {
        return nil
      }
    } else {
      host = text.prefix { $0 != ":" }.lowercased()
      rest = String(text.drop { $0 != ":" })
      guard !host.isEmpty, host.utf8.count <= 253, !host.hasPrefix("-"),
        host.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-._".utf8.contains($0) })
      else { return nil }
    }
    if rest.isEmpty { rest = ":2379" }
    guard rest.hasPrefix(":"), rest.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(rest.dropFirst()), port > 0
    else { return nil }
    self.host = host
    self.port = port
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}
