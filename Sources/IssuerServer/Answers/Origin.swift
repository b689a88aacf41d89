import Glibc
import HTTPTypes
import NIOCore

/// From where a request came.
enum Origin: Sendable, Equatable {
  /// A network address, as text; of IPv6 the first 64 bits, which one customer has.
  case address(String)
  /// An account of this machine, by its uid.
  case account(UInt32)

  /// The origin for people: `203.0.113.7`, `uid 1000`.
  var text: String {
    switch self {
    case .address(let address): address
    case .account(let account): "uid \(account)"
    }
  }

  /// The network address of a request.
  ///
  /// - Parameters:
  ///   - forwarded: `X-Forwarded-For`, which only a proxy that is trusted may set; the last address in it is the one that
  ///     the proxy saw.
  static func network(_ address: SocketAddress?, forwarded: String?, trustedProxies: Set<String>) -> Origin {
    let direct = self.direct(address) ?? "unknown"
    guard trustedProxies.contains(direct), let last = forwarded?.split(separator: ",").last else {
      return .address(shortened(direct))
    }
    let named = String(last.filter { $0 != " " })
    // Whatever it says, it must be an address: it goes into logs and names of limits.
    guard let parsed = try? SocketAddress(ipAddress: named, port: 0) else { return .address(shortened(direct)) }
    return .address(shortened(parsed.ipAddress ?? direct))
  }

  /// The network address of a connection; nil for a Unix socket. A listener for IPv6 sees IPv4 as ::ffff:192.0.2.1.
  static func direct(_ address: SocketAddress?) -> String? {
    guard let written = address?.ipAddress else { return nil }
    return mappedIPv4(written) ?? written
  }

  /// The account at the other end of a Unix socket, as the kernel says (SO_PEERCRED); nil when it does not.
  static func account(of channel: any Channel) async -> Origin? {
    guard let options = channel as? any SocketOptionProvider,
      let peer: PeerCredentials = try? await options.unsafeGetSocketOption(
        level: .socket, name: .init(rawValue: SO_PEERCRED)
      )
      .get()
    else { return nil }
    return .account(peer.uid)
  }

  /// `struct ucred` of Linux, which the C library shows to GNU sources alone (unix(7)).
  private struct PeerCredentials {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32
  }

  private static func shortened(_ address: String) -> String {
    guard var bytes = ipv6(address) else { return address }
    if let mapped = mappedIPv4(address) { return mapped }
    if address == "::1" { return address }
    return withUnsafeMutableBytes(of: &bytes) { bytes in
      for index in 8..<16 { bytes[index] = 0 }
      var text = [CChar](repeating: 0, count: 64)
      guard inet_ntop(AF_INET6, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return address }
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/64"
    }
  }

  /// The IPv4 address in an IPv6 one that stands for it (RFC 4291 §2.5.5.2).
  private static func mappedIPv4(_ address: String) -> String? {
    guard let bytes = ipv6(address) else { return nil }
    return withUnsafeBytes(of: bytes) { bytes in
      guard bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else { return nil }
      return bytes[12...].map { String($0) }.joined(separator: ".")
    }
  }

  private static func ipv6(_ address: String) -> in6_addr? {
    var bytes = in6_addr()
    guard address.contains(":"), inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
    return bytes
  }
}
