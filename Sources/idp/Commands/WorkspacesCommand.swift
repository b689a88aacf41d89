import ArgumentParser
import Fleet
import Inspection
import Issuer
import JOSE

/// `idp workspaces`: who may ask a served issuer for tokens.
struct WorkspacesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workspaces",
    abstract: "Add, list and revoke the workspaces that may ask idp serve for tokens.",
    discussion: """
      A server that runs takes changes up within a second or two. Of a credential only a salted hash is kept.

      EXAMPLES
        idp workspaces add ci --audience sts.amazonaws.com --max-ttl 15m > credential
        idp workspaces list
        idp workspaces revoke ci
        idp workspaces list --cluster etcd://127.0.0.1:2379
      """,
    subcommands: [Add.self, List.self, Revoke.self], defaultSubcommand: List.self)

  /// `idp workspaces add`.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a workspace and print its credential, once.",
      discussion: """
        The credential goes to standard output and is kept nowhere: who has it has the workspace's tokens. With --uid \
        the account is known at the server's Unix socket by the kernel's word, and needs no credential.

        EXAMPLES
          idp workspaces add ci --audience sts.amazonaws.com > credential
          idp workspaces add web --audience 'https://*.acme.dev' --max-ttl 5m
          idp workspaces add app --subject repo:acme/app --audience '*'
          idp workspaces add builder --uid 1001 --audience sigstore
        """)

    @Argument(help: "What to call it: letters, digits and . _ - / @")
    var name: String

    @Option(help: ArgumentHelp("sub of its tokens. Without it, workspace:NAME.", valueName: "text"))
    var subject: String?

    @Option(
      name: .customLong("claim"),
      help: ArgumentHelp("A claim of its tokens; repeat it for several.", valueName: "name=value"),
      transform: { try ClaimArgument($0) })
    var claims: [ClaimArgument] = []

    @Option(
      name: .customLong("audience"),
      help: ArgumentHelp(
        "An audience that it may ask for, * standing for any characters; repeat it for several.",
        valueName: "pattern"))
    var audiences: [String]

    @Option(
      name: .customLong("max-ttl"), help: ArgumentHelp("How long its tokens may live at most.", valueName: "time"))
    var longestLifetime: Duration?

    @Option(
      name: .customLong("uid"),
      help: ArgumentHelp("The account by which it is known at the Unix socket.", valueName: "number"))
    var userID: UInt32?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let workspace = try Workspace.current()
      let credential: WorkspaceCredential
      let hash: CredentialHash?
      do throws(KeyError) {
        credential = try WorkspaceCredential.make()
        hash = userID == nil ? try CredentialHash(credential) : nil
      } catch {
        throw Failure("no-random-bytes", error.description)
      }
      let added = try registration(credential.identifier, hash, workspace)
      try WorkspaceAccess(workspace, cluster).add(added)
      if output.json {
        var object: JSONObject = ["schema": 1, "workspace": WorkspaceAccess.json(added)]
        if hash != nil { object.set("credential", to: JSON(credential.text)) }
        return try Output.print(.object(object))
      }
      if hash != nil {
        Output.note("idp: added \(name); this credential is shown once and kept nowhere:\n")
        try Output.print(credential.text + "\n")
      } else {
        Output.note("idp: added \(name), known by uid \(userID ?? 0) at the Unix socket\n")
      }
    }

    private func registration(
      _ identifier: String, _ hash: CredentialHash?, _ workspace: Workspace
    ) throws(Failure) -> WorkspaceRegistration {
      guard WorkspaceRegistration.isName(name) else {
        throw Failure(
          "usage", "“\(name)” cannot be the name of a workspace.", hint: "Use letters, digits and . _ - / @, up to 100."
        )
      }
      var extra = JSONObject()
      for claim in claims {
        guard !IssuerConfiguration.reservedClaims.contains(claim.name) else {
          throw Failure(
            "claim-reserved", "The claim “\(claim.name)” is set by the issuer alone.",
            hint: "Leave it out; the subject is set with --subject.")
        }
        guard extra[claim.name] == nil else {
          throw Failure("usage", "The claim “\(claim.name)” is given twice.", hint: "Leave one of them out.")
        }
        extra.set(claim.name, to: claim.value)
      }
      var patterns: [AudiencePattern] = []
      for text in audiences {
        guard let pattern = AudiencePattern(text) else {
          throw Failure(
            "audience-malformed",
            "The audience “\(text)” is empty, longer than 2,048 bytes, or holds white space or control characters.")
        }
        patterns.append(pattern)
      }
      if let subject, subject.isEmpty {
        throw Failure("subject-empty", "The subject is empty.", hint: "Leave --subject out for workspace:\(name).")
      }
      let longest = longestLifetime?.seconds ?? workspace.configuration.issuer.lifetime
      guard IssuerConfiguration.lifetimes.contains(longest) else {
        throw Failure(
          "lifetime-out-of-range", "A token lives between 1 second and 24 hours.",
          hint: "Write --max-ttl as in 15m or 1h.")
      }
      return WorkspaceRegistration(
        identifier: identifier, name: name,
        identity: WorkspaceIdentity(subject: subject ?? "workspace:\(name)", claims: extra), audiences: patterns,
        longestLifetime: longest, credential: hash, userID: userID, created: Surroundings.now().seconds)
    }
  }

  /// `idp workspaces list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the workspaces, oldest first.",
      discussion: """
        EXAMPLES
          idp workspaces list
          idp workspaces list --json
        """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let all = try WorkspaceAccess(try Workspace.current(), cluster).load()
      if output.json {
        return try Output.print(["schema": 1, "workspaces": .array(all.map(WorkspaceAccess.json))])
      }
      if all.isEmpty {
        Output.note("idp: there are no workspaces yet; add one: idp workspaces add NAME --audience A\n")
      }
      try Output.print(all.map(WorkspaceAccess.line).joined())
    }
  }

  /// `idp workspaces revoke`.
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke a workspace: it gets no token any more.",
      discussion: """
        Tokens that it has already live on until they expire.

        EXAMPLES
          idp workspaces revoke ci
        """)

    @Argument(help: "The workspace's name.")
    var name: String

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let revoked = try WorkspaceAccess(try Workspace.current(), cluster).revoke(name)
      if output.json {
        return try Output.print(["schema": 1, "workspace": WorkspaceAccess.json(revoked)])
      }
      try Output.print(WorkspaceAccess.line(revoked))
    }
  }
}

