import Glibc
import JOSE
import Testing

@testable import Issuer

@Suite("registered workspaces")
struct WorkspaceTests {
  static let now: Int64 = 1_795_521_648

  static func workspace(
    _ name: String = "ci", audiences: [String] = ["sts.amazonaws.com"], longest: Int64 = 900,
    credential: WorkspaceCredential? = nil, userID: UInt32? = nil
  ) throws -> WorkspaceRegistration {
    WorkspaceRegistration(
      identifier: try WorkspaceCredential.make().identifier, name: name,
      identity: WorkspaceIdentity(subject: "repo:acme/app", claims: ["team": "blue", "level": 3]),
      audiences: audiences.compactMap(AudiencePattern.init), longestLifetime: longest,
      credential: try credential.map { try CredentialHash($0) }, userID: userID, created: now)
  }

  @Test("a credential is recognised by its hash, and no other is")
  func credentials() throws {
    let credential = try WorkspaceCredential.make()
    let hash = try CredentialHash(credential)
    #expect(hash.matches(try #require(WorkspaceCredential(credential.text))))
    #expect(!hash.matches(try WorkspaceCredential.make()))
    let other = credential.text.last == "A" ? "E" : "A"
    let close = try #require(WorkspaceCredential(credential.text.dropLast() + other))
    #expect(close.identifier == credential.identifier && !hash.matches(close))
    // The same credential is kept differently each time, and what is kept does not hold it.
    #expect(try CredentialHash(credential) != hash)
    #expect(!hash.json.compact().contains(credential.text.suffix(43)))
  }

  @Test(
    "what has not the form of a credential is none",
    arguments: [
      "", "idpw_", "Bearer x", "idpw_aaaaaaaaaaaaaaaa_short",
      "idpw_AAAAAAAAAAAAAAAA_" + String(repeating: "a", count: 43),
      "idpw_aaaaaaaaaaaaaaaa." + String(repeating: "a", count: 43),
      "idpx_aaaaaaaaaaaaaaaa_" + String(repeating: "a", count: 43),
      "idpw_aaaaaaaaaaaaaaa1_" + String(repeating: "a", count: 43),
    ])
  func malformed(text: String) { #expect(WorkspaceCredential(text) == nil) }

  @Test(
    "patterns of audiences",
    arguments: [
      ("sts.amazonaws.com", "sts.amazonaws.com", true), ("sts.amazonaws.com", "STS.amazonaws.com", false),
      ("sts.amazonaws.com", "sts.amazonaws.com.evil", false), ("*", "anything://at/all", true),
      ("https://*.acme.dev", "https://vault.acme.dev", true), ("https://*.acme.dev", "https://acme.dev", false),
      ("https://*.acme.dev", "https://a.b/.acme.dev", true), ("a*b*c", "abbbc", true), ("a*b*c", "abb", false),
      ("a**", "a", true), ("*a", "bab", false), ("*a", "baba", true), ("a*", "", false),
      ("sts?amazonaws.com", "sts.amazonaws.com", false),
    ])
  func patterns(pattern: String, audience: String, matches: Bool) throws {
    #expect(try #require(AudiencePattern(pattern)).matches(audience) == matches)
  }

  @Test("a registration is read back as it was written")
  func roundTrip() throws {
    for workspace in [
      try Self.workspace(credential: .make()), try Self.workspace(userID: 1000), try Self.workspace(audiences: []),
    ] {
      var workspace = workspace
      #expect(WorkspaceRegistration(try JSON(parsing: workspace.json.compact())) == workspace)
      workspace.revoked = 5
      #expect(WorkspaceRegistration(workspace.json)?.revoked == 5)
    }
  }

  @Test(
    "a registration that is not whole is none: nothing is guessed where access hangs on it",
    arguments: [
      ("id", JSON.null), ("id", "x"), ("name", ""), ("name", "a b"), ("sub", ""), ("sub", .null), ("claims", []),
      ("claims", ["aud": "x"]), ("audiences", "a"), ("audiences", [1]), ("audiences", ["a b"]), ("max_ttl", 0),
      ("max_ttl", 86_401), ("created", "now"), ("uid", -1), ("uid", 4_294_967_296), ("revoked", "yes"),
      ("credential", ["salt": "AA", "sha256": "AA"]), ("credential", .null),
    ] as [(String, JSON)])
  func damaged(member: String, value: JSON) throws {
    var object = try #require(try Self.workspace(credential: .make(), userID: 7).json.objectValue)
    object.set(member, to: value)
    #expect(WorkspaceRegistration(.object(object)) == nil)
  }

  @Test("grants what is allowed, and shortens what would live too long")
  func grants() throws {
    let workspace = try Self.workspace(audiences: ["a", "b*"], longest: 900)
    func grant(_ audiences: [String], _ lifetime: Int64? = nil) throws(WorkspaceRefusal) -> TokenRequest {
      try WorkspaceGrant.request(audiences: audiences, lifetime: lifetime, of: workspace, standardLifetime: 3600)
    }
    #expect(try grant(["a"]).lifetime == 900)
    #expect(try grant(["a", "bc"], 60) == TokenRequest(audiences: ["a", "bc"], lifetime: 60))
    #expect(throws: WorkspaceRefusal.noAudience) { try grant([]) }
    #expect(throws: WorkspaceRefusal.audience("c")) { try grant(["a", "c"]) }
    #expect(throws: WorkspaceRefusal.malformedAudience) { try grant(["b c"]) }
    #expect(throws: WorkspaceRefusal.lifetime) { try grant(["a"], 0) }
    let none = try Self.workspace(audiences: [])
    #expect(throws: WorkspaceRefusal.audience("a")) {
      try WorkspaceGrant.request(audiences: ["a"], lifetime: nil, of: none, standardLifetime: 60)
    }
  }
}

