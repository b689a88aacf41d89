import Glibc
import Issuer
import JOSE
import Testing

@testable import IssuerServer

@Suite("asking a served issuer for tokens")
struct TokenDeskTests {
  @Test("a workspace gets a token that the published keys verify, and it is written down")
  func issues() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let token = try await bench.ask("aws", try bench.register(), lifetime: 60)
    let keys = bench.backend.publishedKeys(at: bench.clock.now).keys
    #expect(SignatureReport(verifying: token, with: keys).outcome == .verified)
    #expect(token.claims?["sub"] == "workspace:ci")
    #expect(token.claims?["team"] == "blue")
    #expect(token.claims?["exp"]?.integerValue == bench.clock.now + 60)
    let line = try #require(bench.audit.last)
    #expect(line["jti"] == token.claims?["jti"])
    #expect(line["workspace"] == "ci" && line["from"] == "192.0.2.1")
  }

  @Test("a stranger, a wrong secret and a revoked workspace are told the same")
  func strangers() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let good = try bench.register()
    let revoked = try bench.register("old")
    try bench.registry.revoke("old", at: bench.clock.now)
    bench.clock.advance(1)
    let wrong = String(good.dropLast()) + (good.last == "A" ? "E" : "A")
    let unknown = try WorkspaceCredential.make().text
    var errors: Set<String> = []
    for credential in [nil, "", "x", wrong, unknown, revoked, good + "A"] {
      let error = await #expect(throws: TokenError.self) { try await bench.ask("aws", credential) }
      #expect(error?.code == .invalidClient)
      errors.insert(error?.description ?? "")
    }
    #expect(errors.count == 1)
    #expect(bench.audit.allSatisfy { $0["refused"] == "invalid_client" && $0["workspace"] == nil && $0["aud"] == nil })
    #expect(bench.audit.count == 7)
    _ = try await bench.ask("aws", good)
  }

  @Test("an audience that is not allowed is refused, and written down with who asked")
  func audiences() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let credential = try bench.register()
    let error = await #expect(throws: TokenError.self) { try await bench.ask("vault", credential) }
    #expect(error?.code == .invalidTarget)
    #expect(bench.audit.last?["workspace"] == "ci")
    #expect(bench.audit.last?["aud"] == ["vault"])
    #expect(!bench.audit.contains { $0.compact().contains(credential.suffix(43)) })
  }

  @Test("a lifetime is shortened to what is allowed")
  func lifetimes() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let credential = try bench.register(longest: 300)
    for (asked, given) in [(nil, 300), (10, 10), (86_400, 300)] as [(Int64?, Int64)] {
      let claims = try #require(try await bench.ask("a", credential, lifetime: asked).claims)
      #expect(claims["exp"]?.integerValue == bench.clock.now + given)
    }
  }

  @Test("at the Unix socket the account is the identity; the one that owns the keys may have any token")
  func accounts() async throws {
    let bench = try Bench(identity: WorkspaceIdentity(subject: "owner"))
    defer { bench.remove() }
    try bench.register("builder", userID: 1001)
    #expect(try await bench.ask("aws", nil, from: .account(1001)).claims?["sub"] == "workspace:builder")
    #expect(try await bench.ask("anything", nil, from: .account(500)).claims?["sub"] == "owner")
    for origin in [Origin.account(1002), .address("1001"), .address("500")] {
      let error = await #expect(throws: TokenError.self) { try await bench.ask("aws", nil, from: origin) }
      #expect(error?.code == .invalidClient)
    }
    try bench.registry.revoke("builder", at: bench.clock.now)
    bench.clock.advance(1)
    await #expect(throws: TokenError.self) { try await bench.ask("aws", nil, from: .account(1001)) }
  }

  @Test("a workspace and an address have their limits, and a flood is written down once")
  func limits() async throws {
    let bench = try Bench(limits: (workspace: 3, address: 5))
    defer { bench.remove() }
    let credential = try bench.register()
    for _ in 0..<3 { _ = try await bench.ask("a", credential, from: .address("192.0.2.1")) }
    let error = await #expect(throws: TokenError.self) {
      try await bench.ask("a", credential, from: .address("192.0.2.2"))
    }
    #expect(error?.code == .tooMany && error?.status.code == 429)
    #expect((1...60).contains(error?.retryAfter ?? 0))
    for _ in 0..<20 {
      await #expect(throws: TokenError.self) { try await bench.ask("a", nil, from: .address("192.0.2.3")) }
    }
    let reasons = bench.audit.compactMap { $0["refused"]?.stringValue }
    #expect(reasons.count { $0 == "too_many_requests" } == 2)
    #expect(reasons.count { $0 == "invalid_client" } == 5)
  }

  @Test("what cannot be written down is not handed out")
  func auditFails() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let credential = try bench.register()
    #expect(symlink("/dev/null", bench.folder + "/audit.jsonl") == 0)
    let error = await #expect(throws: TokenError.self) { try await bench.ask("a", credential) }
    #expect(error?.code == .unavailable)
  }

  @Test("a second server that rotates, and idp keys rotate, are taken up within a second")
  func rotationElsewhere() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    #expect(bench.backend.publishedKeys(at: bench.clock.now).keys.keys.count == 1)
    let first = try bench.site.publicAnswers().version
    try KeyStore(folder: bench.folder + "/keys").update { (ring: inout KeyRing) throws(KeyError) in
      try ring.rotate(.rs256, at: bench.clock.now)
    }
    bench.clock.advance(1)
    #expect(bench.backend.publishedKeys(at: bench.clock.now).keys.keys.count == 2)
    #expect(try bench.site.publicAnswers().version != first)
  }
}
