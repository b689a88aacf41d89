import Glibc
import JOSE

/// The registrations of a served issuer, on disk: one file in a folder for its owner alone.
///
/// Writers hold a lock and put the file in place atomically; a server that runs reads it again when it has changed.
public struct WorkspaceRegistry: Sendable {
  public let folder: String

  /// How many registrations there may be, revoked ones included.
  public static let limit = 10_000

  /// - Parameter folder: made at the first write, with mode 0700.
  public init(folder: String) { self.folder = folder }

  /// All registrations, in the order in which they were added; empty when there are none.
  public func load() throws(WorkspaceRegistryError) -> [WorkspaceRegistration] {
    guard access(folder, F_OK) == 0 || errno != ENOENT else { return [] }
    do throws(PrivateFileError) {
      try PrivateFolder.check(folder)
      return try read()
    } catch {
      throw .file(error)
    }
  }

  /// Adds a registration.
  public func add(_ workspace: WorkspaceRegistration) throws(WorkspaceRegistryError) {
    try update { (all: inout [WorkspaceRegistration]) throws(WorkspaceRegistryError) in
      guard !all.contains(where: { $0.name == workspace.name && $0.revoked == nil }) else {
        throw .nameTaken(workspace.name)
      }
      try Self.checkAccount(of: workspace, among: all)
      guard all.count < Self.limit else { throw .full }
      all.append(workspace)
    }
  }

  /// One account is one workspace: which of two it would be, nobody could tell.
  public static func checkAccount(
    of workspace: WorkspaceRegistration, among all: [WorkspaceRegistration]
  ) throws(WorkspaceRegistryError) {
    guard let account = workspace.userID,
      let other = all.first(where: { $0.userID == account && $0.revoked == nil })
    else { return }
    throw .accountTaken(account, by: other.name)
  }

  /// Revokes the registration of that name: from now on it gets no token. Tokens that it has live on until they expire.
  ///
  /// - Parameter now: seconds since 1970.
  /// - Returns: the registration as it is now.
  @discardableResult
  public func revoke(_ name: String, at now: Int64) throws(WorkspaceRegistryError) -> WorkspaceRegistration {
    var revoked: WorkspaceRegistration?
    try update { (all: inout [WorkspaceRegistration]) throws(WorkspaceRegistryError) in
      guard let index = all.firstIndex(where: { $0.name == name && $0.revoked == nil }) else { throw .unknown(name) }
      all[index].revoked = now
      revoked = all[index]
    }
    guard let revoked else { throw .unknown(name) }
    return revoked
  }

  /// What changes whenever the file does; nil when there is none.
  public var version: FileVersion? { FileVersion(of: path) }

  private static let byteLimit = 64 << 20

  private var path: String { folder + "/workspaces.json" }

  private func update(
    _ change: (inout [WorkspaceRegistration]) throws(WorkspaceRegistryError) -> Void
  ) throws(WorkspaceRegistryError) {
    let lock: FileLock
    var all: [WorkspaceRegistration]
    do throws(PrivateFileError) {
      try PrivateFolder.create(folder)
      lock = try FileLock(path: folder + "/lock", exclusive: true)
    } catch {
      throw .file(error)
    }
    defer { lock.release() }
    PrivateFolder.removeTemporaryFiles(in: folder)
    do { all = try read() } catch { throw .file(error) }
    try change(&all)
    let document: JSON = ["version": 1, "workspaces": .array(all.map(\.json))]
    do {
      try AtomicFile.write(
        Array((document.pretty() + "\n").utf8), to: path, mode: 0o600, action: "write the workspaces")
    } catch {
      throw .file(.file(error))
    }
  }

  private func read() throws(PrivateFileError) -> [WorkspaceRegistration] {
    guard let bytes = try PrivateFolder.read(path, limit: Self.byteLimit) else { return [] }
    let document: JSON
    do {
      document = try JSON(parsing: bytes, limits: JSONLimits(depth: 64, bytes: Self.byteLimit))
    } catch {
      throw .damaged(path: path, problem: bytes.isEmpty ? "it is empty" : "\(error)")
    }
    guard document["version"]?.integerValue == 1, let listed = document["workspaces"]?.arrayValue else {
      throw .damaged(path: path, problem: "it is no list of workspaces of version 1: it may come from a newer idp")
    }
    var all: [WorkspaceRegistration] = []
    for (index, json) in listed.enumerated() {
      guard let workspace = WorkspaceRegistration(json) else {
        throw .damaged(path: path, problem: "workspace \(index + 1) is not whole")
      }
      all.append(workspace)
    }
    return all
  }
}

/// Why the registrations could not be read or changed. Nothing was changed.
public enum WorkspaceRegistryError: Error, Sendable, Equatable, CustomStringConvertible {
  case file(PrivateFileError)
  case nameTaken(String)
  case accountTaken(UInt32, by: String)
  case unknown(String)
  case full

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .file(let error): "workspaces-" + error.code
    case .nameTaken, .accountTaken: "workspace-exists"
    case .unknown: "unknown-workspace"
    case .full: "too-many-workspaces"
    }
  }

  public var description: String {
    switch self {
    case .file(let error):
      error.text(
        of: "the registered workspaces", file: "the list of workspaces",
        remedy: "move the folder away and add them anew")
    case .nameTaken(let name):
      "There is a workspace “\(name)” already. Revoke it first (idp workspaces revoke \(name)), or use another name."
    case .accountTaken(let account, let name):
      "The account with uid \(account) is the workspace “\(name)” already. Revoke that first: idp workspaces revoke \(name)"
    case .unknown(let name): "There is no workspace “\(name)”. See which there are: idp workspaces list"
    case .full: "There are \(WorkspaceRegistry.limit) workspaces, and there can be no more."
    }
  }
}
