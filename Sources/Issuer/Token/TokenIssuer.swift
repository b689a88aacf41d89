import JOSE

/// The core issuer: audiences, a lifetime and an identity make a signed ID token (OpenID Connect Core §2, RFC 7519).
///
/// A value, without clock, disk or network: the same input makes the same claims.
public struct TokenIssuer: Sendable {
  public let configuration: IssuerConfiguration

  public init(configuration: IssuerConfiguration) { self.configuration = configuration }

  /// Signs a token.
  ///
  /// - Parameters:
  ///   - key: the key that signs now.
  ///   - now: seconds since 1970.
  ///   - identifier: `jti`, unique among all tokens of this issuer.
  /// - Throws: ``IssueError`` when the request asks for what may not be, or the key does not sign.
  public func issue(
    _ request: TokenRequest, for identity: WorkspaceIdentity, with key: SigningKey, now: Int64, identifier: String
  ) throws(IssueError) -> IssuedToken {
    let token = try prepare(
      request, for: identity, algorithm: key.algorithm, keyID: key.jwk.thumbprint, now: now, identifier: identifier)
    do { return token.signed(try key.sign(token.signingInput)) } catch { throw .signing(error) }
  }

  /// All of a token but its signature, for a key that is elsewhere.
  ///
  /// - Parameters: as with ``issue(_:for:with:now:identifier:)``; the algorithm and the kid of the key that will sign.
  /// - Throws: ``IssueError`` when the request asks for what may not be.
  public func prepare(
    _ request: TokenRequest, for identity: WorkspaceIdentity, algorithm: SignatureAlgorithm, keyID: String, now: Int64,
    identifier: String
  ) throws(IssueError) -> UnsignedToken {
    let audiences = try Self.checked(request.audiences)
    let lifetime = request.lifetime ?? configuration.lifetime
    guard IssuerConfiguration.lifetimes.contains(lifetime) else { throw .lifetime(seconds: lifetime) }
    guard !identity.subject.isEmpty else { throw .emptySubject }
    for member in identity.claims.members + request.claims.members
    where IssuerConfiguration.reservedClaims.contains(member.name.value) {
      throw .reservedClaim(member.name.value)
    }
    let expiry = now + lifetime
    var claims: JSONObject = [
      "iss": JSON(configuration.issuer.text),
      "sub": JSON(identity.subject),
      "aud": audiences.count == 1 ? JSON(audiences[0]) : .array(audiences.map { JSON($0) }),
      "azp": JSON(audiences[0]),
      "exp": JSON(expiry),
      "iat": JSON(now),
      "nbf": JSON(now),
      "jti": JSON(identifier),
    ]
    for member in identity.claims.members + request.claims.members {
      claims.set(member.name.value, to: member.value)
    }
    let header: JSONObject = ["alg": JSON(algorithm.rawValue), "kid": JSON(keyID), "typ": "JWT"]
    return UnsignedToken(
      header: header, claims: claims,
      audit: AuditLine(
        time: now, identifier: identifier, subject: identity.subject, audiences: audiences, expiry: expiry, keyID: keyID
      ))
  }

  /// Whether a text can be an audience: up to 2,048 bytes without white space and control characters.
  public static func isAudience(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 2048
      && text.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F...0x9F).contains($0.value) }
  }

  /// The audiences, each once.
  private static func checked(_ audiences: [String]) throws(IssueError) -> [String] {
    var unique: [String] = []
    for audience in audiences {
      guard isAudience(audience) else { throw .audience(audience) }
      if !unique.contains(where: { $0.hasSameBytes(as: audience) }) { unique.append(audience) }
    }
    guard !unique.isEmpty else { throw .noAudience }
    return unique
  }
}

/// Why no token was issued.
public enum IssueError: Error, Sendable, CustomStringConvertible {
  case noAudience
  case audience(String)
  case lifetime(seconds: Int64)
  case emptySubject
  case reservedClaim(String)
  case signing(KeyError)

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .noAudience: "audience-missing"
    case .audience: "audience-malformed"
    case .lifetime: "lifetime-out-of-range"
    case .emptySubject: "subject-empty"
    case .reservedClaim: "claim-reserved"
    case .signing: "signing-failed"
    }
  }

  public var description: String {
    switch self {
    case .noAudience: "A token needs an audience: name who it is for, such as sts.amazonaws.com."
    case .audience(let text):
      "The audience “\(text)” cannot be used: it is empty, longer than 2,048 bytes, or holds white space or control characters."
    case .lifetime(let seconds):
      "A token cannot live for \(seconds) seconds: ask for between 1 second and 24 hours (86,400 seconds)."
    case .emptySubject: "A token needs a subject, and this one is empty. Set issuer.subject in the configuration."
    case .reservedClaim(let name): "The claim “\(name)” is set by the issuer alone. Leave it out, or use another name."
    case .signing(let error): "The token could not be signed: \(error)"
    }
  }
}
