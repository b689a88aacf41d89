import HTTPTypes
import Hummingbird
import Issuer
import JOSE
import NIOCore
import Synchronization

/// Answers the requests of one listener.
struct IssuerResponder: HTTPResponder {
  typealias Context = ConnectionContext

  /// Where the requests come from.
  enum Listener: Sendable {
    /// The network; `X-Forwarded-For` of these addresses is believed.
    case network(trustedProxies: Set<String>)
    /// A Unix socket.
    case socket
  }

  let site: IssuerSite
  let listener: Listener

  func respond(to request: Request, context: ConnectionContext) async -> Response {
    let target = request.head.path ?? "/"
    let path = target.prefix { $0 != "?" }
    guard path.hasPrefix(site.path), let route = Route(rawValue: String(path.dropFirst(site.path.utf8.count))) else {
      site.desk.metrics.answered("other", 404)
      return Self.problem(TokenError(.invalidRequest, "there is nothing here"), status: .notFound)
    }
    let response = await answer(route, request, context)
    site.desk.metrics.answered(route.name, response.status.code)
    return response
  }

  private enum Route: String {
    case discovery = "/.well-known/openid-configuration"
    case jwks = "/.well-known/jwks.json"
    case keys = "/keys"
    case token = "/token"
    case actions = "/actions/token"
    case authorize = "/authorize"

    /// The route in the metrics.
    var name: String {
      switch self {
      case .discovery: "discovery"
      case .jwks, .keys: "jwks"
      case .token: "token"
      case .actions: "actions"
      case .authorize: "authorize"
      }
    }
  }

  private func answer(_ route: Route, _ request: Request, _ context: ConnectionContext) async -> Response {
    switch (route, request.method) {
    case (.discovery, .get), (.discovery, .head): document(request, \.discovery)
    case (.jwks, .get), (.jwks, .head), (.keys, .get), (.keys, .head): document(request, \.keys)
    case (.discovery, .options), (.jwks, .options), (.keys, .options): Self.preflight
    case (.discovery, _), (.jwks, _), (.keys, _): Self.notAllowed("GET, HEAD, OPTIONS")
    case (.token, .post): await token(request, context)
    case (.token, _): Self.notAllowed("POST")
    case (.actions, .get): await actionsToken(request, context)
    case (.actions, _): Self.notAllowed("GET")
    case (.authorize, _):
      Self.json(
        TokenError(.invalidRequest, "").status,
        [
          "error": "unsupported_response_type",
          "error_description": "this issuer signs nobody in; workspaces ask for tokens with POST at the token endpoint",
        ])
    }
  }

  // MARK: Public documents

  private func document(_ request: Request, _ which: KeyPath<PublicAnswers, PreparedAnswer> & Sendable) -> Response {
    do throws(BackendUnavailable) {
      return try site.publicAnswers()[keyPath: which].answer(request)
    } catch {
      site.desk.log(.trouble(error.description))
      return Self.problem(
        TokenError(.unavailable, "the keys cannot be told at the moment; try again", retryAfter: error.retryAfter))
    }
  }

  private static let preflight = Response(
    status: .noContent,
    headers: [
      .accessControlAllowOrigin: "*", .accessControlAllowMethods: "GET, HEAD", .accessControlAllowHeaders: "*",
      .accessControlMaxAge: "86400",
    ])

  // MARK: Tokens

  private func token(_ request: Request, _ context: ConnectionContext) async -> Response {
    do throws(TokenError) {
      var issuedType = TokenExchange.idToken
      let issued = try await site.desk.issue(from: try await origin(request, context)) { () async throws(TokenError) in
        let exchange = try TokenExchange(try await form(request))
        let bearer = try Self.bearer(request)
        if let bearer, let subject = exchange.credential, bearer != subject {
          throw TokenError(.invalidRequest, "Authorization and subject_token name two credentials; send one of them")
        }
        issuedType = exchange.issuedType
        return try TokenApplication(
          audiences: exchange.audiences, lifetime: exchange.lifetime, credential: bearer ?? exchange.credential)
      }
      return Self.json(
        .ok,
        [
          "access_token": JSON(issued.compact), "issued_token_type": JSON(issuedType), "token_type": "N_A",
          "expires_in": JSON(issued.audit.expiry - issued.audit.time),
        ])
    } catch {
      return Self.error(error, Self.json(error.status, error.oauth))
    }
  }

