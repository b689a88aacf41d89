import JOSE
import Testing

@testable import Issuer

@Suite struct KeyRingTests {
  static let start: Int64 = 1_795_000_000

  @Test("the first key signs at once, the next one is published for an hour before it does")
  func publishedBeforeSigning() throws {
    var ring = KeyRing()
    let first = try #require(try ring.rotate(.eddsa, at: Self.start))
    #expect(ring.signingKey(.eddsa, at: Self.start)?.jwk.thumbprint == first.keyID)
    let rotation = Self.start + 1000
    let second = try #require(try ring.rotate(.eddsa, at: rotation))
    #expect(ring.publishedKeys(at: rotation).keys.count == 2)
    #expect(ring.signingKey(.eddsa, at: rotation + 3599)?.jwk.thumbprint == first.keyID)
    #expect(ring.signingKey(.eddsa, at: rotation + 3600)?.jwk.thumbprint == second.keyID)
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

  @Test("over a year of daily rotations each unexpired token verifies, also with a JWKS that is an hour old")
  func aYear() throws {
    var ring = KeyRing()
    var tokens: [(compact: String, expiry: Int64)] = []
    var older = JWKSet(keys: [])
    try ring.rotate(.eddsa, at: Self.start)
    for hour in 0..<(365 * 24) {
      let now = Self.start + Int64(hour) * 3600
      if hour % 24 == 5 { try ring.rotate(.eddsa, at: now) }
      ring.prune(at: now)
      let published = ring.publishedKeys(at: now)
      tokens.removeAll { $0.expiry <= now }
      // Each token is held against what is published now, and a new one against what was an hour ago.
      if hour % 6 == 0 {
        for token in tokens {
          let report = SignatureReport(verifying: CompactToken(parsing: token.compact), with: published)
          try #require(report.outcome == .verified, "hour \(hour)")
        }
      }
      let issued = try TokenIssuer(
        configuration: IssuerConfiguration(algorithm: .eddsa, lifetime: 86_400), keyRing: ring
      ).issue(TokenRequest(audiences: ["a"]), for: WorkspaceIdentity(subject: "s"), now: now, identifier: "\(hour)")
      if hour > 0 {
        let report = SignatureReport(verifying: CompactToken(parsing: issued.compact), with: older)
        try #require(report.outcome == .verified, "hour \(hour)")
      }
      tokens.append((issued.compact, now + 86_400))
      older = published
    }
    #expect(ring.entries.count <= 4)
  }

  @Test("each algorithm has its own succession")
  func algorithms() throws {
    var ring = KeyRing()
    try ring.rotate(.eddsa, at: Self.start)
    try ring.rotate(.es256, at: Self.start + 10)
    #expect(ring.signingKey(.es256, at: Self.start + 10) != nil)
    #expect(ring.signingKey(.eddsa, at: Self.start + 10) != nil)
    #expect(ring.entries.allSatisfy { ring.state(of: $0, at: Self.start + 10) == .signing })
  }
}
