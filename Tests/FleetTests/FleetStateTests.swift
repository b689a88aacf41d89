import JOSE
import Testing

@testable import Fleet

/// The protocol, case by case, with a clock of the test.
@Suite struct FleetStateTests {
  /// Three replicas of which each signs.
  static func running() throws -> ModelFleet {
    var fleet = try ModelFleet(replicas: 3, seed: 7)
    for index in 0..<3 { fleet.launch(index) }
    try fleet.run(90_000)
    try #require(fleet.signers == [0, 1, 2])
    try #require(fleet.failures == [])
    return fleet
  }

  @Test(
    "the first key of an issuer signs as soon as its replica serves, the keys of others when they are published long enough"
  )
  func first() throws {
    var fleet = try ModelFleet(replicas: 3, seed: 1)
    for index in 0..<3 { fleet.launch(index) }
    try fleet.run(10_000)
    #expect(fleet.servers == [])
    try fleet.run(8000)
    #expect(fleet.servers == [0, 1, 2])
    #expect(fleet.signers.count == 1)
    try fleet.run(70_000)
    #expect(fleet.signers == [0, 1, 2])
    #expect(fleet.failures == [])
  }

  @Test("a rotation signs with the old key until the new one is known everywhere")
  func rotation() throws {
    var fleet = try Self.running()
    let before = try #require(try fleet.nodes[0].state?.signer(at: fleet.time(fleet.nodes[0])))
    fleet.rotate(0)
    try fleet.run(50_000)
    #expect(try fleet.nodes[0].state?.signer(at: fleet.time(fleet.nodes[0])).jwk.thumbprint == before.jwk.thumbprint)
    #expect(fleet.nodes.allSatisfy { $0.state?.publishedKeys.count == 4 })
    try fleet.run(20_000)
    #expect(try fleet.nodes[0].state?.signer(at: fleet.time(fleet.nodes[0])).jwk.thumbprint != before.jwk.thumbprint)
    // The old one stays in etcd until its lease is over, and in memory as long again: etcd may have lost it.
    try fleet.run(1_700_000)
    #expect(fleet.nodes.allSatisfy { $0.state?.publishedKeys.count == 4 })
    try fleet.run(150_000)
    #expect(fleet.nodes.allSatisfy { $0.state?.publishedKeys.count == 3 })
    #expect(fleet.failures == [])
  }

