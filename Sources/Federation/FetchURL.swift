import Inspection

/// A URL that keys may be fetched from: https anywhere, http on this machine only, no user, no fragment.
public struct FetchURL: Sendable, Hashable {
  public let text: String
  public let isSecure: Bool
  /// In lower case; an IPv6 address without its brackets.
  public let host: String
  public let port: Int

  /// - Parameters:
  ///   - text: the URL, as somebody wrote it.
  ///   - purpose: what it is for, for the error: `the issuer`, `jwks_uri`.
  public init(_ text: String, purpose: String) throws(FetchError) {
    guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
    else {
      throw FetchError(
        url: text,
        .url("\(purpose) is no URL: it is too long, or holds a space or a character that must be percent-encoded"))
    }
    let rest: Substring
    if text.lowercased().hasPrefix("https://") {
      (isSecure, rest) = (true, text.dropFirst(8))
    } else if text.lowercased().hasPrefix("http://") {
      (isSecure, rest) = (false, text.dropFirst(7))
    } else {
      throw FetchError(url: text, .url("\(purpose) does not begin with https://"))
    }
    let authority = rest.prefix { !"/?#".contains($0) }
    guard !authority.contains("@") else { throw FetchError(url: text, .url("\(purpose) holds a user name")) }
    guard !rest.contains("#") else { throw FetchError(url: text, .url("\(purpose) has a fragment (#)")) }
    guard let (host, port) = Self.split(authority, standardPort: isSecure ? 443 : 80) else {
      throw FetchError(url: text, .url("\(purpose) has no valid host or port"))
    }
    self.text = text
    self.host = host
    self.port = port
    guard isSecure || isLoopback else {
      throw FetchError(
        url: text,
        .url("\(purpose) is plain http, which is for this machine only; anyone on the way could change the keys"))
    }
  }

  /// Whether it names this machine.
  public var isLoopback: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
      || IPv4(host).map { $0.isIn(IPv4(127, 0, 0, 0), prefix: 8) } == true
  }

  /// Whether it names, by a literal address, a machine that nobody on the Internet can reach.
  var isPrivateAddress: Bool {
    if host.contains(":") { return Self.isPrivateIPv6(host) }
    guard let address = IPv4(host) else { return isLoopback }
    return IPv4.privateNetworks.contains { address.isIn($0.network, prefix: $0.prefix) }
  }

  /// The discovery document of an issuer: a slash at its end is removed first (OpenID Connect Discovery 1.0 §4).
  static func discovery(of issuer: String) -> String {
    (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
  }

  private static func split(_ authority: Substring, standardPort: Int) -> (String, Int)? {
    let isIPv6 = authority.hasPrefix("[")
    let end =
      isIPv6
      ? authority.firstIndex(of: "]").map(authority.index(after:)) : authority.firstIndex(of: ":") ?? authority.endIndex
    guard let end, end > authority.startIndex else { return nil }
    let host = authority[..<end].lowercased().drop { $0 == "[" }.prefix { $0 != "]" }
    let port = authority[end...]
    guard !host.isEmpty else { return nil }
    if port.isEmpty { return (String(host), standardPort) }
    guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
    return (String(host), Int(number))
  }

  private static func isPrivateIPv6(_ host: String) -> Bool {
    // Loopback, unspecified, unique local, link local, and IPv4 in disguise.
    host == "::1" || host == "::"
      || ["fc", "fd", "fe8", "fe9", "fea", "feb", "::ffff:", "64:ff9b:"].contains { host.hasPrefix($0) }
  }
}
