import JOSE
import Testing

@testable import Issuer

@Suite("The rehearsal of a rotation")
struct RotationRehearsalTests {
  static let now: Int64 = 1_795_000_000

  /// A ring whose key signs since an hour ago; with another that waits since then, when asked for.
  private func ring(waitingSince: Int64? = nil) throws -> KeyRing {
    var ring = KeyRing()
    try ring.rotate(.eddsa, at: Self.now - 7200)
    if let waitingSince { try ring.rotate(.eddsa, at: waitingSince) }
    return ring
  }

  private func party(
    _ id: String = "vault", _ keeping: VerifierCaching.Keeping? = nil, refetch: Int64? = nil,
    evidence: VerifierCaching.Evidence = .source, uploaded: Set<String> = []
  ) -> RotationRehearsal.Party {
    let caching =
      keeping.map { VerifierCaching(keeping: $0, refetch: refetch, evidence: evidence, source: "test") }
      ?? Verifier.named(id)?.caching ?? VerifierCaching(keeping: .unknown, evidence: .assumed, source: "test")
    return RotationRehearsal.Party(id: id, name: id, caching: caching, uploaded: uploaded, audiences: ["a"])
  }

  /// A rehearsal with one token for one party, which lives for an hour.
  private func finding(
    _ party: RotationRehearsal.Party, in seconds: Int64, dropsOld: Bool = false, ring: KeyRing? = nil,
    tokens count: Int = 1, lifetime: Int64 = 3600, ahead: Int64 = 3600
  ) throws -> (finding: RotationRehearsal.Finding, rehearsal: RotationRehearsal) {
    let ring = try ring ?? self.ring()
    let keyID = try #require(ring.signer(at: Self.now)?.keyID)
    var tokens = LiveTokens(now: Self.now, rotateAt: Self.now + seconds)
    for _ in 0..<count {
      tokens.add(
        AuditLine(
          time: Self.now, identifier: "j", subject: "s", audiences: ["a"], expiry: Self.now + lifetime, keyID: keyID))
    }
    let rehearsal = RotationRehearsal(
      RotationRehearsal.Plan(
        now: Self.now, rotateAt: Self.now + seconds, dropsOld: dropsOld,
        schedule: RotationSchedule(publishedAhead: ahead)),
      ring: ring, tokens: tokens, parties: [party])
    return (try #require(rehearsal.findings.first), rehearsal)
  }

  // MARK: With the old key kept

  @Test("stops no token that lives when the old key stays, whoever keeps what", arguments: Verifier.known.map(\.id))
  func graceful(id: String) throws {
    let (finding, rehearsal) = try finding(party(id), in: 3600)
    #expect(finding.stopping == 0)
    #expect(finding.liveTokens == 1)
    #expect(finding.outcome == .holds)
    #expect(finding.refusesNew == nil)
    #expect(rehearsal.publishedAt == Self.now)
    #expect(rehearsal.events.map(\.time) == [Self.now, Self.now, Self.now + 3600, Self.now + 3600 + 86_700])
  }

  @Test(
    "refuses new tokens for as long as a copy is without the new key",
    arguments: [
      ("vault", 60, .holds, nil), ("pypi", 60, .holds, nil), ("pypi", 59, .stops, 60), ("pyjwt", 0, .holds, nil),
      ("envoy", 600, .holds, nil), ("envoy", 599, .stops, 600), ("apache", 1800, .stops, 3600),
      ("kubernetes", 1800, .holds, nil), ("kubernetes", 1799, .stops, 1800), ("aws", 3599, .unknown, 3600),
      ("entra", 60, .unknown, 3600), ("somebody", 0, .unknown, 3600),
    ] as [(String, Int64, RotationRehearsal.Finding.Outcome, Int64?)])
  func tooEarly(id: String, seconds: Int64, outcome: RotationRehearsal.Finding.Outcome, until: Int64?) throws {
    let (finding, _) = try finding(party(id), in: seconds)
    #expect(finding.outcome == outcome)
    #expect(finding.refusesNew?.until == until.map { Self.now + $0 })
    #expect(finding.refusesNew.map(\.from) == until.map { _ in Self.now + seconds })
    #expect(finding.safeFrom.map { $0 <= Self.now + seconds } == (outcome == .holds))
  }

  @Test("publishes the new key as long ahead as the schedule says, when there is time")
  func ahead() throws {
    #expect(try finding(party(), in: 7200).rehearsal.publishedAt == Self.now + 3600)
    #expect(try finding(party(), in: 600).rehearsal.publishedAt == Self.now)
    let (apache, _) = try finding(party("apache"), in: 86_400, ahead: 60)
    #expect(apache.outcome == .stops)
    #expect(apache.refusesNew == .init(from: Self.now + 86_400, until: Self.now + 86_340 + 3600))
  }

  @Test("takes the key that waits already, at its own time")
  func waiting() throws {
    let ring = try ring(waitingSince: Self.now - 1800)
    let (finding, rehearsal) = try finding(party("apache"), in: 60, ring: ring)
    #expect(rehearsal.waiting == ring.waiting(at: Self.now)?.keyID)
    #expect(rehearsal.signsAt == Self.now + 1800)
    #expect(rehearsal.publishedAt == Self.now - 1800)
    #expect(finding.outcome == .holds)
    #expect(finding.safeFrom == Self.now + 1800)
  }

  @Test("never reaches a copy that was uploaded, unless the new key is in it")
  func uploaded() throws {
    let (without, _) = try finding(party("vault:role", .uploaded), in: 3600)
    #expect(without.outcome == .stops)
    #expect(without.refusesNew == .init(from: Self.now + 3600, until: nil))
    #expect(without.safeFrom == nil)
    #expect(without.remark == .upload(from: Self.now, until: Self.now + 3600))
    let ring = try ring(waitingSince: Self.now - 60)
    let key = try #require(ring.waiting(at: Self.now)?.keyID)
    let (with, _) = try finding(party("vault:role", .uploaded, uploaded: [key]), in: 3600, ring: ring)
    #expect(with.outcome == .holds)
  }

  // MARK: With the old key gone

  @Test(
    "stops tokens that outlive the old key, from then until the last copy is renewed",
    arguments: [
      ("envoy", 600), ("apache", 3600), ("kubernetes", 1800), ("vault", nil), ("pypi", nil), ("aws", nil),
    ] as [(String, Int64?)])
  func dropped(id: String, forgets: Int64?) throws {
    let (finding, rehearsal) = try finding(party(id), in: 0, dropsOld: true, tokens: 3)
    #expect(finding.outcome == .stops)
    #expect(finding.stopping == 3)
    #expect(finding.stopsFrom == Self.now)
    #expect(finding.stopsBy == forgets.map { Self.now + $0 })
    #expect(finding.safeFrom == Self.now + 3600 + 86_700)
    #expect(rehearsal.outcome(damagedLines: 0) == .stops)
  }

  @Test("cannot tell of tokens that are issued before the old key is gone")
  func later() throws {
    let (finding, rehearsal) = try finding(party("envoy"), in: 7200, dropsOld: true)
    #expect(finding.stopping == 0)
    #expect(finding.outcome == .unknown)
    #expect(finding.remark == .issuedUntilThen)
    #expect(rehearsal.outcome(damagedLines: 0) == .unknown)
  }

  @Test("stops nothing when the new key has signed for as long as an old token lives", arguments: ["vault", "envoy"])
  func waited(id: String) throws {
    let ring = try ring(waitingSince: Self.now - 60)
    let safe = try #require(try finding(party(id), in: 0, dropsOld: true, ring: ring).finding.safeFrom) - Self.now
    #expect(safe == 3540 + 86_700)
    #expect(try finding(party(id), in: safe, dropsOld: true, ring: ring).finding.outcome == .holds)
    #expect(try finding(party(id), in: safe - 1, dropsOld: true, ring: ring).finding.outcome == .unknown)
  }

  @Test("says where a key that has leaked stays good")
  func leak() throws {
    #expect(try finding(party("vault"), in: 0, dropsOld: true).finding.remark == .keepsUntilUnknownKey)
    let ring = try ring(waitingSince: Self.now - 60)
    let key = try #require(ring.waiting(at: Self.now)?.keyID)
    let (uploaded, _) = try finding(party("gcp:x", .uploaded, uploaded: [key]), in: 0, dropsOld: true, ring: ring)
    #expect(uploaded.stopping == 0)
    #expect(uploaded.remark == .keepsUploaded)
  }

  @Test("stops nothing where nothing lives and nothing is kept")
  func empty() throws {
    let (finding, rehearsal) = try finding(party("vault"), in: 0, dropsOld: true, tokens: 0)
    #expect(finding.outcome == .holds)
    #expect(rehearsal.outcome(damagedLines: 0) == .holds)
    #expect(rehearsal.outcome(damagedLines: 1) == .unknown)
  }

  @Test("counts tokens of keys that are gone already apart")
  func orphans() throws {
    var tokens = LiveTokens(now: Self.now, rotateAt: Self.now)
    tokens.add(
      AuditLine(
        time: Self.now, identifier: "j", subject: "s", audiences: ["a"], expiry: Self.now + 60, keyID: "lost"))
    let rehearsal = RotationRehearsal(
      RotationRehearsal.Plan(now: Self.now, rotateAt: Self.now, dropsOld: true, schedule: .standard),
      ring: try ring(), tokens: tokens, parties: [party("vault")])
    #expect(rehearsal.orphans == 1)
    #expect(rehearsal.findings.first?.stopping == 0)
  }

  @Test("says of an empty ring that a key is made")
  func noRing() {
    let rehearsal = RotationRehearsal(
      RotationRehearsal.Plan(now: Self.now, rotateAt: Self.now + 3600, dropsOld: false, schedule: .standard),
      ring: KeyRing(), tokens: LiveTokens(now: Self.now, rotateAt: Self.now + 3600), parties: [])
    #expect(rehearsal.events.map(\.kind) == [.published(keyID: nil), .newKeySigns(keyID: nil)])
    #expect(rehearsal.outcome(damagedLines: 0) == .holds)
  }
}

@Suite("Verifiers")
struct VerifierTests {
  @Test(
    "are known by the audience that they have for everybody",
    arguments: [
      ("sts.amazonaws.com", "aws"), ("api://AzureADTokenExchange", "entra"),
      ("//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x", "gcp"),
      ("https://iam.googleapis.com/projects/1", "gcp"), ("vault.hashicorp.com", "vault"), ("sigstore", "sigstore"),
      ("pypi", "pypi"), ("octo-sts.dev", "octo-sts"), ("https://kubernetes.default.svc.cluster.local", "kubernetes"),
      ("https://vault.example.org", nil), ("sts.amazonaws", nil), ("", nil),
    ] as [(String, String?)])
  func audience(audience: String, id: String?) {
    #expect(Verifier.of(audience: audience)?.id == id)
  }

  @Test("have names of their own, and say where what is known of them comes from")
  func table() {
    #expect(Set(Verifier.known.map(\.id)).count == Verifier.known.count)
    for verifier in Verifier.known {
      #expect(!verifier.caching.source.isEmpty)
      #expect((verifier.caching.keeping == .unknown) == (verifier.caching.evidence == .assumed), "\(verifier.id)")
    }
  }
}
