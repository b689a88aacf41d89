import Inspection
import Synchronization
import Testing

@testable import Federation

@Suite("Exchanges on the network") struct ExchangeClientTests {
  private static let busy = ExchangeBench.status("503 Service Unavailable", #"{"error":"temporarily_unavailable"}"#)

  @Test("what the party calls retryable is asked again, after pauses that grow, and then taken")
  func retries() async throws {
    let bench = try ExchangeBench(Self.busy, Self.busy, ExchangeBench.granted())
    let token = try await bench.generic().exchange(ExchangeBench.token, by: bench.client())
    #expect(token.token == "opaque-access-token")
    #expect(bench.requests.count == 3)
    #expect(Set(bench.requests).count == 1)
    #expect(bench.pauses.count == 2)
    // A random part of twice as much each time: the second is never shorter than half of its longest.
    #expect((500...1000).contains(bench.pauses[0]))
    #expect((1000...2000).contains(bench.pauses[1]))
  }

  @Test("it is asked a few times, and no more")
  func bounded() async throws {
    let bench = try ExchangeBench(Self.busy)
    let failure = await bench.failure(try bench.generic())
    #expect(failure?.refusal?.code == "temporarily_unavailable")
    #expect(failure?.isRetryable == true)
    #expect(bench.requests.count == ExchangeClient.attempts)
  }

  @Test(
    "a refusal is final, whatever it says about waiting",
    arguments: ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "501 Not Implemented"])
  func refusal(status: String) async throws {
    let bench = try ExchangeBench(
      ExchangeBench.status(status, #"{"error":"invalid_grant","error_description":"no"}"#, headers: ["Retry-After: 1"]),
      ExchangeBench.granted())
    let failure = await bench.failure(try bench.generic())
    #expect(
      failure?.refusal == ExchangeRefusal(status: Int(status.prefix(3)) ?? 0, code: "invalid_grant", message: "no"))
    #expect(failure?.isRetryable == false)
    #expect(bench.requests.count == 1)
    #expect(bench.pauses.isEmpty)
  }

