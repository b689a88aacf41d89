import Issuer

/// Which fleet a replica is of, and under which name.
public struct FleetSettings: Sendable, Equatable {
  /// How long a replica that is cut off from etcd may go on serving documents, in seconds; new keys of others wait for it
  /// as long.
  public static let graces: ClosedRange<Int64> = 5...86_400

  public let issuer: IssuerURL
  public var etcd: EtcdSettings
  /// What this replica is called among the others.
  ///
  /// Whoever starts a process under a name promises that the one that had it before is gone: it is replaced at once, and
  /// new keys wait for it no longer.
  public let replica: String
  /// In seconds.
  public let grace: Int64
  /// How old, in seconds, what is known of the others may be when a token is signed. A replica that starts waits as long
  /// before it serves, so that whoever signs with a key that etcd has lost has noticed.
  public let freshness: Int64

  /// - Parameters:
  ///   - cluster: `etcd://HOST:PORT,HOST:PORT…`, or `etcds://` for TLS.
  ///   - replica: up to 64 letters, digits, and `. _ -`.
  ///   - grace: in seconds.
  ///   - environment: what else ``EtcdSettings/init(_:environment:)`` reads.
  public init(
    _ cluster: String, issuer: IssuerURL, replica: String, grace: Int64 = 900, freshness: Int64 = 10,
    environment: [String: String]
  ) throws(FleetSettingsError) {
    etcd = try EtcdSettings(cluster, environment: environment)
    guard FleetLayout.isReplicaName(replica) else { throw FleetSettingsError(.replica(replica)) }
    guard Self.graces.contains(grace) else { throw FleetSettingsError(.grace(grace)) }
    self.issuer = issuer
    self.replica = replica
    self.grace = grace
    // Half the grace at most, or documents would be refused before they were ever served.
    self.freshness = min(freshness, max(1, grace / 2))
  }
}
