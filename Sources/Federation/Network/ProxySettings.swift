import JOSE

/// Which requests go through a proxy, by the environment variables that curl and others honour.
///
/// `http_proxy` has no say: plain http is for this machine only, and that is never reached through another one.
struct ProxySettings: Sendable, Equatable {
  /// A proxy that is asked with `CONNECT`.
  struct Proxy: Sendable, Equatable {
    let host: String
    let port: Int
    /// `user:password`, percent-decoded; a secret.
    let credentials: [UInt8]?
  }

  private let proxy: String?
  private let exceptions: [String]

  /// - Parameter environment: `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`; the lower-case form counts first, as with curl.
  init(environment: [String: String]) {
    func value(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
    proxy = value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    exceptions = (value("no_proxy", "NO_PROXY") ?? "").split { ", \t".contains($0) }.map { $0.lowercased() }
  }

  /// The proxy for a URL, nil to go straight there.
  func proxy(for url: FetchURL) throws(FetchError) -> Proxy? {
    guard let proxy, !url.isLoopback, !exceptions.contains(where: { Self.exception($0, covers: url) }) else {
      return nil
    }
    guard let parsed = Self.parse(proxy) else {
      // What is there may hold a password.
      throw FetchError(url: url.text, .proxy("the proxy in the environment is not of the form http://HOST:PORT"))
    }
    return parsed
  }

  /// Whether an entry of `NO_PROXY` covers a URL: a name and all below it, an address, a network, or all; a port may
  /// follow.
  private static func exception(_ entry: String, covers url: FetchURL) -> Bool {
    if entry == "*" { return true }
    if let network = IPAddress.Network(entry) { return IPAddress(url.host).map(network.contains) ?? false }
    guard let (name, port) = split(entry[...]), port == nil || port == url.port else { return false }
    if let address = IPAddress(url.host) { return IPAddress(name) == address }
    let suffix = name.drop { ".*".contains($0) }
    return !suffix.isEmpty && (url.host == suffix || url.host.hasSuffix("." + suffix))
  }

  private static func parse(_ text: String) -> Proxy? {
    var rest = text[...]
    if text.lowercased().hasPrefix("http://") {
      rest = rest.dropFirst(7)
    } else if text.contains("://") {
      return nil
    }
    rest = rest.prefix { $0 != "/" }
    var credentials: [UInt8]?
    if let at = rest.lastIndex(of: "@") {
      credentials = percentDecoded(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    // 1080 is what curl takes for a proxy that names no port.
    guard let (host, port) = split(rest), !host.isEmpty else { return nil }
    return Proxy(host: String(host), port: port ?? 1080, credentials: credentials)
  }

  /// A host, without the brackets of IPv6, and the port if there is one; nil for a port that is none.
  private static func split(_ text: Substring) -> (host: Substring, port: Int?)? {
    // An IPv6 address that stands bare has no port: there would be no telling them apart.
    if IPAddress(text) != nil { return (text, nil) }
    var host = text
    var port: Int?
    if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
      host = text[..<colon]
      guard let number = UInt16(text[colon...].dropFirst()), number > 0 else { return nil }
      port = Int(number)
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return (host, port)
  }

  private static func percentDecoded(_ text: Substring) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}

extension ProxySettings.Proxy {
  /// The credentials as the `Basic` scheme has them (RFC 7617): base64, which is base64url with two other signs and padding.
  var basicCredentials: String? {
    credentials.map { bytes in
      let signs = Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
      return String(signs) + String(repeating: "=", count: (4 - signs.count % 4) % 4)
    }
  }
}
