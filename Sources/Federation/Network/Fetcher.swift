import AsyncHTTPClient
import Inspection
import JOSE
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One JSON document over HTTP, by the HTTP library.
struct Fetcher: Sendable {
  /// What a server said, whatever that is.
  struct Reply: Sendable {
    let status: Int
    /// Where it sends us, free of control characters.
    let location: String?
    let contentType: String?
    /// The values of `Cache-Control`.
    let cacheControl: [String]
    /// For how many seconds others have kept it.
    let age: Int64
    /// The server's clock when it answered.
    let date: Timestamp?
    /// Empty unless the status is 200.
    let body: [UInt8]
  }

  /// The document that came back.
  struct Answer: Sendable {
    let document: JSON
    /// For how many seconds it is fresh.
    let lifetime: Int64
    /// The server's clock when it answered.
    let date: Timestamp?
  }

  static let byteLimit = 1 << 20

  let environment: [String: String]
  /// How long all the requests for one set of keys may take together.
  var secondLimit = 10

  /// When work that begins now has to be done.
  func deadline() -> ContinuousClock.Instant { .now + .seconds(secondLimit) }

  /// Fetches a document: no redirects, 1 MiB at most.
  ///
  /// - Throws: ``FetchError``, `cancelled` when the task is cancelled; the connection then ends with it.
  func fetch(_ url: FetchURL, until deadline: ContinuousClock.Instant) async throws(FetchError) -> Answer {
    let reply = try await ask(url, until: deadline)
    return Answer(
      document: try document(of: reply, from: url),
      lifetime: CachePolicy.lifetime(cacheControl: reply.cacheControl, age: reply.age), date: reply.date)
  }

  /// The document in a reply, when it is a good one.
  func document(of reply: Reply, from url: FetchURL) throws(FetchError) -> JSON {
    if (300..<400).contains(reply.status) {
      throw FetchError(url: url.text, .redirect(status: reply.status, location: reply.location))
    }
    guard reply.status == 200 else { throw FetchError(url: url.text, .status(reply.status)) }
    do { return try JSON(parsing: reply.body) } catch {
      throw FetchError(url: url.text, .document("the answer is no JSON (\(FetchError.quoted("\(error)")))"))
    }
  }

  /// What a server says: no redirect is followed, 1 MiB at most is read.
  ///
  /// - Throws: ``FetchError``, `cancelled` when the task is cancelled; the connection then ends with it.
  func ask(_ url: FetchURL, until deadline: ContinuousClock.Instant) async throws(FetchError) -> Reply {
    let proxy = try ProxySettings(environment: environment).proxy(for: url)
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tlsConfiguration, redirectConfiguration: .disallow, decompression: .disabled)
    configuration.timeout.connect = .seconds(Int64(secondLimit))
    // What is refused now is said now.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.proxy = proxy.map { proxy in
      .server(
        host: proxy.host, port: proxy.port, authorization: proxy.basicCredentials.map { .basic(credentials: $0) })
    }
    // A thread and a client for this answer alone: keys are fetched rarely, and a program that shows tokens all day
    // should not carry them.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    let result: Result<Reply, FetchError>
    do {
      result = .success(try await Self.run(until: deadline) { try await Self.reply(from: url, by: client) })
    } catch let error as FetchError {
      result = .failure(error)
    } catch {
      let failure = TransportFailure(
        secondLimit: secondLimit, authorities: authorities, proxy: proxy.map { "\($0.host):\($0.port)" })
      result = .failure(FetchError(url: url.text, failure.reason(error)))
    }
    // Nobody waits for that: a name server that does not answer would hold it up.
    Task.detached {
      try? await client.shutdown()
      try? await group.shutdownGracefully()
    }
    return try result.get()
  }

  private static func reply(from url: FetchURL, by client: HTTPClient) async throws -> Reply {
    var request = HTTPClientRequest(url: url.text)
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: "idp")
    // The limit of time is held by `run(until:)`, with the reading of the body in it.
    let response = try await client.execute(request, deadline: .distantFuture)
    let status = Int(response.status.code)
    var bytes: [UInt8] = []
    if status == 200 {
      for try await part in response.body {
        guard bytes.count + part.readableBytes <= byteLimit else {
          throw FetchError(url: url.text, .tooLarge(bytes: byteLimit))
        }
        bytes += part.readableBytesView
      }
    }
    let age = CachePolicy.age(response.headers.first(name: "Age"))
    return Reply(
      status: status, location: response.headers.first(name: "Location").map { FetchError.quoted($0) },
      contentType: response.headers.first(name: "Content-Type"),
      cacheControl: response.headers[canonicalForm: "Cache-Control"].map(String.init), age: age,
      // A copy that a cache on the way has kept carries the time at which it was made.
      date: response.headers.first(name: "Date").flatMap(HTTPDate.parse)?.advanced(by: age), body: bytes)
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
