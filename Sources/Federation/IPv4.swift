/// An IPv4 address, in any of the spellings that the resolver takes: `127.0.0.1`, `127.1`, `2130706433`, `0x7f.1`, `0177.1`.
struct IPv4: Hashable {
  let value: UInt32

  init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) { value = a << 24 | b << 16 | c << 8 | d }

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
    guard (1...4).contains(parts.count) else { return nil }
    var value: UInt64 = 0
    for (index, part) in parts.enumerated() {
      guard let part else { return nil }
      let isLast = index == parts.count - 1
      let bits = isLast ? 8 * (5 - parts.count) : 8
      guard part < 1 << UInt64(bits) else { return nil }
      value = value << UInt64(bits) | part
    }
    self.value = UInt32(truncatingIfNeeded: value)
  }

  /// Whether the address is in the network with a prefix of so many bits.
  func isIn(_ network: IPv4, prefix: Int) -> Bool {
    guard prefix > 0 else { return true }
    let shift = UInt32(32 - min(prefix, 32))
    return value >> shift == network.value >> shift
  }

  /// The networks that are not on the Internet (RFC 6890).
  static let privateNetworks: [(network: IPv4, prefix: Int)] = [
    (IPv4(0, 0, 0, 0), 8), (IPv4(10, 0, 0, 0), 8), (IPv4(100, 64, 0, 0), 10), (IPv4(127, 0, 0, 0), 8),
    (IPv4(169, 254, 0, 0), 16), (IPv4(172, 16, 0, 0), 12), (IPv4(192, 168, 0, 0), 16),
  ]

  private static func number(_ text: Substring) -> UInt64? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    if text.count > 1, text.hasPrefix("0") { return UInt64(text, radix: 8) }
    return UInt64(text)
  }
}
