import FoundationEssentials
import Glibc
import JOSE
import Testing

@testable import Issuer

/// A folder that is gone when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.path + "/idp-test-" + String(UInt64.random(in: .min ... .max), radix: 36)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func names(in folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + folder)) ?? []).sorted()
  }
}

@Suite struct KeyStoreTests {
  static let now: Int64 = 1_795_000_000
  let folder: TemporaryFolder
  let store: KeyStore

  init() throws {
    folder = try TemporaryFolder()
    store = KeyStore(folder: folder.path + "/state/keys")
  }

  func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test("nothing on disk is an empty ring, and reading makes nothing")
  func empty() throws {
    #expect(try store.load().entries.isEmpty)
    #expect(folder.names().isEmpty)
  }

  @Test("the first signing key is made once, in files for their owner alone")
  func firstKey() throws {
    let made = try store.ring(signingWith: .es256, at: Self.now)
    let again = try store.ring(signingWith: .es256, at: Self.now + 5)
    let keyID = try #require(made.entries.first?.keyID)
    #expect(again.entries.map(\.keyID) == [keyID])
    #expect(mode(store.folder) == 0o700)
    #expect(mode(folder.path + "/state") == 0o700)
    for name in ["ring.json", keyID + ".pem", "lock"] { #expect(mode(store.folder + "/" + name) == 0o600, "\(name)") }
  }

  @Test("what a writer that was killed left behind is removed by the next one, and nothing else is")
  func leftovers() throws {
    try store.ring(signingWith: .eddsa, at: Self.now)
    for name in [".idp-killed", "note"] { try AtomicFile.write([1], to: store.folder + "/" + name) }
    try store.update { (_: inout KeyRing) throws(KeyError) in }
    #expect(!folder.names(in: "/state/keys").contains(".idp-killed"))
    #expect(folder.names(in: "/state/keys").contains("note"))
    #expect(try store.load().entries.count == 1)
  }

  @Test("another algorithm is made ready once, and the key that signs goes on")
  func anotherAlgorithm() throws {
    let first = try store.ring(signingWith: .eddsa, at: Self.now)
    for second in 1...3 {
      let ring = try store.ring(signingWith: .es256, at: Self.now + Int64(second), publishedAhead: 60)
      #expect(ring.entries.map(\.key.algorithm) == [.eddsa, .es256])
      #expect(ring.signer(at: Self.now + 60)?.keyID == first.entries[0].keyID)
    }
    #expect(try store.signerID(at: Self.now + 61)?.algorithm == .es256)
    // Back again before it signs: nothing is to be done.
    #expect(try store.ring(signingWith: .eddsa, at: Self.now + 5).entries.count == 2)
  }

  @Test("files of keys that are pruned are removed")
  func pruned() throws {
    try store.ring(signingWith: .eddsa, at: Self.now)
    try store.update { (ring: inout KeyRing) throws(KeyError) in try ring.rotate(.eddsa, at: Self.now + 10) }
    #expect(folder.names(in: "/state/keys").count { $0.hasSuffix(".pem") } == 2)
    try store.update { (ring: inout KeyRing) throws(KeyError) in ring.prune(at: Self.now + 200_000) }
    #expect(folder.names(in: "/state/keys").count { $0.hasSuffix(".pem") } == 1)
    #expect(try store.load().entries.count == 1)
  }

  @Test(
    "permissions that let others in are refused, with the command that closes them",
    arguments: ["", "/ring.json", "KEY"])
  func permissions(place: String) throws {
    let keyID = try #require(try store.ring(signingWith: .eddsa, at: Self.now).entries.first?.keyID)
    let path = place == "KEY" ? store.folder + "/\(keyID).pem" : store.folder + place
    chmod(path, place.isEmpty ? 0o755 : 0o644)
    let error = #expect(throws: KeyStoreError.self) { try store.load() }
    #expect(error?.code == "key-store-permissions")
    #expect(error?.description.contains("chmod 0\(place.isEmpty ? "700" : "600") '\(path)'") == true)
  }

  @Test("a truncated or damaged file is an error, and is left as it is", arguments: ["ring.json", "KEY"], [0, 10, 60])
  func truncated(file: String, length: Int) throws {
    let keyID = try #require(try store.ring(signingWith: .eddsa, at: Self.now).entries.first?.keyID)
    let path = store.folder + "/" + (file == "KEY" ? keyID + ".pem" : file)
    truncate(path, off_t(length))
    let before = try #require(FileManager.default.contents(atPath: path))
    let error = #expect(throws: KeyStoreError.self) { try store.ring(signingWith: .eddsa, at: Self.now) }
    #expect(error?.code == "key-store-damaged")
    #expect(throws: KeyStoreError.self) {
      try store.update { (ring: inout KeyRing) throws(KeyError) in try ring.rotate(.es256, at: Self.now) }
    }
    #expect(FileManager.default.contents(atPath: path) == before)
    #expect(folder.names(in: "/state/keys") == [keyID + ".pem", "lock", "ring.json"].sorted())
  }

  @Test("a key file under another key's name is refused")
  func swapped() throws {
    let first = try #require(try store.ring(signingWith: .eddsa, at: Self.now).entries.first?.keyID)
    let other = KeyStore(folder: folder.path + "/other")
    let second = try #require(try other.ring(signingWith: .eddsa, at: Self.now).entries.first?.keyID)
    rename(other.folder + "/\(second).pem", store.folder + "/\(first).pem")
    let error = #expect(throws: KeyStoreError.self) { try store.load() }
    #expect(error?.code == "key-store-damaged")
  }

  @Test("a symbolic link in place of a key is refused")
  func link() throws {
    let keyID = try #require(try store.ring(signingWith: .eddsa, at: Self.now).entries.first?.keyID)
    let path = store.folder + "/\(keyID).pem"
    rename(path, folder.path + "/elsewhere.pem")
    symlink(folder.path + "/elsewhere.pem", path)
    #expect(throws: KeyStoreError.self) { try store.load() }
  }

  @Test("a file where the folder should be is named in the error")
  func fileInTheWay() throws {
    #expect(FileManager.default.createFile(atPath: folder.path + "/state", contents: Data()))
    let error = #expect(throws: KeyStoreError.self) { try store.ring(signingWith: .eddsa, at: Self.now) }
    #expect(error?.description.contains(folder.path + "/state") == true)
  }

  @Test("many at once make one key")
  func together() async throws {
    let store = store
    let rings = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<8 { group.addTask { try store.ring(signingWith: .eddsa, at: Self.now).entries.map(\.keyID) } }
      return try await group.reduce(into: Set<[String]>()) { $0.insert($1) }
    }
    #expect(rings.count == 1)
    #expect(rings.first?.count == 1)
  }

  @Test("a lock that another process holds is waited for, then named")
  func locked() throws {
    try store.ring(signingWith: .eddsa, at: Self.now)
    let descriptor = open(store.folder + "/lock", O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    let error = #expect(throws: KeyStoreError.self) {
      try store.update { (ring: inout KeyRing) throws(KeyError) in try ring.rotate(.eddsa, at: Self.now) }
    }
    #expect(error?.code == "key-store-locked")
  }
}
