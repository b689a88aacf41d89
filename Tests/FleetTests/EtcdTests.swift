import Glibc
import Issuer
import JOSE
import Testing

@testable import Fleet

/// Each request that a fleet makes, held against a real etcd.
@Suite(.enabled(if: EtcdInstallation.isHere, EtcdInstallation.note))
struct EtcdTests {
  static let layout = FleetLayout(.standard)

  @discardableResult
  private func with<Result>(
    _ settings: EtcdSettings, _ work: (EtcdClient) async throws -> Result
  ) async throws -> Result {
    let client = try EtcdClient(settings)
    do {
      let result = try await work(client)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  /// What the gateway does not answer yet is asked again: it listens a little before it can.
  private func ready(_ client: EtcdClient) async throws {
    for _ in 0..<100 {
      if (try? await client.grantLease(seconds: 60)) != nil { return }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @Test("what is written is read at once, with its revision and its lease; whole ranges page by page")
  func writing() async throws {
    let etcd = try RealEtcd()
    try await with(etcd.settings) { client in
      try await ready(client)
      let lease = try await client.grantLease(seconds: 60)
      let bytes: [UInt8] = (0...255).map { UInt8($0) }
      let written = try await client.commit(
        EtcdTransaction(
          comparisons: [.isAbsent("/a/1")],
          operations: [.put("/a/1", bytes, lease: lease), .put("/a/2", [], lease: 0), .put("/b", [1], lease: 0)]))
      #expect(written.succeeded)
      let read = try await client.commit(EtcdTransaction(operations: [.read(EtcdRange("/a/", limit: 10))]))
      #expect(read.cluster == written.cluster)
      #expect(
        read.pages[0].records == [
          EtcdRecord(key: "/a/1", value: bytes, revision: written.revision, lease: lease),
          EtcdRecord(key: "/a/2", value: [], revision: written.revision, lease: 0),
        ])
      let first = try await client.commit(EtcdTransaction(operations: [.read(EtcdRange("/a/", limit: 1))]))
      #expect(first.pages[0].hasMore)
      let all = try await client.rest(
        of: EtcdRange("/a/", limit: 1), after: first.pages[0], revision: first.revision, limit: 10)
      #expect(all.map(\.key) == ["/a/1", "/a/2"])
      let later = try await client.commit(
        EtcdTransaction(operations: [.read(EtcdRange("/a/", limit: 1, changedSince: written.revision + 1))]))
      #expect(later.pages[0].records == [])
    }
  }

  @Test("a transaction whose comparison does not hold does nothing")
  func comparing() async throws {
    let etcd = try RealEtcd()
    try await with(etcd.settings) { client in
      try await ready(client)
      let first = try await client.commit(EtcdTransaction(operations: [.put("/a/1", [1], lease: 0)]))
      for comparison in [
        EtcdTransaction.Comparison.isAbsent("/a/1"), .noneBegins(with: "/a/"), .revision("/a/1", first.revision + 1),
        .revision("/a/2", first.revision),
      ] {
        let outcome = try await client.commit(
          EtcdTransaction(comparisons: [comparison], operations: [.put("/a/1", [2], lease: 0)]))
        #expect(!outcome.succeeded, "\(comparison)")
      }
      for comparison in [
        EtcdTransaction.Comparison.isAbsent("/a/2"), .noneBegins(with: "/b/"), .revision("/a/1", first.revision),
      ] {
        let outcome = try await client.commit(EtcdTransaction(comparisons: [comparison], operations: [.delete("/x")]))
        #expect(outcome.succeeded, "\(comparison)")
      }
    }
  }

  @Test("a key goes with its lease; a lease that is gone is said to be")
  func leases() async throws {
    let etcd = try RealEtcd()
    try await with(etcd.settings) { client in
      try await ready(client)
      let lease = try await client.grantLease(seconds: 60)
      _ = try await client.commit(EtcdTransaction(operations: [.put("/a", [1], lease: lease)]))
      #expect(try await client.renewLease(lease))
      #expect(try await client.ageOfLease(lease) != nil)
      try await client.revokeLease(lease)
      try await client.revokeLease(lease)
      #expect(try await client.renewLease(lease) == false)
      #expect(try await client.ageOfLease(lease) == nil)
      let read = try await client.commit(EtcdTransaction(operations: [.read(EtcdRange("/a", limit: 1))]))
      #expect(read.pages[0].records == [])
      let error = await #expect(throws: EtcdError.self) {
        try await client.commit(EtcdTransaction(operations: [.put("/a", [1], lease: lease)]))
      }
      let isGone = if case .refused(code: 5, _) = error?.reason { true } else { false }
      #expect(isGone, "\(String(describing: error))")
    }
  }

  @Test("a server that is not there is passed over for one that is; none at all is an error that says what to do")
  func endpoints() async throws {
    let etcd = try RealEtcd()
    let dead = try RealEtcd.freePort()
    let both = try EtcdSettings("etcd://127.0.0.1:\(dead),127.0.0.1:\(etcd.port)", environment: [:])
    try await with(both) { client in
      try await ready(client)
      #expect(try await client.grantLease(seconds: 60) != 0)
    }
    let error = await #expect(throws: EtcdError.self) {
      try await with(EtcdSettings("etcd://127.0.0.1:\(dead)", environment: [:])) {
        try await $0.grantLease(seconds: 60)
      }
    }
    #expect(error?.code == "etcd-unreachable")
    #expect(error?.description.contains("127.0.0.1:\(dead)") == true)
  }

  @Test("a user name and a password open an etcd that wants them, and a token that has run out is replaced")
  func accounts() async throws {
    let etcd = try RealEtcd(extra: ["--auth-token", "simple", "--auth-token-ttl", "1"])
    try await with(etcd.settings) { try await ready($0) }
    let ctl = ["etcdctl", "--endpoints", "127.0.0.1:\(etcd.port)"]
    setenv("ETCDCTL_API", "3", 1)
    try RealEtcd.run(ctl + ["user", "add", "root:p@ss word"])
    try RealEtcd.run(ctl + ["auth", "enable"])
    let unnamed = await #expect(throws: EtcdError.self) {
      try await with(etcd.settings) { try await $0.commit(EtcdTransaction(operations: [.put("/a", [1], lease: 0)])) }
    }
    #expect(unnamed?.code == "etcd-authentication")
    func settings(_ password: String) throws -> EtcdSettings {
      try EtcdSettings(
        "etcd://127.0.0.1:\(etcd.port)", environment: ["IDP_ETCD_USER": "root", "IDP_ETCD_PASSWORD": password])
    }
    let wrong = await #expect(throws: EtcdError.self) {
      try await with(settings("other")) {
        try await $0.commit(EtcdTransaction(operations: [.put("/a", [1], lease: 0)]))
      }
    }
    #expect(wrong?.code == "etcd-authentication")
    #expect(wrong?.description.contains("other") == false)
    try await with(settings("p@ss word")) { client in
      #expect(try await client.commit(EtcdTransaction(operations: [.put("/a", [1], lease: 0)])).succeeded)
      try await Task.sleep(for: .seconds(4))
      #expect(try await client.commit(EtcdTransaction(operations: [.put("/a", [1], lease: 0)])).succeeded)
    }
  }

  @Test("TLS is with the authority that is named, and with our certificate when it is asked for")
  func tls() async throws {
    let folder = RealEtcd.temporaryFolder()
    for name in ["authority", "stranger"] {
      try RealEtcd.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=\(name)", "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).crt",
      ])
    }
    for name in ["server", "client"] {
      try RealEtcd.run([
        "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
        "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "extendedKeyUsage=serverAuth,clientAuth",
        "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).csr",
      ])
      try RealEtcd.run([
        "openssl", "x509", "-req", "-in", "\(folder)/\(name).csr", "-CA", "\(folder)/authority.crt", "-CAkey",
        "\(folder)/authority.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copyall",
        "-out", "\(folder)/\(name).crt",
      ])
    }
    let etcd = try RealEtcd(
      scheme: "https", folder: folder,
      extra: [
        "--cert-file", "\(folder)/server.crt", "--key-file", "\(folder)/server.key", "--client-cert-auth",
        "--trusted-ca-file", "\(folder)/authority.crt",
      ])
    func settings(_ authority: String, _ environment: [String: String] = [:]) throws -> EtcdSettings {
      try EtcdSettings(
        "etcds://127.0.0.1:\(etcd.port)",
        environment: environment.merging(["IDP_ETCD_CA": "\(folder)/\(authority).crt"]) { $1 })
    }
    let certificate = ["IDP_ETCD_CERT": "\(folder)/client.crt", "IDP_ETCD_KEY": "\(folder)/client.key"]
    try await with(settings("authority", certificate)) { client in
      try await ready(client)
      #expect(try await client.grantLease(seconds: 60) != 0)
    }
    for settings in [try settings("stranger", certificate), try settings("authority")] {
      let error = await #expect(throws: EtcdError.self) {
        try await with(settings) { try await $0.grantLease(seconds: 60) }
      }
      #expect(["etcd-tls-failed", "etcd-unreachable"].contains(error?.code), "\(String(describing: error))")
    }
    let missing = #expect(throws: EtcdError.self) { try EtcdClient(settings("missing", certificate)) }
    #expect(missing?.code == "etcd-settings")
  }

  @Test("workspaces are added once under a name, listed and revoked")
  func registry() async throws {
    let etcd = try RealEtcd()
    try await with(etcd.settings) { try await ready($0) }
    let registry = FleetRegistry(etcd: try etcd.settings, issuer: .standard)
    #expect(try await registry.load() == [])
    let first = try workspace("ci", created: 1)
    try await registry.add(first)
    await #expect(throws: FleetRegistryError.registry(.nameTaken("ci"))) { try await registry.add(workspace("ci")) }
    let second = try workspace("web", created: 2)
    try await registry.add(second)
    #expect(try await registry.load() == [first, second])
    let revoked = try await registry.revoke("ci", at: 99)
    #expect(revoked.revoked == 99)
    await #expect(throws: FleetRegistryError.registry(.unknown("ci"))) { try await registry.revoke("ci", at: 100) }
    try await registry.add(workspace("ci", created: 3))
    #expect(try await registry.load().map(\.name) == ["ci", "web", "ci"])
    // All at once: each finds its way in.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<4 { group.addTask { try await registry.add(workspace("w\(number)", created: 10)) } }
      try await group.waitForAll()
    }
    #expect(try await registry.load().count == 7)
  }

  private func workspace(_ name: String, created: Int64 = 1) throws -> WorkspaceRegistration {
    let credential = try WorkspaceCredential.make()
    return WorkspaceRegistration(
      identifier: credential.identifier, name: name, identity: WorkspaceIdentity(subject: "workspace:\(name)"),
      audiences: [try #require(AudiencePattern("*"))], longestLifetime: 60, credential: try CredentialHash(credential),
      userID: nil, created: created)
  }
}
