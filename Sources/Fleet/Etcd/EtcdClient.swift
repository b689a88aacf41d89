import AsyncHTTPClient
import JOSE
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Speaks to etcd 3 over its JSON gateway, which answers on the same port as gRPC does.
///
/// Each request goes to the server that answered last; when it does not, to the next one, until all were asked once. A
/// request whose answer is lost may have been carried out, and may then be carried out twice: whoever writes compares
/// revisions, so that this does no harm.
final class EtcdClient: Sendable {
  /// The largest answer that is read, in bytes.
  static let byteLimit = 8 << 20

  private let settings: EtcdSettings
  private let client: HTTPClient
  private let state = Mutex(State())

  private struct State {
    /// Index of the endpoint that answered last.
    var endpoint = 0
    /// What etcd gave for user name and password. A secret.
    var token: String?
  }

  /// - Throws: ``EtcdError`` when the files of the settings cannot be read.
  init(_ settings: EtcdSettings) throws(EtcdError) {
    self.settings = settings
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: try Self.tlsConfiguration(settings), redirectConfiguration: .disallow,
      decompression: .disabled)
    configuration.timeout.connect = .milliseconds(settings.patience)
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    client = HTTPClient(
      eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup), configuration: configuration)
  }

  /// Ends the connections. To be called once, as the last thing.
  func shutdown() async { try? await client.shutdown() }

  // MARK: What etcd does

  /// Makes a lease.
  ///
  /// - Returns: its id.
  func grantLease(seconds: Int64) async throws(EtcdError) -> Int64 {
    try await ask("lease/grant", ["TTL": JSON(String(seconds))]) { (answer) throws(EtcdAnswer.Malformed) in
      let identifier = try EtcdAnswer.number(answer["ID"], "ID")
      guard identifier != 0 else { throw EtcdAnswer.Malformed(problem: "a lease without an id") }
      return identifier
    }
  }

  /// Keeps a lease alive for its whole time again.
  ///
  /// - Returns: whether it was there still.
  func renewLease(_ identifier: Int64) async throws(EtcdError) -> Bool {
    try await ask("lease/keepalive", ["ID": JSON(String(identifier))]) { (answer) throws(EtcdAnswer.Malformed) in
      guard let result = answer["result"] else { throw EtcdAnswer.Malformed(problem: "an answer without “result”") }
      return try EtcdAnswer.number(result["TTL"], "TTL") > 0
    }
  }

  /// Ends a lease, and with it its keys; one that is gone already is fine.
  func revokeLease(_ identifier: Int64) async throws(EtcdError) {
    do throws(EtcdError) {
      try await ask("lease/revoke", ["ID": JSON(String(identifier))]) { _ throws(EtcdAnswer.Malformed) in }
    } catch {
      // Not found.
      guard case .refused(code: 5, _) = error.reason else { throw error }
    }
  }

  /// How long a lease has lived, at least, since it was kept alive last, in seconds; nil when it is gone.
  func ageOfLease(_ identifier: Int64) async throws(EtcdError) -> Int64? {
    try await ask("lease/timetolive", ["ID": JSON(String(identifier))]) { (answer) throws(EtcdAnswer.Malformed) in
      let left = try EtcdAnswer.number(answer["TTL"], "TTL")
      return left < 0 ? nil : max(0, try EtcdAnswer.number(answer["grantedTTL"], "grantedTTL") - left)
    }
  }

  /// Carries out a transaction.
  func commit(_ transaction: EtcdTransaction) async throws(EtcdError) -> EtcdOutcome {
    try await ask("kv/txn", transaction.json) { (answer) throws(EtcdAnswer.Malformed) in
      try EtcdAnswer(json: answer).outcome()
    }
  }

  /// Reads what is left of a range, page by page, all at the revision of the first one.
  ///
  /// - Parameters:
  ///   - first: what was found already.
  ///   - limit: how many records there may be.
  func rest(
    of range: EtcdRange, after first: EtcdPage, revision: Int64, limit: Int
  ) async throws(EtcdError) -> [EtcdRecord] {
    var records = first.records
    var page = first
    while page.hasMore, let last = page.records.last {
      guard records.count < limit else {
        throw EtcdError(
          endpoint: endpoint.authority, .malformed("more than \(limit) records under \(EtcdError.quoted(range.prefix))")
        )
      }
      var next = range
      next.after = last.key
      next.revision = revision
      page = try await ask("kv/range", next.json) { (answer) throws(EtcdAnswer.Malformed) in
        try EtcdAnswer.page(answer)
      }
      records += page.records
    }
    return records
  }

  // MARK: Asking

  private var endpoint: EtcdEndpoint { settings.endpoints[state.withLock { $0.endpoint }] }

  private func ask<Result: Sendable>(
    _ path: String, _ body: JSON, _ read: @Sendable (JSON) throws(EtcdAnswer.Malformed) -> Result
  ) async throws(EtcdError) -> Result {
    var failure: EtcdError?
    for _ in settings.endpoints.indices {
      let asked = state.withLock { $0.endpoint }
      do throws(EtcdError) {
        let answer = try await authorized(path, body, by: settings.endpoints[asked])
        do throws(EtcdAnswer.Malformed) { return try read(answer) } catch {
          throw EtcdError(endpoint: settings.endpoints[asked].authority, .malformed(error.problem))
        }
      } catch {
        guard error.isOfEndpoint else { throw error }
        // The first failure tells most: what comes after it may only be that nobody is there.
        failure = failure ?? error
        state.withLock { if $0.endpoint == asked { $0.endpoint = (asked + 1) % settings.endpoints.count } }
      }
    }
    throw failure ?? EtcdError(endpoint: "", .settings("No server of etcd is named."))
  }

  /// With the token of the account, if there is one; a token that has run out is replaced once.
  private func authorized(_ path: String, _ body: JSON, by endpoint: EtcdEndpoint) async throws(EtcdError) -> JSON {
    guard let user = settings.user, let password = settings.password else {
      return try await post(path, body, token: nil, to: endpoint)
    }
    if let token = state.withLock({ $0.token }) {
      do throws(EtcdError) { return try await post(path, body, token: token, to: endpoint) } catch {
        guard case .authentication = error.reason else { throw error }
        state.withLock { if $0.token == token { $0.token = nil } }
      }
    }
    let credentials: JSON = ["name": JSON(user), "password": JSON(try Self.text(of: password))]
    let answer: JSON
    do throws(EtcdError) {
      answer = try await post("auth/authenticate", credentials, token: nil, to: endpoint)
    } catch {
      // Not asked for one yet, as long as its accounts are not switched on.
      if case .refused(_, let words) = error.reason, words.contains("authentication is not enabled") {
        return try await post(path, body, token: nil, to: endpoint)
      }
      throw error
    }
    guard let token = answer["token"]?.stringValue, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw EtcdError(endpoint: endpoint.authority, .malformed("an account's token is missing"))
    }
    state.withLock { $0.token = token }
    return try await post(path, body, token: token, to: endpoint)
  }

  private static func text(of password: EtcdSettings.Password) throws(EtcdError) -> String {
    switch password {
    case .text(let text): return text
    case .file(let path):
      guard let line = SmallFile.firstLine(of: path) else {
        throw EtcdError(
          endpoint: "",
          .settings(
            "The password for etcd cannot be read from \(EtcdError.quoted(path)). Is the file there, and readable?"))
      }
      return line
    }
  }

  private func post(
    _ path: String, _ body: JSON, token: String?, to endpoint: EtcdEndpoint
  ) async throws(EtcdError) -> JSON {
    var request = HTTPClientRequest(url: "\(settings.usesTLS ? "https" : "http")://\(endpoint.authority)/v3/\(path)")
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    if let token { request.headers.add(name: "Authorization", value: token) }
    request.body = .bytes(ByteBuffer(string: body.compact()))
    let status: Int
    let bytes: [UInt8]
    do {
      (status, bytes) = try await exchange(request)
    } catch {
      throw EtcdError(endpoint: endpoint.authority, EtcdFailure.reason(error))
    }
    guard bytes.count <= Self.byteLimit else {
      throw EtcdError(endpoint: endpoint.authority, .tooLarge(bytes: Self.byteLimit))
    }
    let answer = try? JSON(parsing: bytes, limits: JSONLimits(depth: 16, bytes: Self.byteLimit))
    guard status == 200 else {
      throw EtcdError(endpoint: endpoint.authority, EtcdFailure.reason(status: status, answer: answer))
    }
    guard let answer else { throw EtcdError(endpoint: endpoint.authority, .malformed("no JSON")) }
    return answer
  }

  /// The whole of it, connecting and reading, as long as the patience lasts.
  private func exchange(_ request: HTTPClientRequest) async throws -> (status: Int, body: [UInt8]) {
    let patience = settings.patience
    return try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { [client] group in
      group.addTask {
        let response = try await client.execute(request, deadline: .distantFuture)
        var bytes: [UInt8] = []
        for try await part in response.body {
          bytes += part.readableBytesView
          if bytes.count > Self.byteLimit { break }
        }
        return (Int(response.status.code), bytes)
      }
      group.addTask {
        try await Task.sleep(for: .milliseconds(patience))
        throw HTTPClientError.deadlineExceeded
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
  }

  private static func tlsConfiguration(_ settings: EtcdSettings) throws(EtcdError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    guard settings.usesTLS else { return configuration }
    if let path = settings.authorities {
      do {
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
      } catch {
        throw unusable("authorities for etcd", path)
      }
    }
    guard let certificate = settings.certificate, let key = settings.key else { return configuration }
    do {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
    } catch {
      throw unusable("client certificate for etcd", certificate)
    }
    do {
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
    } catch {
      throw unusable("key of the client certificate for etcd", key)
    }
    return configuration
  }

  private static func unusable(_ what: String, _ path: String) -> EtcdError {
    EtcdError(
      endpoint: "",
      .settings("The \(what) cannot be read from \(EtcdError.quoted(path)). It must be there, readable, and PEM."))
  }
}