  private func actionsToken(_ request: Request, _ context: ConnectionContext) async -> Response {
    do throws(TokenError) {
      let issued = try await site.desk.issue(from: try await origin(request, context)) { () throws(TokenError) in
        let query = (request.head.path ?? "").drop { $0 != "?" }.dropFirst()
        guard let form = FormData(query.utf8) else {
          throw TokenError(.invalidRequest, "the query is not percent-encoded as it should be")
        }
        return try TokenApplication(audiences: form.values("audience"), credential: try Self.bearer(request))
      }
      return Self.json(.ok, ["count": JSON(Int64(issued.compact.utf8.count)), "value": JSON(issued.compact)])
    } catch {
      return Self.problem(error)
    }
  }

  private func form(_ request: Request) async throws(TokenError) -> FormData {
    let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    guard type == "application/x-www-form-urlencoded" else {
      throw TokenError(.invalidRequest, "the body has to be application/x-www-form-urlencoded")
    }
    let tooLarge = TokenError(.tooLarge, "the body is larger than 64 KiB")
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > RequestGuard.bodyLimit {
      throw tooLarge
    }
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: RequestGuard.bodyLimit) } catch { throw tooLarge }
    guard let form = FormData(body.readableBytesView) else {
      throw TokenError(.invalidRequest, "the form is not percent-encoded as it should be")
    }
    return form
  }

  /// The credential of the Authorization header; nil when there is none. The scheme's case is free (RFC 9110 §11.1).
  private static func bearer(_ request: Request) throws(TokenError) -> String? {
    guard let header = request.headers[.authorization] else { return nil }
    guard header.prefix(7).lowercased() == "bearer " else {
      throw TokenError(.invalidClient, "the scheme of Authorization has to be Bearer")
    }
    return String(header.dropFirst(7).drop { $0 == " " })
  }

  private func origin(_ request: Request, _ context: ConnectionContext) async throws(TokenError) -> Origin {
    switch listener {
    case .network(let proxies):
      return .network(
        context.channel.remoteAddress, forwarded: Self.forwardedFor.flatMap { request.headers[$0] },
        trustedProxies: proxies)
    case .socket:
      guard let account = await Origin.account(of: context.channel) else {
        throw TokenError(.failed, "the account at the other end of the socket cannot be told")
      }
      return account
    }
  }

  private static let forwardedFor = HTTPField.Name("X-Forwarded-For")

  // MARK: Answers

  private static func json(
    _ status: HTTPResponse.Status, _ body: JSON, type: String = "application/json"
  ) -> Response {
    Response(
      status: status,
      headers: [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: body.compact())))
  }

  static func problem(_ error: TokenError, status: HTTPResponse.Status? = nil) -> Response {
    var body = error.problem
    let status = status ?? error.status
    if case .object(var object) = body {
      object.set("status", to: JSON(Int64(status.code)))
      object.set("title", to: JSON(status.reasonPhrase))
      if status == .notFound || status == .methodNotAllowed { object.set("code", to: "not_found") }
      body = .object(object)
    }
    return Self.error(error, json(status, body, type: "application/problem+json"))
  }

  private static func error(_ error: TokenError, _ response: Response) -> Response {
    var response = response
    if response.status == .unauthorized { response.headers[.wwwAuthenticate] = #"Bearer realm="idp""# }
    if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
    return response
  }

  private static func notAllowed(_ methods: String) -> Response {
    var response = problem(
      TokenError(.invalidRequest, "this address takes \(methods)"), status: .methodNotAllowed)
    response.headers[.allow] = methods
    return response
  }
}

/// The connection that a request came on.
struct ConnectionContext: InitializableFromSource, Sendable {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}
