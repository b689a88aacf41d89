import FoundationEssentials
import Glibc
import Inspection
import JOSE
import Synchronization
import Testing

@testable import Federation

@Suite struct KeyFetcherTests {
  static let key = #"{"kty":"OKP","crv":"Ed25519","kid":"one","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
  static let jwks = #"{"keys":["# + key + "]}"

  /// A folder, a clock that a test moves, and how often the server was asked.
  final class Bench: Sendable {
    let folder =
      FileManager.default.temporaryDirectory.path + "/idp-fetch-" + String(UInt64.random(in: .min ... .max), radix: 36)
    let time = Mutex<Int64>(1_795_521_648)
    let asked = Mutex<[String]>([])
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func fetcher(_ environment: [String: String] = [:]) -> KeyFetcher {
      KeyFetcher(cacheFolder: folder, environment: environment) { Timestamp(self.time.withLock { $0 }) }
    }

    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }

    /// An issuer that answers as it should, but for the paths that `override` answers.
    func issuer(
      headers: [String] = ["Cache-Control: max-age=600"],
      override: @escaping @Sendable (_ path: String, _ own: String) -> [UInt8]? = { _, _ in nil }
    ) throws -> LoopbackServer {
      try LoopbackServer { path, request in
        self.asked.withLock { $0.append(path) }
        let host = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host:") }?.dropFirst(5) ?? ""
        let own = "http://" + host.drop { $0 == " " }
        if let answer = override(path, own) { return answer }
        switch path {
        case "/.well-known/openid-configuration":
          return LoopbackServer.answer(#"{"issuer":"\#(own)","jwks_uri":"\#(own)/jwks"}"#, headers: headers)
        case "/jwks": return LoopbackServer.answer(KeyFetcherTests.jwks, headers: headers)
        default: return LoopbackServer.answer("no", status: "404 Not Found")
        }
      }
    }
  }

  @Test("keys come by way of the discovery document, and say where from and when")
  func fetches() async throws {
    let bench = Bench()
    let server = try bench.issuer(headers: ["Date: Tue, 24 Nov 2026 12:00:58 GMT"])
    let fetched = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(fetched.source.keys.keys.map(\.keyID) == ["one"])
    #expect(fetched.source.origin == server.url + "/jwks")
    #expect(fetched.source.fetchedAt == Timestamp(1_795_521_648))
    #expect(!fetched.source.stale)
    #expect(fetched.skew == 10)
  }

  @Test("what is fresh is not asked for again, and its files are for their owner alone")
  func cached() async throws {
    let bench = Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "one")
    bench.advance(599)
    _ = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "one")
    #expect(bench.asked.withLock { $0.count } == 2)
    bench.advance(2)
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(bench.asked.withLock { $0.count } == 4)
    _ = try await bench.fetcher().keys(ofIssuer: server.url, refresh: true)
    #expect(bench.asked.withLock { $0.count } == 6)
    var status = stat()
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: bench.folder).first)
    #expect(stat(bench.folder + "/" + file, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(stat(bench.folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
  }

  @Test("an unknown kid is asked for anew, once a minute")
  func unknownKeyID() async throws {
    let bench = Bench()
    let server = try bench.issuer()
    let fetcher = bench.fetcher()
    _ = try await fetcher.keys(ofIssuer: server.url)
    let refused = try await fetcher.keys(ofIssuer: server.url, keyID: "two")
    #expect(bench.asked.withLock { $0.count } == 2)
    #expect(refused.source.note?.contains("once a minute") == true)
    bench.advance(61)
    _ = try await fetcher.keys(ofIssuer: server.url, keyID: "two")
    #expect(bench.asked.withLock { $0.count } == 4)
    _ = try await fetcher.keys(ofIssuer: server.url, keyID: "three")
    #expect(bench.asked.withLock { $0.count } == 4)
  }

  @Test("offline the cache serves, and says how old it is and why")
  func offline() async throws {
    let bench = Bench()
    var server: LoopbackServer? = try bench.issuer()
    let url = try #require(server?.url)
    _ = try await bench.fetcher().keys(ofIssuer: url)
    server = nil
    bench.advance(7200)
    let stale = try await bench.fetcher().keys(ofIssuer: url)
    #expect(stale.source.stale)
    #expect(stale.source.keys.keys.count == 1)
    #expect(stale.source.note?.contains("2h") == true)
    #expect(stale.source.note?.contains("refused") == true)
  }

  @Test("without a cache an issuer that is not there is an error that says what to do")
  func notThere() async throws {
    var server: LoopbackServer? = try Bench().issuer()
    let url = try #require(server?.url)
    server = nil
    let error = await #expect(throws: FetchError.self) { try await Bench().fetcher().keys(ofIssuer: url) }
    #expect(error?.reason == .refused)
    #expect(error?.hint.contains("--jwks") == true)
  }

  @Test(
    "a bad answer is refused for what it is",
    arguments: [
      ("redirect", "redirect-not-followed"), ("missing", "http-status"), ("huge", "answer-too-large"),
      ("html", "document-malformed"),
      ("other issuer", "issuer-mismatch"), ("cut off", "connection-failed"), ("nonsense", "connection-failed"),
      ("private", "url-not-allowed"),
    ])
  func badAnswer(kind: String, code: String) async throws {
    let bench = Bench()
    let server = try bench.issuer { path, own in
      switch kind {
      case "redirect":
        return LoopbackServer.answer("", status: "302 Found", headers: ["Location: http://127.0.0.1:1/\u{9B}"])
      case "missing": return LoopbackServer.answer("no", status: "404 Not Found")
      case "huge": return LoopbackServer.answer(String(repeating: " ", count: 1_100_000) + "{}")
      case "html": return LoopbackServer.answer("<html>")
      case "other issuer": return LoopbackServer.answer(#"{"issuer":"\#(own)/","jwks_uri":"\#(own)/jwks"}"#)
      case "cut off": return Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"iss".utf8)
      case "private": return LoopbackServer.answer(#"{"issuer":"\#(own)","jwks_uri":"http://10.0.0.1/jwks"}"#)
      default: return Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)
      }
    }
    let error = await #expect(throws: FetchError.self) { try await bench.fetcher().keys(ofIssuer: server.url) }
    #expect(error?.code == code, "\(String(describing: error))")
    #expect(error?.description.unicodeScalars.contains { Visible.needsEscape($0) } == false)
    // A redirect or a private address is not followed.
    #expect(bench.asked.withLock { $0.count } == 1)
  }

  @Test("a request can be cancelled while the server says nothing")
  func cancelled() async throws {
    let server = try LoopbackServer { _, _ in nil }
    let bench = Bench()
    let task = Task { try await bench.fetcher().keys(ofIssuer: server.url) }
    try await Task.sleep(nanoseconds: 200_000_000)
    task.cancel()
    let result = await task.result
    #expect(throws: FetchError.self) { try result.get() }
  }

  @Test("a JWKS by its URL, a single key too")
  func jwksByURL() async throws {
    let server = try LoopbackServer { _, _ in LoopbackServer.answer(Self.key) }
    let fetched = try await Bench().fetcher().keys(atURL: server.url + "/keys?x=1")
    #expect(fetched.source.keys.keys.count == 1)
  }

  @Test("a cache that somebody else can write is not believed")
  func foreignCache() async throws {
    let bench = Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: bench.folder).first)
    chmod(bench.folder + "/" + file, 0o666)
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(bench.asked.withLock { $0.count } == 4)
  }
}
