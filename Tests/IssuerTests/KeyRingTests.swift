import JOSE
import Testing

@testable import Issuer

@Suite struct KeyRingTests {
  static let start: Int64 = 1_795_000_000

  @Test("the first key signs at once, the next one is published for an hour before it does")
  func publishedBeforeSigning() throws {
    var ring = KeyRing()
    let first = try #require(try ring.rotate(.eddsa, at: Self.start))
    #expect(ring.signer(at: Self.start)?.keyID == first.keyID)
    let rotation = Self.start + 1000
    let second = try #require(try ring.rotate(.eddsa, at: rotation))
    #expect(ring.publishedKeys(at: rotation).keys.count == 2)
    #expect(ring.signer(at: rotation + 3599)?.keyID == first.keyID)
    #expect(ring.signer(at: rotation + 3600)?.keyID == second.keyID)
    #expect(ring.state(of: second, at: rotation) == .next(signsFrom: rotation + 3600))
    #expect(ring.state(of: first, at: rotation + 3600) == .retired(publishedUntil: rotation + 3600 + 86_700))
  }

  @Test("a rotation that is under way is left as it is")
  func twice() throws {
    var ring = KeyRing()
    try ring.rotate(.eddsa, at: Self.start)
    #expect(try ring.rotate(.eddsa, at: Self.start + 1) != nil)
    #expect(try ring.rotate(.eddsa, at: Self.start + 2) == nil)
    #expect(ring.entries.count == 2)
  }

  @Test("a key that signs at once takes the place of the one that signs, also while another waits")
  func atOnce() throws {
    var ring = KeyRing()
    let leaked = try #require(try ring.rotate(.eddsa, at: Self.start))
    try ring.rotate(.eddsa, at: Self.start + 10)
    let fresh = try #require(try ring.rotate(.eddsa, at: Self.start + 20, atOnce: true))
    #expect(ring.signer(at: Self.start + 20)?.keyID == fresh.keyID)
    #expect(ring.state(of: leaked, at: Self.start + 20) == .retired(publishedUntil: Self.start + 20 + 86_700))
  }

  @Test("after a change of algorithm the old key signs until the new one is known, and goes when its tokens have")
  func algorithms() throws {
    var ring = KeyRing()
    let old = try #require(try ring.rotate(.rs256, at: Self.start))
    let new = try #require(try ring.rotate(.es256, at: Self.start + 10))
    #expect(ring.signer(at: Self.start + 3609)?.keyID == old.keyID)
    #expect(ring.signer(at: Self.start + 3610)?.keyID == new.keyID)
    #expect(ring.state(of: old, at: Self.start + 3610 + 86_700) == .expired)
  }

  /// Rotations, changes of algorithm and of the schedule over a year, and relying parties that keep a JWKS as long as they
  /// may: each token that has not expired verifies with every JWKS that somebody may hold.
  @Test(
    "over a year each unexpired token verifies, also with a JWKS of the age that is advertised",
    arguments: [(600, 24), (3600, 24), (3600, 2), (86_400, 30)] as [(Int64, Int)])
  func aYear(publishedAhead: Int64, everyHours: Int) throws {
    let schedule = RotationSchedule(publishedAhead: publishedAhead)
    let issuer = TokenIssuer(configuration: IssuerConfiguration(lifetime: 86_400))
    var random = SystemRandomNumberGenerator()
    var ring = KeyRing()
    var tokens: [(token: CompactToken, expiry: Int64)] = []
    // What was answered at which time.
    var answers: [(time: Int64, keys: JWKSet)] = []
    var now = Self.start
    var nextRotation = now + Int64(everyHours) * 3600
    var algorithm = SignatureAlgorithm.eddsa
    try ring.rotate(algorithm, at: now)
    while now < Self.start + 365 * 86_400 {
      if now >= nextRotation {
        if Int.random(in: 0..<8, using: &random) == 0 { algorithm = algorithm == .eddsa ? .es256 : .eddsa }
        try ring.rotate(algorithm, at: now, publishedAhead: publishedAhead)
        ring.prune(at: now)
        nextRotation += Int64(everyHours) * 3600
      }
      answers.removeAll { $0.time + schedule.cacheLifetime < now }
      answers.append((now, ring.publishedKeys(at: now)))
      tokens.removeAll { $0.expiry <= now }
      let key = try #require(ring.signer(at: now)?.key.signingKey)
      let issued = try issuer.issue(
        TokenRequest(audiences: ["a"]), for: WorkspaceIdentity(subject: "s"), with: key, now: now, identifier: "one")
      let token = CompactToken(parsing: issued.compact)
      tokens.append((token, now + 86_400))
      // Each token against all that is still kept somewhere: its key is there, and for some the signature is verified.
      for answer in answers {
        let kids = Set(answer.keys.keys.compactMap(\.keyID))
        try #require(tokens.allSatisfy { $0.token.keyID.map(kids.contains) == true }, "at \(now - Self.start)")
      }
      if Int.random(in: 0..<8, using: &random) == 0, let oldest = tokens.first, let answer = answers.first {
        try #require(Self.verifies(token, answer.keys), "at \(now - Self.start)")
        try #require(Self.verifies(oldest.token, answer.keys), "at \(now - Self.start)")
      }
      now += Int64.random(in: 900...14_400, using: &random)
    }
    #expect(ring.entries.count <= 4 + 24 / everyHours)
  }

  private static func verifies(_ token: CompactToken, _ keys: JWKSet) -> Bool {
    SignatureReport(verifying: token, with: keys).outcome == .verified
  }
}
