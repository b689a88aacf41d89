import Glibc
import JOSE

/// The key ring on disk: a folder for its owner alone, with `ring.json` and one PEM file (PKCS#8) for each key.
///
/// Writers hold a lock and put files in place atomically: a key first, then the ring that names it. Whatever stops a
/// writer, the ring that is read next is the old one or the new one.
public struct KeyStore: Sendable {
  /// The folder of the keys.
  public let folder: String

  /// - Parameter folder: made at the first write, with mode 0700.
  public init(folder: String) { self.folder = folder }

  /// The ring as it is on disk; empty when there is none.
  public func load() throws(KeyStoreError) -> KeyRing {
    guard access(folder, F_OK) == 0 || errno != ENOENT else { return KeyRing() }
    try PrivateFolder.check(folder)
    // A reader waits for writers, so that no key that the ring names is pruned under its eyes. A read-only disk has no
    // writers, and no lock can be made there.
    let lock = try? FileLock(path: lockPath, exclusive: false)
    defer { lock?.release() }
    return try read()
  }

  /// Changes the ring, alone among all processes, and writes what came of it.
  ///
  /// - Returns: the ring as it is on disk afterwards.
  @discardableResult
  public func update(_ change: (inout KeyRing) throws(KeyError) -> Void) throws(KeyStoreError) -> KeyRing {
    try PrivateFolder.create(folder)
    let lock = try FileLock(path: lockPath, exclusive: true)
    defer { lock.release() }
    PrivateFolder.removeTemporaryFiles(in: folder)
    let before = try read()
    var after = before
    do { try change(&after) } catch { throw .generation(error) }
    let known = Set(before.entries.map(\.keyID))
    for entry in after.entries where !known.contains(entry.keyID) { try write(entry) }
    if before.entries.map(\.keyID) != after.entries.map(\.keyID) { try write(after) }
    let kept = Set(after.entries.map(\.keyID))
    // The ring names them no more: a file that cannot be removed is only left over.
    for keyID in known where !kept.contains(keyID) { unlink(path(of: keyID)) }
    return after
  }

  /// The ring with a key that signs now; the first key of the algorithm is made when there is none.
  @discardableResult
  public func ring(signingWith algorithm: SignatureAlgorithm, at now: Int64) throws(KeyStoreError) -> KeyRing {
    let ring = try load()
    guard ring.signingKey(algorithm, at: now) == nil else { return ring }
    return try update { (ring: inout KeyRing) throws(KeyError) in
      // Another process may have made it since.
      if ring.signingKey(algorithm, at: now) == nil { try ring.rotate(algorithm, at: now) }
    }
  }

  /// The kid of the key that signs with the algorithm at that instant, nil when there is none. No key is read for it.
  public func signingKeyID(_ algorithm: SignatureAlgorithm, at now: Int64) throws(KeyStoreError) -> String? {
    guard access(folder, F_OK) == 0 || errno != ENOENT else { return nil }
    try PrivateFolder.check(folder)
    guard let bytes = try PrivateFolder.read(ringPath, limit: 1 << 20) else { return nil }
    return try KeyRingFile.records(in: bytes, path: ringPath)
      .filter { $0.algorithm == algorithm && $0.signsFrom <= now }
      .max { ($0.signsFrom, $0.created) < ($1.signsFrom, $1.created) }?.keyID
  }

  private var lockPath: String { folder + "/lock" }
  private var ringPath: String { folder + "/ring.json" }
  private func path(of keyID: String) -> String { folder + "/" + keyID + ".pem" }

  private func read() throws(KeyStoreError) -> KeyRing {
    guard let bytes = try PrivateFolder.read(ringPath, limit: 1 << 20) else { return KeyRing() }
    var entries: [KeyRing.Entry] = []
    for record in try KeyRingFile.records(in: bytes, path: ringPath) {
      let path = path(of: record.keyID)
      guard var pem = try PrivateFolder.read(path, limit: 1 << 16) else {
        throw .damaged(path: path, problem: "the ring names this key, but the file is gone")
      }
      defer { Secret.zero(&pem) }
      do {
        let key = try SigningKey(pem: pem, algorithm: record.algorithm)
        guard key.jwk.thumbprint == record.keyID else {
          throw KeyStoreError.damaged(path: path, problem: "it holds another key than its name says")
        }
        entries.append(KeyRing.Entry(key: key, created: record.created, signsFrom: record.signsFrom))
      } catch let error as KeyStoreError {
        throw error
      } catch let error as KeyError {
        throw .key(path: path, error)
      } catch {
        throw .damaged(path: path, problem: "\(error)")
      }
    }
    return KeyRing(entries: entries)
  }

  private func write(_ entry: KeyRing.Entry) throws(KeyStoreError) {
    var pem: [UInt8]
    do { pem = try entry.key.privatePEM() } catch { throw .generation(error) }
    defer { Secret.zero(&pem) }
    do {
      try AtomicFile.write(pem, to: path(of: entry.keyID), mode: 0o600, action: "write the signing key")
    } catch {
      throw .file(error)
    }
  }

  private func write(_ ring: KeyRing) throws(KeyStoreError) {
    do {
      try AtomicFile.write(KeyRingFile.bytes(of: ring), to: ringPath, mode: 0o600, action: "write the key ring")
    } catch {
      throw .file(error)
    }
  }
}
