import AsyncHTTPClient
import Inspection
import JOSE
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One JSON document over HTTP. The only file that knows the HTTP library.
struct Fetcher: Sendable {
  /// What came back.
  struct Answer: Sendable {
    let document: JSON
    /// For how many seconds it is fresh.
    let lifetime: Int64
    /// The server's clock, from its `Date` header.
    let date: Timestamp?
  }

  static let byteLimit = 1 << 20
  static let secondLimit = 10

  let environment: [String: String]

  /// Fetches a document: no redirects, 1 MiB and 10 seconds at most.
  func fetch(_ url: FetchURL) async throws(FetchError) -> Answer {
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tlsConfiguration, redirectConfiguration: .disallow,
      timeout: HTTPClient.Configuration.Timeout(connect: .seconds(Int64(Self.secondLimit))), decompression: .disabled)
    if let proxy = try ProxySettings(environment: environment).proxy(for: url) {
      configuration.proxy = .server(
        host: proxy.host, port: proxy.port,
        authorization: proxy.credentials.map { .basic(credentials: Self.base64($0)) })
    }
    // A thread and a client for this answer alone: keys are fetched rarely, and a program that shows tokens all day
    // should not carry them.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    let result: Result<Answer, FetchError>
    do {
      result = .success(try await Self.withDeadline { try await Self.answer(from: url, by: client) })
    } catch let error as FetchError {
      result = .failure(error)
    } catch {
      result = .failure(FetchError(url: url.text, Self.reason(error)))
    }
    try? await client.shutdown()
    try? await group.shutdownGracefully()
    return try result.get()
  }

  private static func answer(from url: FetchURL, by client: HTTPClient) async throws -> Answer {
    var request = HTTPClientRequest(url: url.text)
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: "idp")
    let response = try await client.execute(request, timeout: .seconds(Int64(secondLimit)))
    let status = Int(response.status.code)
    if (300..<400).contains(status) {
      let location = response.headers.first(name: "Location") ?? "nowhere"
      throw FetchError(
        url: url.text, .redirect(status: status, location: Visible.escaped(String(location.prefix(300)))))
    }
    guard status == 200 else { throw FetchError(url: url.text, .status(status)) }
    var bytes: [UInt8] = []
    for try await part in response.body {
      bytes += part.readableBytesView
      guard bytes.count <= byteLimit else { throw FetchError(url: url.text, .tooLarge(bytes: byteLimit)) }
    }
    let document: JSON
    do { document = try JSON(parsing: bytes) } catch {
      throw FetchError(url: url.text, .document("the answer is no JSON (\(Visible.escaped("\(error)")))"))
    }
    return Answer(
      document: document,
      lifetime: CachePolicy.lifetime(
        cacheControl: response.headers.first(name: "Cache-Control"), age: response.headers.first(name: "Age")),
      date: response.headers.first(name: "Date").flatMap(HTTPDate.parse))
  }

  /// The whole of it, connecting and reading, within the limit.
  private static func withDeadline(_ work: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(nanoseconds: UInt64(secondLimit) * 1_000_000_000)
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
    if let path = environment["SSL_CERT_FILE"] ?? environment["SSL_CERT_DIR"], !path.isEmpty {
      configuration.trustRoots = .file(path)
    }
    return configuration
  }

  private static func reason(_ error: any Error) -> FetchError.Reason {
    switch error {
    case is CancellationError: return .cancelled
    case let error as HTTPClientError:
      switch error {
      case .cancelled: return .cancelled
      case .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout:
        return .timeOut(seconds: secondLimit)
      case .proxyAuthenticationRequired: return .proxy("the proxy wants a user name and a password, or others")
      case .invalidProxyResponse, .httpProxyHandshakeTimeout: return .proxy("the proxy does not open a way there")
      case .remoteConnectionClosed: return .connection("the server closed it")
      default: return .connection(Visible.escaped("\(error.shortDescription)"))
      }
    case let error as NIOConnectionError:
      if let failure = error.connectionErrors.first { return reason(failure.error) }
      return .nameNotFound
    case let error as IOError where error.errnoCode == 111: return .refused
    case let error as IOError: return .connection(Visible.escaped(error.description))
    default: break
    }
    let words = "\(error)"
    if words.contains("CERTIFICATE_VERIFY_FAILED") || words.contains("unableToValidateCertificate") {
      return .untrustedCertificate
    }
    if words.contains("failedToValidateHostname") { return .wrongCertificate }
    if words.contains("failedToLoadCertificate") || words.contains("NO_CERTIFICATE")
      || words.contains("noSuchFilesystemObject")
    {
      return .tls("SSL_CERT_FILE or SSL_CERT_DIR names no certificates that can be read")
    }
    if error is NIOSSLError || words.contains("SSL") { return .tls(Visible.escaped(String(words.prefix(160)))) }
    return .connection(Visible.escaped(String(words.prefix(160))))
  }

  private static func base64(_ text: String) -> String {
    // Base64 is base64url with two other signs and padding.
    let url = Base64URL.encode(Array(text.utf8))
    let signs = url.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    return String(signs) + String(repeating: "=", count: (4 - url.count % 4) % 4)
  }
}
