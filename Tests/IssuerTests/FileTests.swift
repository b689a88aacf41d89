import FoundationEssentials
import Glibc
import JOSE
import Testing

@testable import Issuer

@Suite struct FileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("an atomic write replaces the file and leaves nothing beside it", arguments: [mode_t(0o600), 0o644])
  func replaces(mode: mode_t) throws {
    let path = folder.path + "/file"
    try AtomicFile.write(Array("old".utf8), to: path, mode: mode)
    try AtomicFile.write(Array("new".utf8), to: path, mode: mode)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == mode)
    #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
    #expect(folder.names() == ["file"])
  }

  @Test("a folder in the way is an error, and the temporary file is gone")
  func folderInTheWay() throws {
    try FileManager.default.createDirectory(atPath: folder.path + "/file/x", withIntermediateDirectories: true)
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.path + "/file") }
    #expect(folder.names() == ["file"])
  }

  @Test("a pipe, which may as well be a device, is not replaced")
  func pipeInTheWay() {
    let path = folder.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.code == EINVAL)
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test("a symbolic link is not replaced, and what it points to stays")
  func linkInTheWay() throws {
    try AtomicFile.write(Array("old".utf8), to: folder.path + "/file")
    #expect(symlink(folder.path + "/file", folder.path + "/link") == 0)
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.path + "/link") }
    #expect(error?.code == ELOOP)
    #expect(FileManager.default.contents(atPath: folder.path + "/file") == Data("old".utf8))
    #expect(folder.names() == ["file", "link"])
  }

  @Test("a folder that is not there is named")
  func noFolder() {
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.path + "/no/file") }
    #expect(error?.code == ENOENT)
  }

  @Test("without its audit line there is no token, and lines of many tokens stay whole")
  func audit() async throws {
    var configuration = IssuerConfiguration()
    configuration.algorithm = .eddsa
    let issuer = EmbeddedIssuer(configuration: configuration, folder: folder.path + "/state")
    let identity = WorkspaceIdentity(subject: "s")
    _ = try issuer.issue(TokenRequest(audiences: ["a"]), for: identity, now: 1_795_000_000)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask { _ = try? issuer.issue(TokenRequest(audiences: ["a"]), for: identity, now: 1_795_000_000) }
      }
    }
    let text = String(decoding: try #require(FileManager.default.contents(atPath: issuer.audit.path)), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 21)
    #expect(Set(try lines.map { try JSON(parsing: String($0))["jti"]?.stringValue }).count == 21)

    unlink(issuer.audit.path)
    mkdir(issuer.audit.path, 0o700)
    let error = #expect(throws: EmbeddedIssuerError.self) {
      try issuer.issue(TokenRequest(audiences: ["a"]), for: identity, now: 1_795_000_000)
    }
    #expect(error?.code == "audit-log-unusable")
  }

  @Test("a full disk is said in words, and what was there stays")
  func fullDisk() throws {
    let log = AuditLog(path: "/dev/full")
    let line = AuditLine(time: 0, identifier: "j", subject: "s", audiences: ["a"], expiry: 1, keyID: "k")
    let error = #expect(throws: FileError.self) { try log.append(line) }
    #expect(error?.code == ENOSPC)
    #expect(error?.description.contains("space") == true)
  }
}
