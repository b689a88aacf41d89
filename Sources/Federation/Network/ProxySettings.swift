/// Which requests go through a proxy, by the environment variables that curl and others honour.
public struct ProxySettings: Sendable, Equatable {
  /// A proxy that is asked with `CONNECT` or, for http, with the whole URL.
  public struct Proxy: Sendable, Equatable {
    public let host: String
    public let port: Int
    /// `user:password`, percent-decoded; a secret.
    public let credentials: String?
  }

  private let secure: String?
  private let plain: String?
  private let exceptions: [String]

  /// - Parameter environment: `HTTPS_PROXY`, `https_proxy`, `http_proxy` (in lower case only, since a CGI request could set
  ///   the other), `ALL_PROXY`, `NO_PROXY`; the lower-case form counts first, as with curl.
  public init(environment: [String: String]) {
    func value(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
    let all = value("all_proxy", "ALL_PROXY")
    secure = value("https_proxy", "HTTPS_PROXY") ?? all
    plain = value("http_proxy") ?? all
    exceptions = (value("no_proxy", "NO_PROXY") ?? "").split { $0 == "," || $0 == " " }.map { $0.lowercased() }
  }

  /// The proxy for a URL, nil to go straight there.
  public func proxy(for url: FetchURL) throws(FetchError) -> Proxy? {
    guard let text = url.isSecure ? secure : plain, !isException(url) else { return nil }
    guard let proxy = Self.parse(text) else {
      throw FetchError(url: url.text, .proxy("the proxy in the environment is not of the form http://HOST:PORT"))
    }
    return proxy
  }

  private func isException(_ url: FetchURL) -> Bool {
    // What runs on this machine is never reached through another one.
    if url.isLoopback { return true }
    return exceptions.contains { exception in
      if exception == "*" { return true }
      var name = exception
      if let colon = name.lastIndex(of: ":"), !name.hasPrefix("["), name.filter({ $0 == ":" }).count == 1 {
        guard Int(name[name.index(after: colon)...]) == url.port else { return false }
        name = String(name[..<colon])
      }
      if let slash = name.firstIndex(of: "/"), let network = IPv4(String(name[..<slash])),
        let prefix = Int(name[name.index(after: slash)...]), (0...32).contains(prefix)
      {
        return IPv4(url.host).map { $0.isIn(network, prefix: prefix) } ?? false
      }
      let suffix = name.drop { $0 == "." || $0 == "*" }
      return !suffix.isEmpty && (url.host == suffix || url.host.hasSuffix("." + suffix))
    }
  }

  private static func parse(_ text: String) -> Proxy? {
    var rest = text[...]
    if let scheme = rest.range(of: "://") {
      guard rest[..<scheme.lowerBound].lowercased() == "http" else { return nil }
      rest = rest[scheme.upperBound...]
    }
    rest = rest.prefix { $0 != "/" }
    var credentials: String?
    if let at = rest.lastIndex(of: "@") {
      credentials = percentDecoded(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    let isIPv6 = rest.hasPrefix("[")
    let end =
      isIPv6
      ? rest.firstIndex(of: "]").map(rest.index(after:)) ?? rest.endIndex : rest.firstIndex(of: ":") ?? rest.endIndex
    let host = rest[..<end].filter { $0 != "[" && $0 != "]" }
    let port = rest[end...].isEmpty ? 1080 : UInt16(rest[end...].dropFirst()).map(Int.init)
    guard !host.isEmpty, let port, port > 0 else { return nil }
    return Proxy(host: host, port: port, credentials: credentials)
  }

  private static func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Substring {
  /// Where a text first stands.
  fileprivate func range(of text: String) -> Range<Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}
