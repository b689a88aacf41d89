import FoundationEssentials
import Glibc
import JOSE
import Testing

@testable import Issuer

@Suite("Documents as files")
struct StaticDocumentsTests {
  static let now: Int64 = 1_795_000_000
  let folder: TemporaryFolder
  let issuer: EmbeddedIssuer

  init() throws {
    folder = try TemporaryFolder()
    issuer = EmbeddedIssuer(
      configuration: IssuerConfiguration(issuer: try IssuerURL("https://idp.example.org/team"), algorithm: .es256),
      folder: folder.path + "/state")
  }

  private func write(below root: String = "/site") throws -> [StaticDocuments.Written] {
    try issuer.staticDocuments(at: Self.now).documents.write(below: folder.path + root)
  }

  private func json(_ name: String) throws -> JSON {
    let path = folder.path + "/site/.well-known/" + name
    return try JSON(parsing: Array(try #require(FileManager.default.contents(atPath: path))))
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(folder.path + path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test("are what a relying party reads first, and lead to the first key, which is made for them")
  func documents() throws {
    let written = try write()
    #expect(
      written.map(\.file.url) == [
        "https://idp.example.org/team/.well-known/jwks.json",
        "https://idp.example.org/team/.well-known/openid-configuration",
      ])
    #expect(written.map(\.isChanged) == [true, true])
    let discovery = try json("openid-configuration")
    #expect(discovery["issuer"]?.stringValue == "https://idp.example.org/team")
    #expect(discovery["jwks_uri"]?.stringValue == written[0].file.url)
    #expect(discovery["token_endpoint"] == nil)
    let keys = try JWKSet(try json("jwks.json")).keys
    #expect(keys.map(\.thumbprint) == (try issuer.store.load().entries.map(\.keyID)))
    #expect(keys.allSatisfy { !$0.isPrivate })
  }

  @Test("hold a key that waits to sign")
  func waiting() throws {
    try issuer.store.ring(signingWith: .es256, at: Self.now)
    try issuer.store.update { ring throws(KeyError) in try ring.rotate(.es256, at: Self.now) }
    _ = try write()
    #expect(try JWKSet(try json("jwks.json")).keys.count == 2)
  }

  @Test("can be read by everybody, whatever the umask is")
  func modes() throws {
    let mask = umask(0o077)
    defer { umask(mask) }
    _ = try write()
    #expect(mode("/site") == 0o755)
    #expect(mode("/site/.well-known") == 0o755)
    #expect(mode("/site/.well-known/jwks.json") == 0o644)
    #expect(mode("/site/.well-known/openid-configuration") == 0o644)
  }

  @Test("stay as they are when nothing has changed, and are put right when something has")
  func again() throws {
    _ = try write()
    #expect(try write().map(\.isChanged) == [false, false])
    #expect(chmod(folder.path + "/site/.well-known/jwks.json", 0o600) == 0)
    #expect(try write().map(\.isChanged) == [true, false])
    #expect(mode("/site/.well-known/jwks.json") == 0o644)
    try AtomicFile.write(Array("{}".utf8), to: folder.path + "/site/.well-known/openid-configuration", mode: 0o644)
    #expect(try write().map(\.isChanged) == [false, true])
    #expect(folder.names(in: "/site/.well-known") == ["jwks.json", "openid-configuration"])
  }

  @Test("leave alone what else is there")
  func others() throws {
    let well = folder.path + "/site/.well-known"
    try FileManager.default.createDirectory(atPath: well, withIntermediateDirectories: true)
    #expect(chmod(well, 0o700) == 0)
    try AtomicFile.write(Array("mine".utf8), to: well + "/security.txt")
    try AtomicFile.write(Array("mine".utf8), to: folder.path + "/site/index.html")
    _ = try write()
    #expect(mode("/site/.well-known") == 0o700)
    #expect(folder.names(in: "/site") == [".well-known", "index.html"])
    #expect(folder.names(in: "/site/.well-known") == ["jwks.json", "openid-configuration", "security.txt"])
    #expect(FileManager.default.contents(atPath: well + "/security.txt") == Data("mine".utf8))
  }

  /// Something that stands where a document or its folder should.
  enum Obstacle: CaseIterable { case linkedFolder, fileAsFolder, linkedFile, pipe, folderAsFile }

  @Test("never go through a link, nor in the place of what is no file", arguments: Obstacle.allCases)
  func obstacles(obstacle: Obstacle) throws {
    let well = folder.path + "/site/.well-known"
    let outside = folder.path + "/outside"
    try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: obstacle == .linkedFolder || obstacle == .fileAsFolder ? folder.path + "/site" : well,
      withIntermediateDirectories: true)
    let code: Int32
    switch obstacle {
    case .linkedFolder:
      #expect(symlink(outside, well) == 0)
      code = ELOOP
    case .fileAsFolder:
      try AtomicFile.write([1], to: well)
      code = ENOTDIR
    case .linkedFile:
      #expect(symlink(outside + "/jwks.json", well + "/jwks.json") == 0)
      code = ELOOP
    case .pipe:
      #expect(mkfifo(well + "/jwks.json", 0o600) == 0)
      code = EINVAL
    case .folderAsFile:
      try FileManager.default.createDirectory(atPath: well + "/jwks.json", withIntermediateDirectories: true)
      code = EISDIR
    }
    let error = #expect(throws: FileError.self) { try write() }
    #expect(error?.code == code)
    #expect(error?.path.hasPrefix(well) == true)
    #expect(folder.names(in: "/outside").isEmpty)
  }

  @Test("are put into a folder that a link leads to, when that is what was named")
  func linkedRoot() throws {
    try FileManager.default.createDirectory(atPath: folder.path + "/release", withIntermediateDirectories: true)
    #expect(symlink("release", folder.path + "/site") == 0)
    _ = try write()
    #expect(folder.names(in: "/release/.well-known") == ["jwks.json", "openid-configuration"])
  }
}

@Suite("Advice about published files")
struct PublicationAdviceTests {
  private func advice(
    _ url: String = "https://idp.example.org", rotatedAt: Int64? = nil, now: Int64
  ) throws -> PublicationAdvice {
    var ring = KeyRing()
    try ring.rotate(.eddsa, at: 0)
    if let rotatedAt { try ring.rotate(.eddsa, at: rotatedAt) }
    return PublicationAdvice(issuer: try IssuerURL(url), ring: ring, schedule: .standard, now: now)
  }

  @Test(
    "says who can reach the issuer, and below which path",
    arguments: [
      ("https://idp.example.org", .anybody, ""), ("https://idp.example.org/", .anybody, ""),
      ("https://idp.example.org/a/b", .anybody, "a/b"), ("https://idp.example.org:8443/team/", .anybody, "team"),
      ("http://localhost:8765", .thisMachine, ""),
    ] as [(String, PublicationAdvice.Reach, String)])
  func place(url: String, reach: PublicationAdvice.Reach, path: String) throws {
    let advice = try advice(url, now: 0)
    #expect(advice.reach == reach)
    #expect(advice.path == path)
    #expect(advice.lifetime == 1800)
  }

  @Test("has no date without a key that waits")
  func good() throws {
    let advice = try advice(now: 100)
    #expect(advice.waiting == nil)
    #expect(advice.tidyFrom == nil)
  }

  @Test(
    "wants the files up before copies could be too old for a new key",
    arguments: [(10_000, false), (11_800, false), (11_801, true), (13_599, true)] as [(Int64, Bool)])
  func waiting(now: Int64, isLate: Bool) throws {
    let waiting = try #require(try advice(rotatedAt: 10_000, now: now).waiting)
    #expect(waiting.signsFrom == 13_600)
    #expect(waiting.uploadBy == 11_800)
    #expect(waiting.isLate == isLate)
  }

  @Test("says from when on an old key is needed no more")
  func tidy() throws {
    let advice = try advice(rotatedAt: 10_000, now: 13_600)
    #expect(advice.waiting == nil)
    #expect(advice.tidyFrom == 100_300)
  }
}
