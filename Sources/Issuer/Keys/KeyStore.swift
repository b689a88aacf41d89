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
    guard isThere else { return KeyRing() }
    do throws(PrivateFileError) { try PrivateFolder.check(folder) } catch { throw .file(error) }
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
    let lock = try lockForWriting()
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

  /// The ring with a key that signs now; the first one is made when there is none. When the algorithm is another than that
  /// of the key that signs, a key of it is added, and signs when it has been published for long enough.
  @discardableResult
  public func ring(
    signingWith algorithm: SignatureAlgorithm, at now: Int64,
    publishedAhead: Int64 = RotationSchedule.standard.publishedAhead
  ) throws(KeyStoreError) -> KeyRing {
    let ring = try load()
    guard !ring.isSigning(with: algorithm, at: now) else { return ring }
    return try update { (ring: inout KeyRing) throws(KeyError) in
      // Another process may have made it since.
      guard !ring.isSigning(with: algorithm, at: now) else { return }
      try ring.rotate(algorithm, at: now, publishedAhead: publishedAhead)
      ring.prune(at: now)
    }
  }

  /// Which key signs at that instant, nil when there is none. No key is read for it.
  public func signerID(at now: Int64) throws(KeyStoreError) -> (algorithm: SignatureAlgorithm, keyID: String)? {
    guard isThere else { return nil }
    do throws(PrivateFileError) {
      try PrivateFolder.check(folder)
      return try records()
        .filter { $0.signsFrom <= now }
        .max { ($0.signsFrom, $0.created) < ($1.signsFrom, $1.created) }
        .map { ($0.algorithm, $0.keyID) }
    } catch {
      throw .file(error)
    }
  }

  /// What changes whenever the ring does; nil when there is none.
  public var version: FileVersion? { FileVersion(of: ringPath) }

  private var isThere: Bool { access(folder, F_OK) == 0 || errno != ENOENT }
  private var lockPath: String { folder + "/lock" }
  private var ringPath: String { folder + "/ring.json" }
  private func path(of keyID: String) -> String { folder + "/" + keyID + ".pem" }

  private func lockForWriting() throws(KeyStoreError) -> FileLock {
    do throws(PrivateFileError) {
      try PrivateFolder.create(folder)
      return try FileLock(path: lockPath, exclusive: true)
    } catch {
      throw .file(error)
    }
  }

  private func records() throws(PrivateFileError) -> [KeyRingFile.Record] {
    guard let bytes = try PrivateFolder.read(ringPath, limit: 1 << 20) else { return [] }
    return try KeyRingFile.records(in: bytes, path: ringPath)
  }

  private func read() throws(KeyStoreError) -> KeyRing {
    let records: [KeyRingFile.Record]
    do { records = try self.records() } catch { throw .file(error) }
    var entries: [KeyRing.Entry] = []
    for record in records { entries.append(try entry(record)) }
    return KeyRing(entries: entries)
  }

  private func entry(_ record: KeyRingFile.Record) throws(KeyStoreError) -> KeyRing.Entry {
    let path = path(of: record.keyID)
    var pem = try self.pem(path)
    defer { Secret.zero(&pem) }
    let key: SigningKey
    do { key = try SigningKey(pem: pem, algorithm: record.algorithm) } catch { throw .key(path: path, error) }
    guard key.jwk.thumbprint == record.keyID else {
      throw .file(.damaged(path: path, problem: "it holds another key than its name says"))
    }
    return KeyRing.Entry(key: .here(key), created: record.created, signsFrom: record.signsFrom)
  }

  private func pem(_ path: String) throws(KeyStoreError) -> [UInt8] {
    do throws(PrivateFileError) {
      if let pem = try PrivateFolder.read(path, limit: 1 << 16) { return pem }
      throw .damaged(path: path, problem: "the ring names this key, but the file is gone")
    } catch {
      throw .file(error)
    }
  }

  private func write(_ entry: KeyRing.Entry) throws(KeyStoreError) {
    // A key that is elsewhere has no file.
    guard case .here(let key) = entry.key else { return }
    var pem: [UInt8]
    do { pem = try key.privatePEM() } catch { throw .generation(error) }
    defer { Secret.zero(&pem) }
    do {
      try AtomicFile.write(pem, to: path(of: entry.keyID), mode: 0o600, action: "write the signing key")
    } catch {
      throw .file(.file(error))
    }
  }

  private func write(_ ring: KeyRing) throws(KeyStoreError) {
    do {
      try AtomicFile.write(KeyRingFile.bytes(of: ring), to: ringPath, mode: 0o600, action: "write the key ring")
    } catch {
      throw .file(.file(error))
    }
  }
}
