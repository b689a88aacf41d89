import Glibc
import Issuer
import JOSE
import Testing

@testable import IssuerServer

@Suite("keys and workspaces of one machine")
struct LocalBackendTests {
  @Test(
    "over a year of rotations each unexpired token verifies with what is served, and with what was served as long ago as the answer may be kept",
    arguments: [(24, 3600, 365), (2, 3600, 20), (168, 86_400, 120)] as [(Int64, Int64, Int64)])
  func aYear(rotateEveryHours: Int64, publishedAhead: Int64, days: Int64) async throws {
    let bench = try Bench(
      limits: (0, 0),
      configuration: IssuerConfiguration(
        algorithm: .eddsa, lifetime: 86_400, schedule: RotationSchedule(publishedAhead: publishedAhead)),
      rotateEvery: rotateEveryHours * 3600, identity: WorkspaceIdentity(subject: "owner"))
    defer { bench.remove() }
    var tokens: [(token: CompactToken, expiry: Int64)] = []
    var answers: [(time: Int64, keys: JWKSet)] = []
    var signers: Set<String> = []
    while bench.clock.now < Bench.start + days * 86_400 {
      bench.backend.tick()
      let now = bench.clock.now
      let lifetime = publishedAhead / 2
      answers.removeAll { $0.time + lifetime < now }
      answers.append((now, bench.backend.publishedKeys(at: now).keys))
      tokens.removeAll { $0.expiry <= now }
      let token = try await bench.ask("a", nil, from: .account(500))
      tokens.append((token, now + 86_400))
      signers.insert(try #require(token.keyID))
      for answer in answers {
        let kids = Set(answer.keys.keys.compactMap(\.keyID))
        try #require(tokens.allSatisfy { $0.token.keyID.map(kids.contains) == true }, "at \(now - Bench.start)")
      }
      if tokens.count % 7 == 0, let oldest = tokens.first, let answer = answers.first {
        for token in [token, oldest.token] {
          try #require(SignatureReport(verifying: token, with: answer.keys).outcome == .verified)
        }
      }
      bench.clock.advance(Int64.random(in: 600...14_400))
    }
    #expect(signers.count > days * 24 / rotateEveryHours / 2)
    #expect(bench.backend.publishedKeys(at: bench.clock.now).keys.keys.count <= 3 + 24 / Int(rotateEveryHours) + 1)
  }

  @Test("files that cannot be read any more change nothing, and are told once and in the readiness")
  func trouble() throws {
    let bench = try Bench()
    defer { bench.remove() }
    let keys = bench.backend.publishedKeys(at: bench.clock.now)
    try AtomicFile.write(Array("{".utf8), to: bench.folder + "/keys/ring.json")
    for _ in 0..<3 {
      bench.clock.advance(1)
      bench.backend.tick()
      #expect(bench.backend.publishedKeys(at: bench.clock.now).version == keys.version)
    }
    #expect(bench.backend.problems(at: bench.clock.now).count == 1)
    #expect(bench.events.events.count { if case .trouble = $0 { true } else { false } } == 1)
    #expect(try bench.backend.signer(at: bench.clock.now).keyID == keys.keys.keys[0].thumbprint)
  }

  @Test("a folder of keys that was taken away does not take the keys of a running server away")
  func gone() throws {
    let bench = try Bench()
    defer { bench.remove() }
    let keys = bench.backend.publishedKeys(at: bench.clock.now)
    #expect(rename(bench.folder + "/keys", bench.folder + "/elsewhere") == 0)
    bench.clock.advance(1)
    #expect(bench.backend.publishedKeys(at: bench.clock.now).version == keys.version)
    #expect(!bench.backend.problems(at: bench.clock.now).isEmpty)
  }
}
