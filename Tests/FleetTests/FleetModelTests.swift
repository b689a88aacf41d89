import Glibc
import JOSE
import Testing

@testable import Fleet

/// Everything goes wrong at random, and no token ever fails to verify.
@Suite struct FleetModelTests {
  /// A few that take seconds; more when somebody asks for them.
  static let seeds = getenv("IDP_FLEET_SEEDS").flatMap { Int(String(cString: $0)) } ?? 3

  @Test(
    "no token fails at any replica or with any JWKS of the advertised age, whatever crashes, is cut off or is lost",
    arguments: 0..<seeds)
  func anythingGoesWrong(seed: Int) throws {
    var fleet = try ModelFleet(replicas: 4, seed: UInt64(seed))
    for index in 0..<3 { fleet.launch(index) }
    try fleet.run(40_000)
    var backup: ModelStore?
    // An hour and a half.
    for _ in 0..<1080 {
      try Self.mischief(&fleet, &backup)
      try fleet.run(5000)
      try #require(
        fleet.failures.isEmpty, "seed \(seed): \((fleet.story + fleet.failures.prefix(3)).joined(separator: "\n"))")
    }
    #expect(fleet.signed > 1000)
    #expect(fleet.answered > 10_000)

    // When all is well again, so is the fleet.
    fleet.isStoreUp = true
    fleet.lossRate = 0
    for index in fleet.nodes.indices {
      fleet.nodes[index].isConnected = true
      fleet.launch(index)
    }
    try fleet.run((2 * ModelFleet.grace + 2 * 60 + 60) * 1000)
    #expect(fleet.signers == Array(fleet.nodes.indices))
    #expect(fleet.servers == Array(fleet.nodes.indices))
    #expect(fleet.failures.isEmpty, "seed \(seed): \((fleet.story + fleet.failures.prefix(3)).joined(separator: "\n"))")
  }

  private static func mischief(_ fleet: inout ModelFleet, _ backup: inout ModelStore?) throws {
    let index = Int.random(in: fleet.nodes.indices, using: &fleet.random)
    switch Int.random(in: 0..<200, using: &fleet.random) {
    case 0..<6: fleet.kill(index)
    case 6..<18: fleet.launch(index)
    case 18..<20: fleet.leave(index)
    case 20..<26: fleet.connect(index, false)
    case 26..<40: fleet.connect(index, true)
    case 40..<42: fleet.isStoreUp = false
    case 42..<60:
      if !fleet.isStoreUp { fleet.store.restart(at: fleet.now) }
      fleet.isStoreUp = true
    case 60..<66: fleet.rotate(index)
    case 66..<70: fleet.lossRate = 100
    case 70..<80: fleet.lossRate = 0
    case 80..<84: backup = fleet.store
    case 84..<87: try lose(&fleet, backup)
    case 87..<88:
      // A restart under the same name, at once.
      fleet.kill(index)
      fleet.launch(index)
    default: break
    }
  }

  /// etcd loses records while some replica is in touch that knows them, and stays so until it has written them again.
  private static func lose(_ fleet: inout ModelFleet, _ backup: ModelStore?) throws {
    guard fleet.isStoreUp, fleet.lossRate == 0 else { return }
    let current = fleet.servers.filter { fleet.nodes[$0].isConnected }
    // One that has been in touch for a while, so that it has read what there is to know.
    let (now, nodes) = (fleet.now, fleet.nodes)
    guard current.contains(where: { nodes[$0].state?.lastSync.map { now - $0 < 2000 } ?? false }) else { return }
    fleet.note("etcd loses records")
    if let backup, Bool.random(using: &fleet.random) { fleet.store.restore(backup) } else { fleet.store.wipe() }
    try fleet.run(15_000)
  }
}