@Suite("the list of registered workspaces")
struct WorkspaceRegistryTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }
  var registry: WorkspaceRegistry { WorkspaceRegistry(folder: folder.path + "/state/workspaces") }

  func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test("nothing on disk is an empty list, and reading makes nothing")
  func empty() throws {
    #expect(try registry.load().isEmpty)
    #expect(registry.version == nil)
    #expect(folder.names().isEmpty)
  }

  @Test("adds, revokes, and gives a name away again")
  func changes() throws {
    let first = try WorkspaceTests.workspace()
    try registry.add(first)
    #expect(throws: WorkspaceRegistryError.nameTaken("ci")) { try registry.add(WorkspaceTests.workspace()) }
    let version = registry.version
    #expect(try registry.revoke("ci", at: 7).revoked == 7)
    #expect(registry.version != version)
    #expect(throws: WorkspaceRegistryError.unknown("ci")) { try registry.revoke("ci", at: 8) }
    try registry.add(try WorkspaceTests.workspace())
    #expect(try registry.load().map(\.revoked) == [7, nil])
    #expect(mode(registry.folder) == 0o700)
    #expect(mode(registry.folder + "/workspaces.json") == 0o600)
  }

  @Test(
    "a damaged file is an error, and is left as it is",
    arguments: ["", "{", #"{"version":2,"workspaces":[]}"#, #"{"version":1,"workspaces":[{}]}"#])
  func damaged(text: String) throws {
    try registry.add(try WorkspaceTests.workspace())
    let path = registry.folder + "/workspaces.json"
    try AtomicFile.write(Array(text.utf8), to: path)
    #expect(throws: WorkspaceRegistryError.self) { try registry.load() }
    #expect(throws: WorkspaceRegistryError.self) { try registry.add(WorkspaceTests.workspace("other")) }
    #expect(try PrivateFolder.read(path, limit: 1000) == Array(text.utf8))
  }

  @Test("a list that others can read is refused, with the command that closes it")
  func permissions() throws {
    try registry.add(try WorkspaceTests.workspace())
    chmod(registry.folder + "/workspaces.json", 0o640)
    let error = #expect(throws: WorkspaceRegistryError.self) { try registry.load() }
    #expect(error?.description.contains("chmod 0600") == true)
  }
}