  @Test("as long as the party wants is waited, and what is too long is said instead", arguments: [2, 10, 11, 3600])
  func retryAfter(seconds: Int64) async throws {
    let bench = try ExchangeBench(
      ExchangeBench.status("429 Too Many Requests", #"{"error":"slow_down"}"#, headers: ["Retry-After: \(seconds)"]),
      ExchangeBench.granted())
    let failure = await bench.failure(try bench.generic())
    if seconds <= 10 {
      #expect(failure == nil)
      #expect(bench.pauses.count == 1)
      #expect(bench.pauses.allSatisfy { $0 >= seconds * 1000 })
    } else {
      #expect(failure?.retryAfter == seconds)
      #expect(failure?.waitNote == "It can be asked again in \(Countdown.text(seconds)).")
      #expect(bench.requests.count == 1)
    }
  }

  @Test("a party that is busy to the end has not decided")
  func busyToTheEnd() async throws {
    let bench = try ExchangeBench(Self.busy, Self.busy, Self.busy, Self.busy)
    let report = try await bench.generic().run(ExchangeBench.token, by: bench.client()).report
    #expect(report.exitStatus == .undecided)
    #expect(report.summary(at: ExchangeBench.now).contains("cannot answer now: temporarily_unavailable, HTTP 503"))
    #expect(ExchangeJSON.document(report, showsSecrets: false)["exchanged"] == .null)
    let refusing = try ExchangeBench(ExchangeBench.status("400 Bad Request", #"{"error":"invalid_grant"}"#))
    let refusal = try await refusing.generic().run(ExchangeBench.token, by: refusing.client()).report
    #expect(refusal.exitStatus == .no)
    #expect(ExchangeJSON.document(refusal, showsSecrets: false)["exchanged"] == false)
  }

  @Test("nobody's answer is no refusal of the party, and who stands before it may be busy")
  func portal() async throws {
    let page = "<html>\u{1B}[2Jlog in first</html>"
    let portal = try ExchangeBench(ExchangeBench.status("403 Forbidden", page, headers: ["Content-Type: text/html"]))
    let failure = await portal.failure(try portal.generic())
    #expect(failure?.code == "answer-malformed")
    #expect(failure?.refusal == nil)
    #expect(failure?.description.contains("text/html") == true)
    #expect(portal.requests.count == 1)
    let gateway = try ExchangeBench(ExchangeBench.status("502 Bad Gateway", page), ExchangeBench.granted())
    #expect(try await gateway.failure(gateway.generic()) == nil)
    #expect(gateway.requests.count == 2)
  }

  @Test("a redirect is not followed: the token goes nowhere else")
  func redirect() async throws {
    let other = try ExchangeBench(ExchangeBench.granted())
    let bench = try ExchangeBench(
      ExchangeBench.status("307 Temporary Redirect", "", headers: ["Location: \(other.url)/token"]))
    let failure = await bench.failure(try bench.generic())
    #expect(failure?.code == "redirect-not-followed")
    #expect(other.requests.isEmpty)
  }

  @Test("no answer is said to be none, and is not asked for again")
  func noAnswer() async throws {
    let silent = try ExchangeBench(nil)
    let exchange = try silent.generic()
    let error = await #expect(throws: ExchangeFailure.self) {
      try await exchange.exchange(ExchangeBench.token, by: silent.client(secondLimit: 1))
    }
    #expect(error?.code == "time-out")
    #expect(silent.requests.count == 1)
    let closed = try GenericExchange(endpoint: "http://127.0.0.1:9/token")
    let failure = await silent.failure(closed)
    #expect(failure?.code == "connection-refused")
    #expect(failure?.description.contains("127.0.0.1:9") == true)
  }

  @Test("an answer that has no end is cut off")
  func large() async throws {
    let bench = try ExchangeBench(LoopbackServer.answer(String(repeating: " ", count: ExchangeClient.byteLimit + 1)))
    #expect(try await bench.failure(bench.generic())?.code == "answer-too-large")
  }

  @Test("cancelling ends a request, and its connection with it", .timeLimit(.minutes(1)))
  func cancelRequest() async throws {
    let asked = AsyncStream.makeStream(of: Void.self)
    let ended = AsyncStream.makeStream(of: Void.self)
    let end = { @Sendable () -> Void in ended.continuation.yield() }
    let server = try LoopbackServer(ended: end) { _, _ in
      asked.continuation.yield()
      return nil
    }
    let exchange = try GenericExchange(endpoint: server.url + "/token")
    let client = try ExchangeBench(nil).client()
    let task = Task { await exchange.run(ExchangeBench.token, by: client) }
    for await _ in asked.stream { break }
    task.cancel()
    let run = await task.value
    #expect(throws: ExchangeFailure.self) { try run.result.get() }
    if case .failure(let failure) = run.result { #expect(failure.code == "cancelled") }
    for await _ in ended.stream { break }
  }

  @Test("cancelling ends a pause", .timeLimit(.minutes(1)))
  func cancelPause() async throws {
    let bench = try ExchangeBench(
      ExchangeBench.status("429 Too Many Requests", #"{"error":"slow_down"}"#, headers: ["Retry-After: 10"]))
    let pausing = AsyncStream.makeStream(of: Void.self)
    let client = ExchangeClient(
      fetcher: Fetcher(environment: [:]), clock: { ExchangeBench.now },
      pause: { _ in
        pausing.continuation.yield()
        try await Task.sleep(for: .seconds(600))
      })
    let exchange = try bench.generic()
    let task = Task { await exchange.run(ExchangeBench.token, by: client) }
    for await _ in pausing.stream { break }
    task.cancel()
    let run = await task.value
    if case .failure(let failure) = run.result { #expect(failure.code == "cancelled") }
    #expect(bench.requests.count == 1)
  }

  @Test("a token that the party repeats in its error is shortened there")
  func echo() async throws {
    let bench = try ExchangeBench(
      ExchangeBench.status(
        "400 Bad Request",
        #"{"error":"invalid_request","error_description":"bad token \#(ExchangeBench.token), twice \#(ExchangeBench.token)"}"#
      ))
    let run = try await bench.generic([("client_secret", "a-long-secret")]).run(ExchangeBench.token, by: bench.client())
    let all =
      ExchangeText.render(run.report, now: ExchangeBench.now, showsSecrets: true)
      + ExchangeJSON.document(run.report, showsSecrets: true).members.map { $0.value.compact() }.joined()
    #expect(!all.contains(ExchangeBench.token))
    #expect(!all.contains("a-long-secret"))
    #expect(all.contains("bad token eyJhbGci… (\(ExchangeBench.token.utf8.count) characters), twice"))
  }

  @Test(
    "the party's clock is compared with ours, and a difference is said in one line when it may be the reason",
    arguments: [
      ("invalid_grant", "Tue, 24 Nov 2026 12:00:53 GMT", "5s behind"),
      ("invalid_grant", "Tue, 24 Nov 2026 12:00:49 GMT", nil),
      ("invalid_target", "Tue, 24 Nov 2026 12:00:53 GMT", nil),
      ("invalid_target", "Tue, 24 Nov 2026 11:53:36 GMT", "7m 12s ahead of"), ("invalid_grant", "today", nil),
    ] as [(String, String, String?)])
  func skew(code: String, date: String, words: String?) async throws {
    let bench = try ExchangeBench(
      ExchangeBench.status("400 Bad Request", #"{"error":"\#(code)"}"#, headers: ["Date: \(date)"]))
    let note = await bench.failure(try bench.generic())?.clockNote
    #expect(
      note
        == words.map { "The clock of this machine is \($0) that of 127.0.0.1." }
    )
  }

  @Test("what was sent where and how often is written down, and a wrong clock also when all is well")
  func report() async throws {
    let bench = try ExchangeBench(
      Self.busy, ExchangeBench.granted(["Date: Tue, 24 Nov 2026 11:53:36 GMT"]))
    let events = Mutex<[String]>([])
    let run = try await bench.generic([("audience", "x")]).run(ExchangeBench.token, by: bench.client()) { event in
      events.withLock { events in
        switch event {
        case .sends(_, let attempt): events.append("sends \(attempt)")
        case .waits(_, let because): events.append("waits: \(because)")
        case .clock(let skew): events.append("clock \(skew)")
        }
      }
    }
    #expect(events.withLock { $0 } == ["sends 1", "waits: HTTP 503, temporarily_unavailable", "sends 2", "clock -432"])
    #expect(run.report.sent.count == 1)
    #expect(run.report.sent.first?.attempts == 2)
    #expect(run.report.sent.first?.url == bench.url + "/token")
    #expect(run.report.notes == ["The clock of this machine is 7m 12s ahead of that of 127.0.0.1."])
    #expect(
      run.report.result
        == .gave(
          [
            ExchangeField("access_token", "opaque-access-token", isSecret: true), ExchangeField("token_type", "Bearer"),
          ], expiry: Timestamp(1_795_521_648 + 3599)))
  }

  @Test(
    "what no party could take is not sent",
    arguments: ["", "ey.a b", "ey\n", "ey\u{E9}", String(repeating: "a", count: TokenSafety.longest + 1)])
  func unsendable(token: String) async throws {
    let bench = try ExchangeBench(ExchangeBench.granted())
    #expect(try await bench.failure(bench.generic(), token: token)?.code == "token-unsendable")
    #expect(bench.requests.isEmpty)
  }
}
