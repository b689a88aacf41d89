import Issuer

/// The replicas of an issuer, as etcd knows them: for people who want to know which key waits for whom.
public struct FleetMembers: Sendable {
  private let etcd: EtcdSettings
  private let layout: FleetLayout

  public init(etcd: EtcdSettings, issuer: IssuerURL) {
    self.etcd = etcd
    layout = FleetLayout(issuer)
  }

  /// What there is now.
  public struct Overview: Sendable, Equatable {
    public struct Member: Sendable, Equatable {
      /// Free of control characters.
      public let name: String
      /// When its process started, in seconds since 1970; nil when its record cannot be read.
      public let started: Int64?
      /// The `kid`s in its documents.
      public let holds: [String]
      /// For how many seconds it has not been heard of; nil when that is not known.
      public let silentFor: Int64?
    }

    public struct Key: Sendable, Equatable {
      public let keyID: String
      public let algorithm: String
      /// In seconds since 1970.
      public let created: Int64
      /// In seconds since 1970; nil while it waits.
      public let signsFrom: Int64?
      /// Whose it is.
      public let replica: String
      /// The replicas that do not hold it yet.
      public let waitsFor: [String]
    }

    public let members: [Member]
    /// Oldest first.
    public let keys: [Key]
    /// Whether no new key may begin to sign, since etcd has lost records.
    public let isSettling: Bool
  }

  public func list() async throws(EtcdError) -> Overview {
    try await withClient { (client) async throws(EtcdError) in
      let reading = try await client.reading(layout, workspacesSince: .max)
      var members: [Overview.Member] = []
      for entry in reading.members {
        let record = MemberRecord(entry.value)
        let age = entry.lease == 0 ? nil : try await client.ageOfLease(entry.lease)
        members.append(
          Overview.Member(
            name: EtcdError.quoted(entry.key.dropFirst(layout.members.count)),
            started: record.map { $0.incarnation / 1000 }, holds: record?.holds.map { EtcdError.quoted($0) } ?? [],
            silentFor: age))
      }
      let keys = reading.keys.compactMap { entry -> Overview.Key? in
        let keyID = String(entry.key.dropFirst(layout.keys.count))
        guard let record = try? KeyRecord(entry.value, keyID: keyID) else { return nil }
        return Overview.Key(
          keyID: keyID, algorithm: record.algorithm.rawValue, created: record.created, signsFrom: record.signsFrom,
          replica: record.replica,
          waitsFor: record.signsFrom != nil ? [] : members.filter { !$0.holds.contains(keyID) }.map(\.name))
      }
      return Overview(
        members: members, keys: keys.sorted { ($0.created, $0.keyID) < ($1.created, $1.keyID) },
        isSettling: reading.isSettling)
    }
  }

  /// Makes the others wait no longer for a replica that is gone for good. One that is not is out of the promise that all
  /// replicas know each key: it joins again within a second, if it is in touch with etcd.
  ///
  /// - Returns: false when there is none of that name.
  public func forget(_ name: String) async throws(EtcdError) -> Bool {
    try await withClient { (client) async throws(EtcdError) in
      let reading = try await client.reading(layout, workspacesSince: .max)
      guard let entry = reading.members.first(where: { $0.key == layout.members + name }) else { return false }
      _ = try await client.commit(
        EtcdTransaction(
          comparisons: [.revision(entry.key, entry.revision)],
          operations: [.delete(entry.key), .delete(layout.usage + name)]))
      if entry.lease != 0 { try await client.revokeLease(entry.lease) }
      return true
    }
  }

  private func withClient<Result: Sendable>(
    _ work: (EtcdClient) async throws(EtcdError) -> Result
  ) async throws(EtcdError) -> Result {
    let client = try EtcdClient(etcd)
    let result: Swift.Result<Result, EtcdError>
    do throws(EtcdError) { result = .success(try await work(client)) } catch { result = .failure(error) }
    await client.shutdown()
    return try result.get()
  }
}
