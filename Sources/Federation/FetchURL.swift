import Inspection

/// A URL that may be asked: https anywhere, http on this machine only, no user, no fragment. A metadata server of a cloud,
/// which has no https, may be asked by those who mean one.
struct FetchURL: Sendable, Hashable {
  let text: String
  /// The path and the query, as a request has them.
  let target: String
  let isSecure: Bool
  /// In lower case; an IPv6 address without its brackets.
  let host: String
  let port: Int
  /// Host and port as they were written, for the `Host` header.
  let authority: String

  /// - Parameters:
  ///   - text: the URL, as somebody wrote it.
  ///   - purpose: what it is for, for the error: `the issuer`, `jwks_uri`.
  ///   - allowsMetadataServers: whether plain http is also for where clouds have their metadata servers: in the machine's
  ///     own network, at addresses that are not on the Internet.
  init(_ text: String, purpose: String, allowsMetadataServers: Bool = false) throws(FetchError) {
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
    let path = rest[authority.endIndex...]
    target = path.hasPrefix("/") ? String(path) : "/" + path
    self.authority = String(authority)
    self.host = host
    self.port = port
    guard isSecure || isLoopback || (allowsMetadataServers && (isPrivate || Self.metadataHosts.contains(self.host)))
    else {
      throw FetchError(
        url: text,
        .url("\(purpose) is plain http, which is for this machine only; anyone on the way could read and change it"))
    }
  }

  /// The names of Google's metadata server, which lead to it within Google's network only.
  private static let metadataHosts: Set = ["metadata.google.internal", "metadata"]

  /// The discovery document of an issuer: a slash at its end is removed first (OpenID Connect Discovery 1.0 §4).
  static func discovery(of issuer: String) throws(FetchError) -> FetchURL {
    guard !issuer.contains("?") else {
      throw FetchError(url: issuer, .url("the issuer has a query (?), which an issuer cannot have"))
    }
    let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
    return try FetchURL(base + "/.well-known/openid-configuration", purpose: "the issuer")
  }

  /// Whether scheme, host and port are the same (RFC 6454 §5).
  func hasSameOrigin(as other: FetchURL) -> Bool {
    isSecure == other.isSecure && host == other.host && port == other.port
  }

  /// Whether it names this machine.
  var isLoopback: Bool { isLocalName || IPAddress(host)?.isLoopback == true }

  /// Whether it names, by what is written there alone, a machine that nobody on the Internet can reach.
  var isPrivate: Bool { isLocalName || IPAddress(host)?.isPrivate == true }

  /// Names that lead to this machine wherever they are looked up (RFC 6761 §6.3).
  private var isLocalName: Bool { host == "localhost" || host.hasSuffix(".localhost") }

  private static func split(_ authority: Substring, standardPort: Int) -> (host: String, port: Int)? {
    let host: Substring
    let rest: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[..<end].dropFirst()
      rest = authority[end...].dropFirst()
      guard host.contains(":"), IPAddress(host) != nil else { return nil }
    } else {
      host = authority.prefix { $0 != ":" }
      rest = authority[host.endIndex...]
      // Nothing that another reader of the URL could take for another host; a percent-encoded one least of all.
      guard let last = host.last, last != ".", host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) })
      else { return nil }
    }
    if rest.isEmpty { return (host.lowercased(), standardPort) }
    guard rest.hasPrefix(":"), rest.dropFirst().allSatisfy(\.isNumber), let port = UInt16(rest.dropFirst()), port > 0
    else { return nil }
    return (host.lowercased(), Int(port))
  }
}
