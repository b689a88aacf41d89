import ArgumentParser
import Fleet
import Inspection
import JOSE

/// `idp replicas`: the replicas of an issuer that share an etcd.
struct ReplicasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replicas",
    abstract: "List the replicas of idp serve --cluster, and forget one that is gone.",
    discussion: """
      A new key signs when every replica holds it. A replica that ended without saying so makes it wait for the grace \
      (idp serve --cluster-grace); forget it, and it waits no longer.

      EXAMPLES
        idp replicas list --cluster etcd://127.0.0.1:2379
        idp replicas forget web-3 --cluster etcd://127.0.0.1:2379
      """,
    subcommands: [List.self, Forget.self], defaultSubcommand: List.self)

  /// `idp replicas list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the replicas and the keys, and which key waits for whom.",
      discussion: """
        EXAMPLES
          idp replicas list --cluster etcd://127.0.0.1:2379
          idp replicas list --cluster etcd://127.0.0.1:2379 --json
        """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let workspace = try Workspace.current()
      let members = FleetMembers(etcd: try cluster.requiredEtcd(), issuer: workspace.configuration.issuer.issuer)
      let overview = try Blocking.wait { () async throws(Failure) in
        do throws(EtcdError) { return try await members.list() } catch { throw Failure(error.code, error.description) }
      }
      if output.json { return try Output.print(Self.json(overview)) }
      if overview.members.isEmpty { Output.note("idp: there are no replicas\n") }
      if overview.isSettling { Output.note("idp: etcd has lost records; no new key begins to sign for a while\n") }
      try Output.print((overview.members.map(Self.line) + overview.keys.map(Self.line)).joined())
    }

    private static func line(_ member: FleetMembers.Overview.Member) -> String {
      let parts = [
        "replica", member.name, "\(member.holds.count) keys",
        member.started.map { "since \(Timestamp($0).display())" } ?? "its record cannot be read",
        member.silentFor.map { "heard of \($0) s ago" },
      ]
      return parts.compactMap(\.self).joined(separator: "  ") + "\n"
    }

    private static func line(_ key: FleetMembers.Overview.Key) -> String {
      let state =
        if let from = key.signsFrom {
          "signs from \(Timestamp(from).display())"
        } else if key.waitsFor.isEmpty {
          "is held by all"
        } else {
          "waits for \(key.waitsFor.joined(separator: ", "))"
        }
      return ["key", key.keyID, key.algorithm, "of \(key.replica)", state].joined(separator: "  ") + "\n"
    }

    private static func json(_ overview: FleetMembers.Overview) -> JSON {
      let members = overview.members.map { member -> JSON in
        var object: JSONObject = ["name": JSON(member.name), "holds": .array(member.holds.map { JSON($0) })]
        if let started = member.started { object.set("started", to: JSON(started)) }
        if let silent = member.silentFor { object.set("silent_for", to: JSON(silent)) }
        return .object(object)
      }
      let keys = overview.keys.map { key -> JSON in
        var object: JSONObject = [
          "kid": JSON(key.keyID), "alg": JSON(key.algorithm), "created": JSON(key.created),
          "replica": JSON(key.replica),
          "waits_for": .array(key.waitsFor.map { JSON($0) }),
        ]
        if let signsFrom = key.signsFrom { object.set("signs_from", to: JSON(signsFrom)) }
        return .object(object)
      }
      return [
        "schema": 1, "replicas": .array(members), "keys": .array(keys), "settling": .bool(overview.isSettling),
      ]
    }
  }

  /// `idp replicas forget`.
  struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wait no longer for a replica that is gone for good.",
      discussion: """
        Say it only of one whose process has ended: one that still serves may answer a JWKS without a key that others \
        sign with.

        EXAMPLES
          idp replicas forget web-3 --cluster etcd://127.0.0.1:2379
        """)

    @Argument(help: "The replica's name.")
    var name: String

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let workspace = try Workspace.current()
      let members = FleetMembers(etcd: try cluster.requiredEtcd(), issuer: workspace.configuration.issuer.issuer)
      let name = name
      let isKnown = try Blocking.wait { () async throws(Failure) in
        do throws(EtcdError) { return try await members.forget(name) } catch {
          throw Failure(error.code, error.description)
        }
      }
      guard isKnown else {
        throw Failure(
          "unknown-replica", "There is no replica “\(name)”.", hint: "See which there are: idp replicas list",
          status: .no)
      }
      if output.json { try Output.print(["schema": 1, "forgotten": JSON(name)]) }
    }
  }
}
