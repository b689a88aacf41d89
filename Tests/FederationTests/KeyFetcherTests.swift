import Glibc
import Inspection
import JOSE
import Synchronization
import Testing

@testable import Federation

@Suite struct KeyFetcherTests {
  @Test("keys come by way of the discovery document, and say where from and when")
  func fetches() async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    let fetched = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(fetched.source.keys.keys.map(\.keyID) == ["one"])
    #expect(fetched.source.origin == server.url + "/jwks")
    #expect(fetched.source.fetchedAt == bench.now)
    #expect(!fetched.source.stale)
    #expect(fetched.source.note == nil)
    #expect(fetched.skew == nil)
  }

  @Test("an issuer with a path, and a slash at its end, is found below it")
  func path() async throws {
    let bench = try Bench()
    let server = try bench.issuer { path, own in
      path == "/realms/a/.well-known/openid-configuration"
        ? LoopbackServer.answer(#"{"issuer":"\#(own)/realms/a/","jwks_uri":"\#(own)/jwks"}"#) : nil
    }
    let fetched = try await bench.fetcher().keys(ofIssuer: server.url + "/realms/a/")
    #expect(fetched.source.keys.keys.count == 1)
  }

  @Test(
    "the issuer's clock is compared with ours, also when a cache on the way has kept its answer",
    arguments: [
      (["Date: Tue, 24 Nov 2026 12:00:58 GMT"], 10), (["Date: Tue, 24 Nov 2026 12:00:38 GMT"], -10),
      (["Date: Tue, 24 Nov 2026 11:00:48 GMT", "Age: 3600"], 0), (["Date: soon"], nil), ([], nil),
    ] as [([String], Int64?)])
  func skew(headers: [String], seconds: Int64?) async throws {
    let bench = try Bench()
    let server = try bench.issuer(headers: headers)
    let fetched = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(fetched.skew == seconds)
  }

  @Test("a JWKS by its URL, a single key too")
  func jwksByURL() async throws {
    let key = try #require(try JSON(parsing: Bench.jwks)["keys"]?.arrayValue?.first?.compact())
    let server = try LoopbackServer { path, _ in
      path == "/keys?x=1" ? LoopbackServer.answer(key) : LoopbackServer.answer("", status: "404 Not Found")
    }
    let fetched = try await Bench().fetcher().keys(atURL: server.url + "/keys?x=1")
    #expect(fetched.source.keys.keys.map(\.keyID) == ["one"])
    #expect(fetched.source.origin == server.url + "/keys?x=1")
  }

  @Test("an issuer that is not there is an error that says what to do")
  func notThere() async throws {
    var server: LoopbackServer? = try Bench().issuer()
    let url = try #require(server?.url)
    server = nil
    let error = await #expect(throws: FetchError.self) { try await Bench().fetcher().keys(ofIssuer: url) }
    #expect(error?.reason == .refused)
    #expect(error?.description.contains(url + "/.well-known/openid-configuration") == true)
    #expect(error?.hint.contains("--jwks") == true)
  }

  @Test("a name that is nobody's has no address")
  func noAddress() async throws {
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher().keys(ofIssuer: "https://\(Bench.impossibleLabel).acme.test")
    }
    #expect(error?.reason == .nameNotFound)
  }

  @Test(
    "a bad answer is refused for what it is, and nothing that it names is asked",
    arguments: [
      ("redirect", "redirect-not-followed", "to http://127.0.0.1:1/"),
      ("redirect nowhere", "redirect-not-followed", "307"),
      ("missing", "http-status", "404"), ("broken", "http-status", "500"), ("no content", "http-status", "204"),
      ("huge", "answer-too-large", "1048576 bytes"), ("huge in chunks", "answer-too-large", "1048576 bytes"),
      ("html", "document-malformed", "byte 0"), ("empty", "document-malformed", "byte 0"),
      ("half", "document-malformed", "byte 10"), ("array", "document-malformed", "'issuer'"),
      ("other issuer", "issuer-mismatch", "/'"), ("cut off", "connection-failed", "connection"),
      ("nonsense", "connection-failed", "connection"), ("endless header", "connection-failed", "connection"),
      ("private", "url-not-allowed", "http"),
    ])
  func badAnswer(kind: String, code: String, words: String) async throws {
    let bench = try Bench()
    let server = try bench.issuer { _, own in Self.bad(kind, own) }
    let error = await #expect(throws: FetchError.self) { try await bench.fetcher().keys(ofIssuer: server.url) }
    #expect(error?.code == code, "\(String(describing: error))")
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.unicodeScalars.contains { Visible.needsEscape($0) } == false)
    #expect(bench.asked == ["/.well-known/openid-configuration"])
  }

  private static func bad(_ kind: String, _ own: String) -> [UInt8] {
    switch kind {
    case "redirect":
      LoopbackServer.answer("", status: "302 Found", headers: ["Location: http://127.0.0.1:1/\u{9B}\u{202E}"])
    case "redirect nowhere": LoopbackServer.answer("", status: "307 Temporary Redirect")
    case "missing": LoopbackServer.answer("no", status: "404 Not Found")
    case "broken": LoopbackServer.answer("{}", status: "500 \u{1B}[2J")
    case "no content": Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)
    case "huge": LoopbackServer.answer(String(repeating: " ", count: (1 << 20) - 1) + "{}")
    case "huge in chunks":
      Array(
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          + String(repeating: "10000\r\n" + String(repeating: " ", count: 1 << 16) + "\r\n", count: 20) + "0\r\n\r\n")
          .utf8)
    case "html": LoopbackServer.answer("<html>")
    case "empty": LoopbackServer.answer("")
    case "half": LoopbackServer.answer(#"{"issuer":"#)
    case "array": LoopbackServer.answer("[]")
    case "other issuer": LoopbackServer.answer(#"{"issuer":"\#(own)/","jwks_uri":"\#(own)/jwks"}"#)
    case "cut off": Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"iss".utf8)
    case "endless header": Array(("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 1 << 20)).utf8)
    case "private": LoopbackServer.answer(#"{"issuer":"\#(own)","jwks_uri":"http://10.0.0.1/jwks"}"#)
    default: Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)
    }
  }

  @Test("an answer of the largest size is taken")
  func largest() async throws {
    let bench = try Bench()
    let server = try bench.issuer { path, _ in
      let padding = String(repeating: " ", count: (1 << 20) - Bench.jwks.utf8.count)
      return path == "/jwks" ? LoopbackServer.answer(Bench.jwks + padding) : nil
    }
    #expect(try await bench.fetcher().keys(ofIssuer: server.url).source.keys.keys.count == 1)
  }

  @Test("what is no JWKS is said to be none, under its own URL")
  func noJWKS() async throws {
    let bench = try Bench()
    let server = try bench.issuer { path, _ in path == "/jwks" ? LoopbackServer.answer(#"{"keys":7}"#) : nil }
    let error = await #expect(throws: FetchError.self) { try await bench.fetcher().keys(ofIssuer: server.url) }
    #expect(error?.code == "document-malformed")
    #expect(error?.url == server.url + "/jwks")
  }

  @Test("a server that says nothing, and one that never ends, are given up")
  func timeOut() async throws {
    let silent = try LoopbackServer { _, _ in nil }
    let endless = try LoopbackListener { connection in
      _ = readHead(connection)
      sendAll(Array("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n".utf8), to: connection)
      while sendAll([0x20], to: connection) { usleep(50_000) }
    }
    for url in [silent.url, "http://127.0.0.1:\(endless.port)"] {
      let bench = try Bench()
      let error = await #expect(throws: FetchError.self) {
        try await bench.fetcher(secondLimit: 1).keys(ofIssuer: url)
      }
      #expect(error?.reason == .timeOut(seconds: 1))
    }
  }

  @Test("the limit of time is for all requests together")
  func timeOutInAll() async throws {
    let bench = try Bench()
    let server = try bench.issuer { _, _ in
      usleep(700_000)
      return nil
    }
    let error = await #expect(throws: FetchError.self) {
      try await bench.fetcher(secondLimit: 1).keys(ofIssuer: server.url)
    }
    #expect(error?.reason == .timeOut(seconds: 1))
  }

  @Test("a cancelled request is over, for the server too")
  func cancelled() async throws {
    let (events, continuation) = AsyncStream.makeStream(of: String.self)
    let server = try LoopbackServer(
      ended: { continuation.yield("ended") },
      { _, _ in
        continuation.yield("asked")
        return nil
      })
    let bench = try Bench()
    let task = Task { try await bench.fetcher().keys(ofIssuer: server.url) }
    var iterator = events.makeAsyncIterator()
    #expect(await iterator.next() == "asked")
    task.cancel()
    let error = await #expect(throws: FetchError.self) { try await task.value }
    #expect(error?.reason == .cancelled)
    #expect(await iterator.next() == "ended")
  }
}
