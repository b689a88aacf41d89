/// Addresses and networks.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library>
enum NetworkLibrary {
  static let functions: [CELFunction] = addresses + networks

  private static let addresses: [CELFunction] = [
    .global("ip", 1) { arguments, _ throws(CELFailure) in
      if case .string(let text) = arguments[0] { .opaque(try address(text)) } else { nil }
    },
    .global("isIP", 1) { arguments, _ in
      if case .string(let text) = arguments[0] { .bool((try? IPAddress(parsing: text)) != nil) } else { nil }
    },
    .global("ip.isCanonical", 1) { arguments, _ throws(CELFailure) in
      guard case .string(let text) = arguments[0] else { return nil }
      return .bool(try address(text).description.utf8.elementsEqual(text.utf8))
    },
    of("family") { .int($0.family) },
    of("isUnspecified") { .bool($0.isUnspecified) },
    of("isLoopback") { .bool($0.isLoopback) },
    of("isLinkLocalMulticast") { .bool($0.isLinkLocalMulticast) },
    of("isLinkLocalUnicast") { .bool($0.isLinkLocalUnicast) },
    of("isGlobalUnicast") { .bool($0.isGlobalUnicast) },
  ]

  private static let networks: [CELFunction] = [
    .global("cidr", 1) { arguments, _ throws(CELFailure) in
      if case .string(let text) = arguments[0] { .opaque(try network(text)) } else { nil }
    },
    .global("isCIDR", 1) { arguments, _ in
      if case .string(let text) = arguments[0] { .bool((try? IPNetwork(parsing: text)) != nil) } else { nil }
    },
    .member("containsIP", 1) { arguments, _ throws(CELFailure) in
      guard let network = arguments[0].opaque(IPNetwork.self) else { return nil }
      if case .string(let text) = arguments[1] { return .bool(network.contains(try address(text))) }
      return arguments[1].opaque(IPAddress.self).map { .bool(network.contains($0)) }
    },
    .member("containsCIDR", 1) { arguments, _ throws(CELFailure) in
      guard let outer = arguments[0].opaque(IPNetwork.self) else { return nil }
      if case .string(let text) = arguments[1] { return .bool(outer.contains(try network(text))) }
      return arguments[1].opaque(IPNetwork.self).map { .bool(outer.contains($0)) }
    },
    of("ip") { .opaque($0.address) },
    of("masked") { .opaque($0.masked) },
    of("prefixLength") { .int(Int64($0.length)) },
    of("isMask") { .bool($0 == $0.masked) },
  ]

  private static func of(_ name: String, _ body: @escaping @Sendable (IPAddress) -> CELValue) -> CELFunction {
    .member(name, 0) { arguments, _ in arguments[0].opaque(IPAddress.self).map(body) }
  }

  private static func of(_ name: String, _ body: @escaping @Sendable (IPNetwork) -> CELValue) -> CELFunction {
    .member(name, 0) { arguments, _ in arguments[0].opaque(IPNetwork.self).map(body) }
  }

  private static func address(_ text: String) throws(CELFailure) -> IPAddress {
    try CELFailure.wrapping { () throws(MalformedValue) in try IPAddress(parsing: text) }
  }

  private static func network(_ text: String) throws(CELFailure) -> IPNetwork {
    try CELFailure.wrapping { () throws(MalformedValue) in try IPNetwork(parsing: text) }
  }
}

extension CELFailure {
  /// Reads a value, and says what is wrong with its text as a failure of the evaluation.
  static func wrapping<Value>(_ read: () throws(MalformedValue) -> Value) throws(CELFailure) -> Value {
    do {
      return try read()
    } catch {
      throw CELFailure(.invalidArgument, error.message)
    }
  }
}

extension CELValue {
  /// The value of a library's type.
  func opaque<Value: CELOpaque>(_ type: Value.Type) -> Value? {
    if case .opaque(let value) = self { value as? Value } else { nil }
  }
}

extension CELType {
  static let ipAddress = CELType("net.IP")
  static let ipNetwork = CELType("net.CIDR")
  static let url = CELType("kubernetes.URL")
  static let quantity = CELType("kubernetes.Quantity")
  static let semver = CELType("kubernetes.Semver")
  static let namedFormat = CELType("kubernetes.NamedFormat")
}

extension IPAddress: CELOpaque {
  var celType: CELType { .ipAddress }
  var celText: String? { description }
  func isEqual(to other: any CELOpaque) -> Bool { self == other as? IPAddress }
}

extension IPNetwork: CELOpaque {
  var celType: CELType { .ipNetwork }
  var celText: String? { description }
  func isEqual(to other: any CELOpaque) -> Bool { self == other as? IPNetwork }
}