/// The registered workspaces, on this machine's disk or of a cluster, read, changed and shown.
struct WorkspaceAccess {
  private enum Place: Sendable {
    case disk(WorkspaceRegistry)
    case cluster(FleetRegistry)
  }

  private let place: Place

  init(_ workspace: Workspace, _ cluster: ClusterOptions) throws(Failure) {
    if let etcd = try cluster.etcd() {
      place = .cluster(FleetRegistry(etcd: etcd, issuer: workspace.configuration.issuer.issuer))
    } else {
      place = .disk(try Self.registry(workspace))
    }
  }

  func load() throws(Failure) -> [WorkspaceRegistration] {
    switch place {
    case .disk(let registry):
      do { return try registry.load() } catch { throw Failure(error.code, error.description) }
    case .cluster(let registry):
      return try Self.wait { () async throws(FleetRegistryError) in try await registry.load() }
    }
  }

  func add(_ added: WorkspaceRegistration) throws(Failure) {
    switch place {
    case .disk(let registry):
      do { try registry.add(added) } catch { throw Failure(error.code, error.description, status: .no) }
    case .cluster(let registry):
      try Self.wait { () async throws(FleetRegistryError) in try await registry.add(added) }
    }
  }

  func revoke(_ name: String) throws(Failure) -> WorkspaceRegistration {
    let now = Surroundings.now().seconds
    switch place {
    case .disk(let registry):
      do { return try registry.revoke(name, at: now) } catch {
        throw Failure(error.code, error.description, status: .no)
      }
    case .cluster(let registry):
      return try Self.wait { () async throws(FleetRegistryError) in try await registry.revoke(name, at: now) }
    }
  }

  private static func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(FleetRegistryError) -> Value
  ) throws(Failure) -> Value {
    try Blocking.wait { () async throws(Failure) in
      do throws(FleetRegistryError) { return try await work() } catch {
        // The answer is no when it was found, not when etcd was not reached.
        let isAnswer = if case .etcd = error { false } else { true }
        throw Failure(error.code, error.description, status: isAnswer ? .no : .undecided)
      }
    }
  }

  static func registry(_ workspace: Workspace) throws(Failure) -> WorkspaceRegistry {
    WorkspaceRegistry(folder: try workspace.folders.stateFolder() + "/workspaces")
  }

  /// `ci  workspace:ci  15m  sts.amazonaws.com https://*.acme.dev`.
  static func line(_ workspace: WorkspaceRegistration) -> String {
    let state = workspace.revoked.map { "revoked \(Timestamp($0).display())" }
    let account = workspace.userID.map { "uid \($0)" }
    let parts: [String?] = [
      workspace.name, workspace.identity.subject, "up to \(Countdown.text(workspace.longestLifetime))", account,
      workspace.audiences.map(\.text).joined(separator: " "), state,
    ]
    return Visible.escaped(parts.compactMap(\.self).joined(separator: "  ")) + "\n"
  }

  static func json(_ workspace: WorkspaceRegistration) -> JSON {
    guard var object = workspace.json.objectValue else { return workspace.json }
    // Even the hash is nobody's business.
    object.members.removeAll { $0.name.value == "credential" }
    object.set("has_credential", to: .bool(workspace.credential != nil))
    return .object(object)
  }
}
