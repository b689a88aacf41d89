import ArgumentParser
import Fleet
import Glibc
import Issuer

/// Which etcd the replicas of an issuer share.
struct ClusterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Share keys, workspaces and limits with other replicas through etcd 3.",
      discussion: """
        Several servers with commas; etcds:// is with TLS. IDP_ETCD_CA, IDP_ETCD_CERT and IDP_ETCD_KEY name files for \
        it; IDP_ETCD_USER with IDP_ETCD_PASSWORD_FILE or IDP_ETCD_PASSWORD is the account.
        """,
      valueName: "etcd://host:port,…"))
  var cluster: String?

  /// Where etcd is; nil when there is no cluster.
  func etcd() throws(Failure) -> EtcdSettings? {
    guard let cluster else { return nil }
    do { return try EtcdSettings(cluster, environment: Surroundings.environment) } catch {
      throw Failure(error.code, error.description)
    }
  }

  /// Where etcd is, for commands that are about nothing else.
  func requiredEtcd() throws(Failure) -> EtcdSettings {
    guard let etcd = try etcd() else {
      throw Failure("usage", "Name the etcd that the replicas share.", hint: "Add --cluster etcd://HOST:PORT.")
    }
    return etcd
  }
}

/// As what a server takes part in a fleet.
struct ReplicaOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What this replica is called among the others; the process that had the name before must be gone.",
      discussion: "Without it, the name of the machine.", valueName: "name"))
  var replica: String?

  @Option(
    name: .customLong("cluster-grace"),
    help: ArgumentHelp(
      "How long documents are served while etcd is out of reach, and new keys of others wait for a replica that is gone.",
      discussion: "Without it, 15m.", valueName: "time"))
  var grace: Duration?

  func settings(_ cluster: String, issuer: IssuerURL) throws(Failure) -> FleetSettings {
    do {
      return try FleetSettings(
        cluster, issuer: issuer, replica: replica ?? Self.machine, grace: grace?.seconds ?? 900,
        environment: Surroundings.environment)
    } catch {
      throw Failure(error.code, error.description)
    }
  }

  private static var machine: String {
    var name = [CChar](repeating: 0, count: 65)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
