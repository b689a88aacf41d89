import ArgumentParser
import Inspection
import Issuer
import JOSE
import TrustPolicy

extension KeysCommand {
  /// `idp keys rehearse`.
  struct Rehearse: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a rotation would break, where and for how long, before anybody rotates.",
      discussion: """
        Holds the keys, the live tokens of the audit log and the policies of the configuration against a rotation whose \
        new key signs at a moment. Relying parties are told by the audiences of tokens and by the policies, and each by \
        how long it keeps a JWKS; where nobody says, the worst that is documented of others is taken, and that is said. \
        Nothing is changed. For keys that stand in files (idp publish), published means uploaded.

        Without --drop-old it is the rotation of idp keys rotate: the old key stays published until its last token has \
        expired. With it, the old keys leave the JWKS at that moment, as after a leak.

        The status is 0 when nothing stops, 1 when something would, and 2 when it cannot be told.

        EXAMPLES
          idp keys rehearse --rotate-at +1h
          idp keys rehearse --rotate-at now --drop-old
          idp keys rehearse --rotate-at 2026-11-23T13:00:00Z --json
          idp keys rehearse --rotate-at +1h --cache aws=10m --cache api.example=envoy
        """)

    @Option(
      help: ArgumentHelp(
        "When the new key is to sign: now, +2h, seconds since 1970 or RFC 3339.", valueName: "time"))
    var rotateAt: RotationTime

    @Flag(help: "Take the old keys out of the JWKS at that moment, as after a leak.")
    var dropOld = false

    @Option(
      name: .customLong("cache"),
      help: ArgumentHelp(
        "Take a relying party or an audience to keep a JWKS for so long, or as another one does; repeat it for several.",
        valueName: "party=time"),
      transform: { try CacheArgument($0) })
    var caches: [CacheArgument] = []

    @OptionGroup var color: ColorOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let workspace = try Workspace.current()
      let now = Surroundings.now()
      let moment = rotateAt.moment(from: now)
      guard moment >= now, moment.isInCalendar else {
        throw Failure(
          "usage", "\(moment.display()) is no time to rotate at: it is now \(now.display()).",
          hint: "Name a moment to come, such as +1h.")
      }
      let issuer = try workspace.issuer()
      let ring = try KeyStoreAccess.load(workspace)
      let tokens: LiveTokens
      do {
        tokens = try issuer.audit.liveTokens(LiveTokens(now: now.seconds, rotateAt: moment.seconds))
      } catch {
        throw Failure("audit-log-unusable", error.description)
      }
      let policies = PolicyFiles.read(workspace.configuration.policies.map { .file($0) })
      for problem in policies.problems { Output.note("idp: \(Visible.escaped(problem.description))\n") }
      let parties = try RehearsalParties(
        issuer: issuer.configuration.issuer.text, configurations: policies.documents?.configurations ?? [],
        tokens: tokens, caches: caches)
      let rehearsal = RotationRehearsal(
        RotationRehearsal.Plan(
          now: now.seconds, rotateAt: moment.seconds, dropsOld: dropOld, schedule: issuer.configuration.schedule),
        ring: ring, tokens: tokens, parties: parties.parties)
      let report = RehearsalReport(rehearsal: rehearsal, tokens: tokens)
      try print(report, workspace)
      throw Finished(status: report.status)
    }

    private func print(_ report: RehearsalReport, _ workspace: Workspace) throws(Failure) {
      if output.json { return try Output.print(report.json) }
      let paint = Paint(color.color, configuration: workspace.configuration)
      try Output.print(report.text(paint: { paint($0, $1) }, ascii: Output.isASCII))
    }
  }
}
