import AsyncHTTPClient
import Inspection
import JOSE
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request over HTTP, by the HTTP library: over the network, or to a Unix socket of this machine.
struct Fetcher: Sendable {
  /// What is asked.
  struct Request: Sendable {
    let url: FetchURL
    /// What is posted, as `application/x-www-form-urlencoded`; nil to get. It may hold a secret.
    var form: String?
    /// What is posted instead, as `application/json`. It may hold a secret.
    var json: String?
    /// Headers besides those that each request has, and in place of them. They may hold secrets.
    var headers: [(name: String, value: String)] = []
    /// The Unix socket that is asked in place of the host in the URL.
    var socket: String?
    /// The most bytes of an answer.
    var byteLimit = Fetcher.byteLimit
  }

  /// What came back, whatever its status; never a redirect.
  struct Response: Sendable {
    let url: FetchURL
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]
  }

  /// A document that came back.
  struct Answer: Sendable {
    let document: JSON
    /// For how many seconds it is fresh.
    let lifetime: Int64
    /// The server's clock when it answered.
    let date: Timestamp?
  }

  static let byteLimit = 1 << 20

  let environment: [String: String]
  /// How long all the requests for one thing may take together.
  var secondLimit = 10

  /// When work that begins now has to be done.
  func deadline() -> ContinuousClock.Instant { .now + .seconds(secondLimit) }

  /// Fetches a JSON document: no redirects, 1 MiB at most.
  ///
  /// - Throws: ``FetchError``, `cancelled` when the task is cancelled; the connection then ends with it.
  func fetch(
    _ url: FetchURL, socket: String? = nil, until deadline: ContinuousClock.Instant
  ) async throws(FetchError) -> Answer {
    let response = try await send(Request(url: url, socket: socket), until: deadline)
    return Answer(document: try response.document(), lifetime: response.lifetime, date: response.date)
  }

  /// Sends a request and reads the whole answer; redirects are not followed.
  ///
  /// - Throws: ``FetchError``, `cancelled` when the task is cancelled; the connection then ends with it.
  func send(_ request: Request, until deadline: ContinuousClock.Instant) async throws(FetchError) -> Response {
    let proxy =
      request.socket == nil ? try ProxySettings(environment: environment).proxy(for: request.url) : nil
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tlsConfiguration, redirectConfiguration: .disallow, decompression: .disabled)
    configuration.timeout.connect = .seconds(Int64(secondLimit))
    // What is refused now is said now.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.proxy = proxy.map { proxy in
      .server(
        host: proxy.host, port: proxy.port, authorization: proxy.basicCredentials.map { .basic(credentials: $0) })
    }
    // A thread and a client for this answer alone: the network is asked rarely, and a program that shows tokens all day
    // should not carry them.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    let result: Result<Response, FetchError>
    do {
      result = .success(try await Self.run(until: deadline) { try await Self.response(to: request, by: client) })
    } catch let error as FetchError {
      result = .failure(error)
    } catch {
      let failure = TransportFailure(
        secondLimit: secondLimit, authorities: authorities, proxy: proxy.map { "\($0.host):\($0.port)" },
        socket: request.socket)
      result = .failure(FetchError(url: request.url.text, failure.reason(error)))
    }
    // Nobody waits for that: a name server that does not answer would hold it up.
    Task.detached {
      try? await client.shutdown()
      try? await group.shutdownGracefully()
    }
    return try result.get()
  }

  private static func response(to request: Request, by client: HTTPClient) async throws -> Response {
    let url = request.url
    var sent = HTTPClientRequest(url: request.socket.map { socketURL($0, url) } ?? url.text)
    // On a socket the host in the URL is a path.
    if request.socket != nil { sent.headers.add(name: "Host", value: url.authority) }
    sent.headers.add(name: "Accept", value: "application/json")
    sent.headers.add(name: "User-Agent", value: "idp")
    if let body = request.form ?? request.json {
      sent.method = .POST
      let type = request.form == nil ? "application/json" : "application/x-www-form-urlencoded"
      sent.headers.add(name: "Content-Type", value: type)
      sent.body = .bytes(ByteBuffer(string: body))
    }
    for header in request.headers { sent.headers.replaceOrAdd(name: header.name, value: header.value) }
    // The limit of time is held by `run(until:)`, with the reading of the body in it.
    let response = try await client.execute(sent, deadline: .distantFuture)
    let status = Int(response.status.code)
    if (300..<400).contains(status) {
      let location = response.headers.first(name: "Location").map { FetchError.quoted($0) }
      throw FetchError(url: url.text, .redirect(status: status, location: location))
    }
    var bytes: [UInt8] = []
    do {
      for try await part in response.body {
        guard bytes.count + part.readableBytes <= request.byteLimit else {
          throw FetchError(url: url.text, .tooLarge(bytes: request.byteLimit))
        }
        bytes += part.readableBytesView
      }
    } catch  where status != 200 {
      // Of a refusal the status tells the most; its words are taken as far as they came.
      try Task.checkCancellation()
    }
    return Response(url: url, status: status, headers: response.headers, bytes: bytes)
  }

  /// The URL by which the HTTP library asks a socket: its path stands where the host would.
  private static func socketURL(_ path: String, _ url: FetchURL) -> String {
    "http+unix://" + FormEncoding.percentEncoded(path) + url.target
  }

  /// The whole of it, connecting and reading, until then and no longer.
  static func run<Value: Sendable>(
    until deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(until: deadline, clock: .continuous)
        throw HTTPClientError.deadlineExceeded
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
  }

  /// Trust as other command-line tools have it: `SSL_CERT_FILE`, `SSL_CERT_DIR`, else the system's authorities.
  private var tlsConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let first = authorities.last { configuration.trustRoots = .file(first) }
    if authorities.count > 1 { configuration.additionalTrustRoots = [.file(authorities[0])] }
    return configuration
  }

  /// The file and the folder of authorities that the environment names, in this order.
  private var authorities: [String] {
    ["SSL_CERT_FILE", "SSL_CERT_DIR"].compactMap { environment[$0] }.filter { !$0.isEmpty }
  }
}

extension Fetcher.Response {
  /// The answer's JSON.
  func json() throws(FetchError) -> JSON {
    do { return try JSON(parsing: bytes) } catch {
      throw FetchError(url: url.text, .document("the answer is no JSON (\(FetchError.quoted("\(error)")))"))
    }
  }

  /// The JSON document, when it is a good answer.
  func document() throws(FetchError) -> JSON {
    guard status == 200 else { throw FetchError(url: url.text, .status(status)) }
    return try json()
  }

  var contentType: String? { headers.first(name: "Content-Type") }

  /// The values of `Cache-Control`.
  var cacheControl: [String] { headers[canonicalForm: "Cache-Control"].map(String.init) }

  /// For how many seconds it is fresh.
  var lifetime: Int64 { CachePolicy.lifetime(cacheControl: cacheControl, age: age) }

  /// The server's clock when it answered: a copy that a cache on the way has kept carries the time at which it was made.
  var date: Timestamp? { headers.first(name: "Date").flatMap(HTTPDate.parse)?.advanced(by: age) }

  private var age: Int64 { CachePolicy.age(headers.first(name: "Age")) }
}