  @Test("a replica that is cut off serves from memory for the grace and signs for ten seconds; new keys wait for it")
  func cutOff() throws {
    var fleet = try Self.running()
    fleet.nodes[2].isConnected = false
    try fleet.run(13_000)
    #expect(fleet.signers == [0, 1])
    #expect(fleet.servers == [0, 1, 2])
    fleet.rotate(0)
    try fleet.run(80_000)
    #expect(fleet.servers == [0, 1, 2])
    #expect(fleet.nodes[0].events.contains { if case .keyWaits(_, ["r2"]) = $0 { true } else { false } })
    #expect(fleet.nodes[2].state?.publishedKeys.count == 3)
    try fleet.run(20_000)
    #expect(fleet.servers == [0, 1])
    #expect(throws: FleetUnavailable.cutOff) {
      try fleet.nodes[2].state?.checkDocuments(at: fleet.time(fleet.nodes[2]))
    }
    try fleet.run(20_000)
    let activated = fleet.nodes[0].events.filter { if case .keyActivated = $0 { true } else { false } }
    #expect(activated.count == 2)
    // It comes back as a new member would.
    fleet.nodes[2].isConnected = true
    try fleet.run(5000)
    #expect(fleet.servers == [0, 1])
    try fleet.run(15_000)
    #expect(fleet.servers == [0, 1, 2])
    #expect(fleet.failures == [])
  }

  @Test("an etcd that is away stops the signing, not the documents; nothing else is needed when it is back")
  func etcdAway() throws {
    var fleet = try Self.running()
    fleet.isStoreUp = false
    try fleet.run(13_000)
    #expect(fleet.signers == [])
    #expect(fleet.servers == [0, 1, 2])
    fleet.store.restart(at: fleet.now)
    fleet.isStoreUp = true
    try fleet.run(5000)
    #expect(fleet.signers == [0, 1, 2])
    #expect(fleet.servers == [0, 1, 2])
  }

  @Test("a restart under the same name takes the place at once; the older process stops when it sees that")
  func restart() throws {
    var fleet = try Self.running()
    var older = fleet.nodes[1]
    fleet.kill(1)
    fleet.launch(1)
    try fleet.run(15_000)
    // Its new key waits for nobody: the others hold it.
    #expect(fleet.nodes[0].state?.publishedKeys.count == 4)
    let time = fleet.time(older)
    older.state?.beginRound(at: time)
    while let request = older.state?.nextRequest(at: time) {
      let answer = try fleet.store.perform(request, for: ModelFleet.layout)
      older.state?.receive(answer, to: request, sentAt: time, at: time)
    }
    #expect(throws: FleetUnavailable.replaced) { try older.state?.checkDocuments(at: time) }
    #expect(throws: FleetUnavailable.replaced) { try older.state?.signer(at: time) }
    try fleet.run(90_000)
    #expect(fleet.signers == [0, 1, 2])
    #expect(fleet.failures == [])
  }

  @Test("a process that is started over and over fills the JWKS with nothing")
  func crashLoop() throws {
    var fleet = try Self.running()
    for _ in 0..<20 {
      fleet.kill(1)
      fleet.launch(1)
      try fleet.run(2000)
    }
    #expect(fleet.nodes[0].state?.publishedKeys.count == 3)
    #expect(fleet.failures == [])
  }

  @Test("an end that was announced makes nobody wait")
  func left() throws {
    var fleet = try Self.running()
    fleet.leave(2)
    fleet.rotate(0)
    try fleet.run(70_000)
    let activated = fleet.nodes[0].events.filter { if case .keyActivated = $0 { true } else { false } }
    #expect(activated.count == 2)
    #expect(fleet.nodes[0].state?.publishedKeys.count == 4)
    #expect(fleet.failures == [])
  }

  @Test("an etcd that was set up anew gets its records back, goes on signing, and lets no new key sign for the grace")
  func wiped() throws {
    var fleet = try Self.running()
    fleet.nodes[2].isConnected = false
    try fleet.run(12_000)
    fleet.store.wipe()
    try fleet.run(5000)
    #expect(fleet.signers == [0, 1])
    #expect(fleet.servers == [0, 1, 2])
    #expect(fleet.nodes[0].events.contains(.recordsLost))
    #expect(fleet.store.keys.filter { $0.hasPrefix(ModelFleet.layout.keys) }.count == 3)
    // The one that is cut off is not among the members any more, and serves: a new key waits all the same.
    fleet.rotate(0)
    try fleet.run(100_000)
    let activated = fleet.nodes[0].events.filter { if case .keyActivated = $0 { true } else { false } }
    #expect(activated.count == 1)
    #expect(fleet.servers == [0, 1])
    try fleet.run(100_000)
    #expect(fleet.nodes[0].events.contains(.recordsRestored))
    #expect(fleet.nodes[0].events.filter { if case .keyActivated = $0 { true } else { false } }.count == 2)
    #expect(fleet.failures == [])
  }

  @Test("records that are no public keys of this issuer are passed over, and told once")
  func hostileRecords() throws {
    var fleet = try Self.running()
    let key = try SigningKey.generate(.eddsa)
    let good = KeyRecord(
      jwk: key.jwk, algorithm: .eddsa, created: 1, signsFrom: 1, replica: "x", incarnation: 1)
    let path = ModelFleet.layout.keys
    var jwk = try #require(key.jwk.publicJWK)
    jwk.set("d", to: "AAAA")
    let secret: JSON = [
      "jwk": .object(jwk), "created": 1, "replica": "x", "incarnation": 1,
    ]
    fleet.store.put(path + good.keyID, Array(secret.compact().utf8))
    fleet.store.put(path + "other", good.bytes)
    fleet.store.put(path + "\u{1B}[2J", Array("no JSON".utf8))
    fleet.store.put(path + "empty", [])
    try fleet.run(5000)
    #expect(fleet.nodes[0].state?.publishedKeys.count == 3)
    let refusals = fleet.nodes[0].events.filter { if case .recordRefused = $0 { true } else { false } }
    #expect(refusals.count == 4)
    #expect(refusals.contains { $0.description.contains("private key") })
    #expect(!refusals.contains { $0.description.contains("\u{1B}") })
    #expect(fleet.signers == [0, 1, 2])
  }

  @Test("a member's record that cannot be read makes keys wait, since nobody knows what it holds")
  func damagedMember() throws {
    var fleet = try Self.running()
    fleet.store.put(ModelFleet.layout.members + "r9", Array("{".utf8))
    fleet.rotate(0)
    try fleet.run(70_000)
    #expect(fleet.nodes[0].events.contains { if case .keyWaits(_, ["r9"]) = $0 { true } else { false } })
  }

  @Test("a key whose record somebody deletes is written again, and signs on")
  func deletedKey() throws {
    var fleet = try Self.running()
    let key = try #require(try fleet.nodes[0].state?.signer(at: fleet.time(fleet.nodes[0]))).jwk.thumbprint
    _ = try fleet.store.perform(
      .commit(.usage, EtcdTransaction(operations: [.delete(ModelFleet.layout.keys + key)])), for: ModelFleet.layout)
    try fleet.run(5000)
    #expect(fleet.signers == [0, 1, 2])
    #expect(try fleet.nodes[0].state?.signer(at: fleet.time(fleet.nodes[0])).jwk.thumbprint == key)
    #expect(fleet.store.keys.contains(ModelFleet.layout.keys + key))
    #expect(fleet.failures == [])
  }
}
