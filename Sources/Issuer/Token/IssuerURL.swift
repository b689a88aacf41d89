/// The issuer's identifier: the exact text of `iss`, and where its documents are found (OpenID Connect Discovery 1.0 §3, §4).
///
/// Relying parties compare it byte for byte, a slash at the end included, so the text is kept as it was written.
public struct IssuerURL: Sendable, Hashable, CustomStringConvertible {
  /// The identifier, as it stands in `iss`.
  public let text: String

  /// The issuer of a workspace that has none configured.
  public static let standard = IssuerURL(unchecked: "http://localhost:8765")

  /// - Parameter text: an https URL without user, query or fragment, a path allowed; http only for this machine
  ///   (`localhost`, `127.0.0.1`, `[::1]`).
  public init(_ text: String) throws(IssuerURLError) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.unsafe.contains($0) }) else {
      throw IssuerURLError(text: text, reason: .characters)
    }
    let isSecure: Bool
    let rest: Substring
    if text.hasPrefix("https://") {
      (isSecure, rest) = (true, text.dropFirst(8))
    } else if text.hasPrefix("http://") {
      (isSecure, rest) = (false, text.dropFirst(7))
    } else {
      throw IssuerURLError(text: text, reason: .scheme)
    }
    guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
      throw IssuerURLError(text: text, reason: .queryOrFragment)
    }
    let authority = rest.prefix { $0 != "/" }
    guard !authority.contains("@") else { throw IssuerURLError(text: text, reason: .user) }
    guard let host = Self.host(of: authority) else { throw IssuerURLError(text: text, reason: .host) }
    guard isSecure || Self.loopback.contains(host) else { throw IssuerURLError(text: text, reason: .insecure) }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  public var description: String { text }

  /// Where the discovery document is: a slash at the end of the issuer is removed first (Discovery §4).
  public var discoveryURL: String { base + "/.well-known/openid-configuration" }

  /// Where the JWKS is.
  public var jwksURL: String { base + "/.well-known/jwks.json" }

  /// Where tokens are asked for, when the issuer is served (RFC 8693).
  public var tokenURL: String { base + "/token" }

  /// Where Discovery §3 wants authorisations to be asked for, which this issuer gives to nobody.
  public var authorizationURL: String { base + "/authorize" }

  /// The path below which everything of the issuer is, such as `/team`; empty when it has none.
  public var path: String {
    let rest = base.drop { $0 != ":" }.dropFirst(3)
    return String(rest.drop { $0 != "/" })
  }

  /// The port at which this machine itself would be the issuer; nil when the issuer is somewhere else.
  public var loopbackPort: Int? {
    guard text.hasPrefix("http://") else { return nil }
    let authority = text.dropFirst(7).prefix { $0 != "/" }
    let port =
      authority.drop { $0 != "]" }.isEmpty ? authority.drop { $0 != ":" } : authority.drop { $0 != "]" }.dropFirst()
    return Int(port.dropFirst()) ?? 80
  }

  private var base: String { text.hasSuffix("/") ? String(text.dropLast()) : text }

  private static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
  private static let unsafe: Set<UInt8> = Set("\"<>\\^`{|}".utf8)

  /// The host in lower case, nil when there is none or the port is no number from 1 to 65535.
  private static func host(of authority: Substring) -> String? {
    let end =
      authority.hasPrefix("[")
      ? authority.firstIndex(of: "]").map(authority.index(after:))
      : authority.firstIndex(of: ":") ?? authority.endIndex
    guard let end, end > authority.startIndex else { return nil }
    let port = authority[end...]
    if !port.isEmpty {
      guard port.hasPrefix(":"), !port.hasPrefix(":+"), let number = UInt16(port.dropFirst()), number > 0
      else { return nil }
    }
    return authority[..<end].lowercased()
  }
}

/// Why a text is no issuer identifier.
public struct IssuerURLError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable { case scheme, host, user, queryOrFragment, insecure, characters }

  public let text: String
  public let reason: Reason

  public var description: String {
    let found = "The issuer “\(text)” cannot be used: "
    return switch reason {
    case .scheme: found + "it does not begin with https://. Write the whole URL, such as https://idp.example.org"
    case .host: found + "it has no valid host. Write it as https://HOST or https://HOST:PORT/PATH"
    case .user: found + "it holds a user name. An issuer is public: take out what stands before the @"
    case .queryOrFragment:
      found + "it has a query or a fragment, which OpenID Connect forbids. Take out ? or # and the rest"
    case .insecure: found + "plain http is for this machine only (localhost). Use https"
    case .characters: found + "it holds a space or a character that no URL may hold. Percent-encode it"
    }
  }
}
