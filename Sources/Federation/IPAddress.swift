import Glibc

/// An IP address, four bytes of IPv4 or sixteen of IPv6; an IPv4 address in the clothes of IPv6 counts as IPv4.
struct IPAddress: Hashable {
  let bytes: [UInt8]

  /// Reads an address in any spelling that the resolver takes: `127.0.0.1`, `127.1`, `2130706433`, `0x7f.1`, `::1`, `0:0::1`.
  init?(_ text: some StringProtocol) {
    guard text.contains(":") else {
      var address = in_addr()
      // inet_aton overlooks what follows after white space.
      guard !text.contains(where: \.isWhitespace), inet_aton(String(text), &address) != 0 else { return nil }
      bytes = withUnsafeBytes(of: address.s_addr) { Array($0) }
      return
    }
    var address = in6_addr()
    guard inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
    let all = withUnsafeBytes(of: address) { Array($0) }
    bytes = all.starts(with: Self.mapped) ? Array(all[12...]) : all
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether it is this machine.
  var isLoopback: Bool { Network.loopback.contains { $0.contains(self) } }

  /// Whether it is one that nobody on the Internet can be reached at, this machine included.
  var isPrivate: Bool {
    Network.reserved.contains { $0.contains(self) } || embedded?.isPrivate == true
  }

  /// The IPv4 address to which an IPv6 address leads: IPv4-compatible, NAT64 (RFC 6052) and 6to4 (RFC 3056) ones.
  private var embedded: IPAddress? {
    guard bytes.count == 16 else { return nil }
    if bytes.starts(with: [0x20, 0x02]) { return IPAddress(bytes: Array(bytes[2..<6])) }
    guard bytes.starts(with: Self.compatible) || bytes.starts(with: Self.translated) else { return nil }
    return IPAddress(bytes: Array(bytes[12...]))
  }

  private static let compatible = [UInt8](repeating: 0, count: 12)
  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
  private static let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
}

extension IPAddress {
  /// The addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`.
  struct Network {
    private let start: [UInt8]
    private let bits: Int

    /// Reads the address of a network, a slash and the number of its bits.
    init?(_ text: some StringProtocol) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let address = IPAddress(parts[0]), let bits = Int(parts[1]),
        (0...address.bytes.count * 8).contains(bits)
      else { return nil }
      start = address.bytes
      self.bits = bits
    }

    func contains(_ address: IPAddress) -> Bool {
      guard address.bytes.count == start.count else { return false }
      let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
      guard address.bytes.prefix(whole) == start.prefix(whole) else { return false }
      guard rest > 0 else { return true }
      return (address.bytes[whole] ^ start[whole]) >> (8 - rest) == 0
    }

    static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { Network($0) }

    /// What is not on the Internet (RFC 6890, RFC 4291, RFC 8215).
    static let reserved =
      [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "64:ff9b:1::/48", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
      ].compactMap { Network($0) }
  }
}
