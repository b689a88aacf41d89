/// An address and the length of its prefix, the type `net.CIDR`. The address may have bits behind the prefix.
struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
  let address: IPAddress
  let length: Int

  init(address: IPAddress, length: Int) {
    self.address = address
    self.length = length
  }

  /// Reads `192.168.0.0/24`.
  init(parsing text: String) throws(MalformedValue) {
    func problem(_ reason: String) -> MalformedValue {
      MalformedValue(
        message: "network address parse error during conversion from string: \(CELText.quoted(text)): \(reason)")
    }
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { throw problem("no '/'") }
    let front = String(text[..<slash])
    if front.utf8.contains(UInt8(ascii: "%")) {
      throw MalformedValue(message: "CIDR \(CELText.quoted(text)) with zone value is not allowed")
    }
    let address: IPAddress
    do {
      address = try IPAddress(parsing: front)
    } catch {
      throw problem(error.message)
    }
    let digits = Array(text.utf8[text.utf8.index(after: slash)...])
    guard digits.count <= 3, digits.count == 1 || digits.first != UInt8(ascii: "0"),
      let length = CELText.decimal(digits[...]), length <= address.width
    else { throw problem("the prefix length is no number up to \(address.width)") }
    self.init(address: address, length: length)
  }

  var description: String { "\(address)/\(length)" }

  /// The network: the address without the bits behind the prefix.
  var masked: IPNetwork { IPNetwork(address: address.masked(to: length), length: length) }

  func contains(_ other: IPAddress) -> Bool {
    other.isIPv4 == address.isIPv4 && other.masked(to: length) == address.masked(to: length)
  }

  func contains(_ other: IPNetwork) -> Bool {
    length <= other.length && contains(other.address)
  }
}
