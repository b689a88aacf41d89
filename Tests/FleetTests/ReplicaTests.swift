import Glibc
import Issuer
import JOSE
import Synchronization
import Testing

@testable import Fleet

/// Replicas as they run, on a real etcd.
@Suite(.enabled(if: EtcdInstallation.isHere, EtcdInstallation.note))
struct ReplicaTests {
  /// A replica whose loop is a task.
  final class Running: Sendable {
    let replica: Replica
    let task: Task<Void, Never>

    init(_ name: String, _ etcd: RealEtcd, grace: Int64 = 20) throws {
      var settings = try FleetSettings(
        "etcd://127.0.0.1:\(etcd.port)", issuer: .standard, replica: name, grace: grace, freshness: 2, environment: [:])
      settings.etcd.patience = 500
      replica = try Replica(
        settings: settings, schedule: RotationSchedule(publishedAhead: 2, longestLifetime: 60), algorithm: .es256,
        now: { Int64(Glibc.time(nil)) }, log: { _ in })
      task = Task { [replica] in await replica.run() }
    }

    var signer: String? { (try? replica.signingKey())?.jwk.thumbprint }
    var keys: Set<String>? { (try? replica.publishedKeys()).map { Set($0.keys.map(\.thumbprint)) } }

    func leave() async {
      task.cancel()
      await task.value
    }
  }

  /// Waits for something that takes a while, as long as a slow machine may need.
  private func eventually(_ what: Comment, _ condition: () -> Bool) async throws {
    for _ in 0..<600 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record(what)
  }

  @Test("replicas hold each other's keys before they sign, go on when one is cut off or etcd is set up anew, and leave")
  func life() async throws {
    let etcd = try RealEtcd()
    let first = try Running("a", etcd)
    let second = try Running("b", etcd)
    #expect(!first.replica.readiness.isEmpty)
    try await eventually("both sign") { first.signer != nil && second.signer != nil }
    let signers = Set([first.signer, second.signer].compactMap(\.self))
    #expect(signers.count == 2)
    #expect(first.keys == signers)
    #expect(second.keys == signers)
    #expect(first.replica.readiness == [])

    // A rotation.
    #expect(first.replica.rotate())
    try await eventually("the new key signs") { first.signer.map { !signers.contains($0) } ?? false }
    let rotated = signers.union([try #require(first.signer)])
    #expect(second.keys == rotated)

    // etcd is away: documents go on, signing stops, and goes on.
    let before = first.signer
    etcd.stop()
    try await eventually("signing stops") { first.signer == nil && second.signer == nil }
    #expect(first.keys == rotated)
    #expect(first.replica.readiness.contains { $0.contains("out of touch") })
    try etcd.start()
    try await eventually("signing goes on") { first.signer == before && second.signer != nil }

    // etcd is set up anew: its records come back, and nobody forgets a key.
    let members = FleetMembers(etcd: try etcd.settings, issuer: .standard)
    try etcd.wipe()
    var overview = try await members.list()
    for _ in 0..<100 where !overview.keys.map(\.keyID).contains(where: rotated.contains) {
      try await Task.sleep(for: .milliseconds(100))
      overview = try await members.list()
    }
    try await eventually("both sign again") { first.signer != nil && second.signer != nil }
    #expect(first.keys?.isSuperset(of: rotated) == true)
    #expect(second.keys?.isSuperset(of: rotated) == true)
    overview = try await members.list()
    #expect(Set(overview.keys.map(\.keyID)) == first.keys)

    // One leaves: nobody waits for it.
    await second.leave()
    #expect(second.keys == nil)
    #expect(second.signer == nil)
    overview = try await members.list()
    #expect(overview.members.map(\.name) == ["a"])
    #expect(try await members.forget("b") == false)
    await first.leave()
  }

  @Test("a workspace is known and a revocation too within seconds; limits count what others counted")
  func sharing() async throws {
    let etcd = try RealEtcd()
    let first = try Running("a", etcd)
    let second = try Running("b", etcd)
    try await eventually("it signs") { first.signer != nil || second.signer != nil }
    let credential = try WorkspaceCredential.make()
    let registry = FleetRegistry(etcd: try etcd.settings, issuer: .standard)
    try await registry.add(
      WorkspaceRegistration(
        identifier: credential.identifier, name: "ci", identity: WorkspaceIdentity(subject: "s"), audiences: [],
        longestLifetime: 60, credential: nil, userID: 4711, created: 1))
    for running in [first, second] {
      try await eventually("it is known") { (try? running.replica.registration(credential.identifier)) ?? nil != nil }
      #expect(try running.replica.registration(userID: 4711)?.name == "ci")
    }
    try await registry.revoke("ci", at: 5)
    for running in [first, second] {
      try await eventually("it is revoked") {
        ((try? running.replica.registration(credential.identifier)) ?? nil)?.revoked == 5
      }
      #expect(try running.replica.registration(userID: 4711) == nil)
    }
    // Counted again and again, since a minute may end meanwhile.
    try await eventually("it was counted elsewhere") {
      first.replica.count("workspace/x")
      return second.replica.countElsewhere("workspace/x") > 0
    }
    #expect(first.replica.countElsewhere("workspace/x") == 0)
    await first.leave()
    await second.leave()
  }

  @Test("a second process under the same name takes the place, and the first says so")
  func replaced() async throws {
    let etcd = try RealEtcd()
    let first = try Running("a", etcd)
    try await eventually("it signs") { first.signer != nil }
    let second = try Running("a", etcd)
    await first.task.value
    #expect(throws: FleetUnavailable.replaced) { try first.replica.signingKey() }
    #expect(throws: FleetUnavailable.replaced) { try first.replica.publishedKeys() }
    try await eventually("the second signs") { second.signer != nil }
    #expect(second.keys?.count == 2)
    await second.leave()
  }
}
