import Inspection
import Issuer
import JOSE

/// The token endpoint of a served issuer: asks it for a token in the name of this workspace, by token exchange
/// (RFC 8693 §2).
///
/// The user names the issuer; its discovery document names the endpoint, which has to be on the issuer's own origin:
/// that is where the credential goes, and it goes nowhere else.
public struct TokenEndpoint: Sendable {
  /// How this workspace shows who it is.
  public enum Access: Sendable, Equatable {
    /// A credential of the issuer, a secret.
    case credential(String)
    /// A Unix socket of this machine, at which the issuer sees which account asks.
    case socket(path: String)
  }

  /// What came back.
  public struct Token: Sendable {
    /// The compact JWS: of the issuer, for the audiences; its signature is not checked. A secret until it has expired.
    public let compact: String
    /// The issuer's clock minus ours, in seconds; nil when the answer does not say what time it is there.
    public let skew: Int64?
  }

  /// The most bytes of an answer: 64 KiB.
  static let byteLimit = 1 << 16
  /// The longest credential that is sent, in bytes.
  static let credentialLimit = 4096

  let issuer: IssuerURL
  private let access: Access
  private let fetcher: Fetcher
  private let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - issuer: compared byte for byte with `issuer` in its document and with `iss` of the token.
  ///   - environment: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and their kin.
  ///   - clock: what time it is.
  public init(
    issuer: IssuerURL, access: Access, environment: [String: String], clock: @escaping @Sendable () -> Timestamp
  ) {
    self.init(issuer: issuer, access: access, fetcher: Fetcher(environment: environment), clock: clock)
  }

  init(issuer: IssuerURL, access: Access, fetcher: Fetcher, clock: @escaping @Sendable () -> Timestamp) {
    self.issuer = issuer
    self.access = access
    self.fetcher = fetcher
    self.clock = clock
  }

  /// Asks for a token.
  ///
  /// - Parameters:
  ///   - audiences: who the token is for, at least one.
  ///   - lifetime: how long it should live, in seconds; the issuer may give less. Nil for what the issuer has decided.
  /// - Throws: ``TokenEndpointError``, `cancelled` when the task is cancelled.
  public func token(for audiences: [String], lifetime: Int64? = nil) async throws(TokenEndpointError) -> Token {
    if case .credential(let credential) = access, !Self.isCredential(credential) {
      throw TokenEndpointError(url: issuer.text, .credentialMalformed)
    }
    let deadline = fetcher.deadline()
    let endpoint = try await discover(until: deadline)
    let response: Fetcher.Response
    do {
      response = try await fetcher.send(
        Fetcher.Request(
          url: endpoint, form: form(audiences, lifetime), socket: socket, byteLimit: Self.byteLimit),
        until: deadline)
    } catch {
      throw TokenEndpointError(error)
    }
    guard response.status == 200 else { throw refusal(response, audiences) }
    let compact = try token(in: response)
    try check(compact, audiences, endpoint)
    return Token(compact: compact, skew: response.date.map { clock().distance(to: $0) })
  }

  // MARK: Asking

  private var socket: String? { if case .socket(let path) = access { path } else { nil } }

  /// The endpoint that the discovery document names.
  private func discover(until deadline: ContinuousClock.Instant) async throws(TokenEndpointError) -> FetchURL {
    let origin: FetchURL
    let discovery: FetchURL
    let named: String?
    do {
      origin = try FetchURL(issuer.text, purpose: "the issuer")
      discovery = try FetchURL.discovery(of: issuer.text)
      let document = try await fetcher.fetch(discovery, socket: socket, until: deadline).document
      try KeyFetcher.checkIssuer(document, is: issuer.text, discovery: discovery)
      named = document["token_endpoint"]?.stringValue
    } catch {
      throw TokenEndpointError(error)
    }
    guard let named else { throw TokenEndpointError(url: discovery.text, .noEndpoint) }
    let endpoint: FetchURL
    do { endpoint = try FetchURL(named, purpose: "the 'token_endpoint' of the discovery document") } catch {
      throw TokenEndpointError(error)
    }
    guard endpoint.hasSameOrigin(as: origin) else {
      throw TokenEndpointError(url: discovery.text, .foreignEndpoint(FetchError.quoted(named)))
    }
    return endpoint
  }

