/// An address of Kubernetes' and cel-spec's network library: the type `net.IP`.
struct IPAddress: Sendable, Hashable {
  /// The 32 or 128 bits, in the lowest places.
  let bits: UInt128
  let isIPv4: Bool

  var width: Int { isIPv4 ? 32 : 128 }

  /// `family()`
  var family: Int64 { isIPv4 ? 4 : 6 }

  var isUnspecified: Bool { bits == 0 }

  var isLoopback: Bool { isIPv4 ? bits >> 24 == 127 : bits == 1 }

  var isLinkLocalUnicast: Bool { isIPv4 ? bits >> 16 == 0xA9FE : bits >> 118 == 0xFE80 >> 6 }

  /// 224.0.0.x, or ffx2::/16 with any flags.
  var isLinkLocalMulticast: Bool { isIPv4 ? bits >> 8 == 0xE00000 : (bits >> 112) & 0xFF0F == 0xFF02 }

  private var isMulticast: Bool { isIPv4 ? bits >> 28 == 0xE : bits >> 120 == 0xFF }

  /// Private addresses are global in this sense.
  var isGlobalUnicast: Bool {
    let isBroadcast = isIPv4 && bits == 0xFFFF_FFFF
    return !isBroadcast && !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast
  }

  /// The address with all but the first bits cleared.
  func masked(to length: Int) -> IPAddress {
    let host = width - length
    return IPAddress(bits: host >= 128 ? 0 : (bits >> host) << host, isIPv4: isIPv4)
  }
}

// MARK: - As a text

extension IPAddress: CustomStringConvertible {
  /// The canonical form; that of RFC 5952 for IPv6.
  var description: String {
    if isIPv4 {
      return [24, 16, 8, 0].map { String(bits >> $0 & 0xFF) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
    // The longest run of at least two zeros, the first of several, becomes "::".
    var longest = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || groups[index] != 0 {
      if index - start >= max(2, longest.count + 1) { longest = start..<index }
      start = index + 1
    }
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    return longest.isEmpty ? text(0..<8) : text(0..<longest.lowerBound) + "::" + text(longest.upperBound..<8)
  }
}

extension IPAddress {
  /// Reads an address as strictly as Go's `net/netip`: no leading zeros in IPv4. Zones are refused.
  ///
  /// An IPv4 address mapped into IPv6 is refused when it is written with dots. Written in hexadecimal it stands for the
  /// IPv4 address, as the conformance tests of cel-spec have it; Kubernetes itself refuses that as well.
  init(parsing text: String) throws(MalformedValue) {
    func problem(_ reason: String) -> MalformedValue {
      MalformedValue(
        message: "IP Address \(CELText.quoted(text)) parse error during conversion from string: \(reason)")
    }
    let bytes = Array(text.utf8)
    guard let separator = bytes.first(where: { ".:%".utf8.contains($0) }), separator != UInt8(ascii: "%") else {
      throw problem("unable to parse IP")
    }
    if separator == UInt8(ascii: ".") {
      guard let address = Self.ipv4(bytes[...]) else { throw problem("an IPv4 address is four numbers up to 255") }
      self.init(bits: address, isIPv4: true)
      return
    }
    let parts = bytes.split(separator: UInt8(ascii: "%"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = Self.ipv6(first), parts.count == 1 || parts.last?.isEmpty == false
    else {
      throw problem("an IPv6 address is eight groups of up to four hexadecimal digits")
    }
    guard parts.count == 1 else {
      throw MalformedValue(message: "IP address \(CELText.quoted(text)) with zone value is not allowed")
    }
    let isMapped = address >> 32 == 0xFFFF
    if isMapped && bytes.contains(UInt8(ascii: ".")) {
      throw MalformedValue(message: "IPv4-mapped IPv6 address \(CELText.quoted(text)) is not allowed")
    }
    self.init(bits: isMapped ? address & 0xFFFF_FFFF : address, isIPv4: isMapped)
  }

  private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt128? {
    let fields = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard fields.count == 4 else { return nil }
    var address: UInt128 = 0
    for field in fields {
      guard (1...3).contains(field.count), field.count == 1 || field.first != UInt8(ascii: "0"),
        let value = CELText.decimal(field), value <= 255
      else { return nil }
      address = address << 8 | UInt128(value)
    }
    return address
  }

  /// Reads the groups before and after "::", the last of which may be an IPv4 address.
  static func ipv6(_ text: ArraySlice<UInt8>) -> UInt128? {
    let colon = UInt8(ascii: ":")
    // Where the zeros left out go, as a number of groups.
    var gap: Int?
    var groups: [UInt16] = []
    var rest = text
    if rest.starts(with: [colon, colon]) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let field = rest.prefix { $0 != colon }
      rest = rest.dropFirst(field.count)
      if rest.isEmpty, field.contains(UInt8(ascii: ".")) {
        guard let address = ipv4(field) else { return nil }
        groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
        break
      }
      guard (1...4).contains(field.count), let value = hexadecimal(field) else { return nil }
      groups.append(value)
      if rest.isEmpty { break }
      rest = rest.dropFirst()
      if rest.first == colon {
        guard gap == nil else { return nil }
        gap = groups.count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
    if let gap { groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap) }
    return groups.reduce(0) { $0 << 16 | UInt128($1) }
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt16? {
    var value: UInt16 = 0
    for byte in text {
      guard let digit = CELText.hexadecimalValue(byte) else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
