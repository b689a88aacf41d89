import Issuer
import JOSE

/// The registrations of an issuer that is served by a fleet, in etcd: what ``WorkspaceRegistry`` is on the disk of one
/// machine. Each replica takes changes up within a second or two.
public struct FleetRegistry: Sendable {
  private let etcd: EtcdSettings
  private let layout: FleetLayout

  public init(etcd: EtcdSettings, issuer: IssuerURL) {
    self.etcd = etcd
    layout = FleetLayout(issuer)
  }

  /// All registrations that are whole, in the order in which they were added.
  public func load() async throws(FleetRegistryError) -> [WorkspaceRegistration] {
    try await withClient { (client) async throws(FleetRegistryError) in try await read(client).all.map(\.registration) }
  }

  /// Adds a registration.
  public func add(_ workspace: WorkspaceRegistration) async throws(FleetRegistryError) {
    try await update { (all) throws(FleetRegistryError) in
      guard !all.contains(where: { $0.registration.name == workspace.name && $0.registration.revoked == nil }) else {
        throw .registry(.nameTaken(workspace.name))
      }
      do throws(WorkspaceRegistryError) {
        try WorkspaceRegistry.checkAccount(of: workspace, among: all.map(\.registration))
      } catch {
        throw .registry(error)
      }
      guard all.count < WorkspaceRegistry.limit else { throw .registry(.full) }
      return (workspace, 0)
    }
  }

  /// Revokes the registration of that name: each replica refuses it within seconds. Tokens that it has live on until they
  /// expire.
  ///
  /// - Parameter now: seconds since 1970.
  /// - Returns: the registration as it is now.
  @discardableResult
  public func revoke(_ name: String, at now: Int64) async throws(FleetRegistryError) -> WorkspaceRegistration {
    try await update { (all) throws(FleetRegistryError) in
      guard let found = all.first(where: { $0.registration.name == name && $0.registration.revoked == nil }) else {
        throw .registry(.unknown(name))
      }
      var revoked = found.registration
      revoked.revoked = now
      return (revoked, found.revision)
    }
  }

  /// How many bytes of a registration are kept at the most: replicas read many at once.
  static let byteLimit = 16_384

  private struct Stored {
    let registration: WorkspaceRegistration
    let revision: Int64
  }

  /// Writes what a change makes of all registrations, and tries again when somebody else was quicker.
  ///
  /// - Parameter change: says what to write, and the revision that it takes the place of; 0 for none.
  @discardableResult
  private func update(
    _ change: ([Stored]) throws(FleetRegistryError) -> (WorkspaceRegistration, revision: Int64)
  ) async throws(FleetRegistryError) -> WorkspaceRegistration {
    try await withClient { (client) async throws(FleetRegistryError) in
      for _ in 0..<8 {
        let (all, registry) = try await read(client)
        let (workspace, revision) = try change(all)
        let key = layout.workspaces + workspace.identifier
        let bytes = Array(workspace.json.compact().utf8)
        guard bytes.count <= Self.byteLimit else { throw .tooLarge(workspace.name) }
        let transaction = EtcdTransaction(
          comparisons: [
            registry == 0 ? .isAbsent(layout.registry) : .revision(layout.registry, registry),
            revision == 0 ? .isAbsent(key) : .revision(key, revision),
          ],
          operations: [.put(key, bytes, lease: 0), .put(layout.registry, [], lease: 0)])
        let outcome: EtcdOutcome
        do throws(EtcdError) { outcome = try await client.commit(transaction) } catch { throw .etcd(error) }
        if outcome.succeeded { return workspace }
      }
      throw .busy
    }
  }

  private func read(_ client: EtcdClient) async throws(FleetRegistryError) -> (all: [Stored], registry: Int64) {
    let records: [EtcdRecord]
    let registry: Int64
    do { (records, registry) = try await client.workspaces(layout) } catch { throw .etcd(error) }
    let all = records.compactMap { record -> Stored? in
      guard let json = try? JSON(parsing: record.value), let registration = WorkspaceRegistration(json),
        layout.workspaces + registration.identifier == record.key
      else { return nil }
      return Stored(registration: registration, revision: record.revision)
    }
    let ordered = all.sorted {
      ($0.registration.created, $0.registration.identifier) < ($1.registration.created, $1.registration.identifier)
    }
    return (ordered, registry)
  }

  private func withClient<Result: Sendable>(
    _ work: (EtcdClient) async throws(FleetRegistryError) -> Result
  ) async throws(FleetRegistryError) -> Result {
    let client: EtcdClient
    do { client = try EtcdClient(etcd) } catch { throw .etcd(error) }
    let result: Swift.Result<Result, FleetRegistryError>
    do throws(FleetRegistryError) { result = .success(try await work(client)) } catch { result = .failure(error) }
    await client.shutdown()
    return try result.get()
  }
}

/// Why the registrations of a fleet could not be read or changed.
public enum FleetRegistryError: Error, Sendable, Equatable, CustomStringConvertible {
  case etcd(EtcdError)
  /// As on a single machine.
  case registry(WorkspaceRegistryError)
  case tooLarge(String)
  /// Others changed them all the time.
  case busy

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .etcd(let error): error.code
    case .registry(let error): error.code
    case .tooLarge: "workspace-too-large"
    case .busy: "workspaces-busy"
    }
  }

  public var description: String {
    switch self {
    case .etcd(let error): error.description
    case .registry(let error): error.description
    case .tooLarge(let name):
      "The workspace “\(EtcdError.quoted(name))” is larger than \(FleetRegistry.byteLimit) bytes. Give it fewer claims or audiences."
    case .busy: "Others changed the workspaces at the same time, again and again. Try once more."
    }
  }
}