  private func form(_ audiences: [String], _ lifetime: Int64?) -> String {
    var fields = [
      (name: "grant_type", value: "urn:ietf:params:oauth:grant-type:token-exchange"),
      (name: "requested_token_type", value: Self.idToken),
    ]
    fields += audiences.map { (name: "audience", value: $0) }
    if case .credential(let credential) = access {
      fields.append((name: "subject_token", value: credential))
      fields.append((name: "subject_token_type", value: "urn:ietf:params:oauth:token-type:access_token"))
    }
    if let lifetime { fields.append((name: "expires_in", value: String(lifetime))) }
    return FormEncoding.body(fields)
  }

  /// Whether a text can be a credential at all: one word of visible ASCII.
  static func isCredential(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= credentialLimit && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  private static let idToken = "urn:ietf:params:oauth:token-type:id_token"
  private static let jwt = "urn:ietf:params:oauth:token-type:jwt"

  // MARK: What came back

  private func refusal(_ response: Fetcher.Response, _ audiences: [String]) -> TokenEndpointError {
    let document = try? response.json()
    let code = document?["error"]?.stringValue
    let words = document?["error_description"]?.stringValue.flatMap(withoutCredential).map { FetchError.quoted($0) }
    let wait = response.retryAfter
    let reason: TokenEndpointError.Reason =
      switch (response.status, code) {
      case (401, _), (400, "invalid_client"): .unauthorized(bySocket: socket != nil, words: words)
      case (403, _), (400, "invalid_target"):
        .audienceRefused(audiences.map { FetchError.quoted($0) }, words: words)
      case (400, "unsupported_grant_type"): .noExchange
      case (429, _): .tooManyRequests(retryAfter: wait)
      case (503, _): .unavailable(retryAfter: wait, words: words)
      case (_, let code?): .refused(code: FetchError.quoted(code), words: words)
      default: .transport(.status(response.status))
      }
    return TokenEndpointError(url: response.url.text, reason)
  }

  /// What is shown to a person, or written to a log, is not to hold what was sent.
  private func withoutCredential(_ words: String) -> String? {
    if case .credential(let credential) = access, words.contains(credential) { return nil }
    return words
  }

  private func token(in response: Fetcher.Response) throws(TokenEndpointError) -> String {
    func problem(_ words: String) -> TokenEndpointError {
      TokenEndpointError(url: response.url.text, .transport(.document(words)))
    }
    let document: JSON
    do { document = try response.json() } catch { throw TokenEndpointError(error) }
    guard let compact = document["access_token"]?.stringValue else {
      throw problem("the answer holds no 'access_token'")
    }
    if let type = document["issued_token_type"]?.stringValue, type != Self.idToken, type != Self.jwt {
      throw problem("the answer holds a token of another type, \(FetchError.quoted(type))")
    }
    return compact
  }

  /// A token that came from the right place may still be the wrong one, and would be refused far from here.
  private func check(
    _ compact: String, _ audiences: [String], _ endpoint: FetchURL
  ) throws(TokenEndpointError) {
    func problem(_ words: String) -> TokenEndpointError {
      TokenEndpointError(url: endpoint.text, .wrongToken(words))
    }
    let token = CompactToken(parsing: compact)
    guard token.kind == .jws, let claims = token.claims else {
      throw problem("it is no signed JWT (\(token.problems.first.map { FetchError.quoted("\($0)") } ?? "no claims"))")
    }
    guard let named = claims["iss"]?.stringValue else { throw problem("it names no issuer") }
    guard named.hasSameBytes(as: issuer.text) else {
      throw problem("its issuer is '\(FetchError.quoted(named))', not '\(FetchError.quoted(issuer.text))'")
    }
    let holders =
      claims["aud"]?.arrayValue?.compactMap(\.stringValue) ?? [claims["aud"]?.stringValue].compactMap(\.self)
    for audience in audiences where !holders.contains(where: { $0.hasSameBytes(as: audience) }) {
      let found =
        holders.isEmpty ? "it has none" : holders.prefix(5).map { FetchError.quoted($0) }.joined(separator: ", ")
      throw problem("it is not for the audience '\(FetchError.quoted(audience))' (\(found))")
    }
  }
}

extension Fetcher.Response {
  /// For how many seconds not to ask again (RFC 9110 §10.2.3), a day at most; nil when the answer does not say.
  var retryAfter: Int64? {
    guard let text = headers.first(name: "Retry-After") else { return nil }
    let seconds =
      text.utf8.allSatisfy { (0x30...0x39).contains($0) } && !text.isEmpty
      ? Int64(text) ?? .max : HTTPDate.parse(text).flatMap { time in date.map { $0.distance(to: time) } }
    return seconds.map { min(max($0, 0), 86_400) }
  }
}
