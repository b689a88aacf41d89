import ArgumentParser
import Inspection
import Issuer
import JOSE

/// `idp publish`: the issuer's documents as files for any https host, and a look at what is served there.
struct PublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Write the discovery document and the keys as files for any https host, and check what is served there.",
    usage: """
      idp publish <folder> [--json]
      idp publish --check [<url>] [--json] [--color when]
      """,
    discussion: """
      Writes .well-known/openid-configuration and .well-known/jwks.json below the folder, and touches nothing else in \
      it. The folder is what the URL of the issuer serves: with an issuer that has a path, the folder of that path. \
      With them relying parties verify tokens, and no server of yours runs. What to upload where stands on standard error.

      With --check it fetches what is served at the URL, without one at the configured issuer, as a relying party \
      would, and compares it with what is published here. The status is 0 when all is well, 1 when something is not, \
      and 2 when it cannot be told.

      EXAMPLES
        idp publish public
        idp publish "$(mktemp -d)" --json
        idp publish --check
        idp publish --check https://idp.example.org/team --json
      """)

  @Argument(
    help: ArgumentHelp(
      "The folder to write below; with --check the issuer to look at instead.", valueName: "folder|url"),
    completion: .directory)
  var target: String?

  @Flag(help: "Fetch what is served, and compare it.")
  var check = false

  @OptionGroup var color: ColorOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !check else { return }
    guard let target, !target.isEmpty else { throw ValidationError("Say which folder to write below.") }
    if KeyResolver.isURL(target) {
      throw ValidationError("A folder is written to; to look at what a URL serves: idp publish --check \(target)")
    }
  }

  func run() throws {
    let workspace = try Workspace.current()
    if check { return try PublicationReview(workspace: workspace, output: output, color: color).run(target) }
    try write(below: target ?? ".", workspace)
  }

  private func write(below folder: String, _ workspace: Workspace) throws(Failure) {
    let now = Surroundings.now()
    let issuer = try workspace.issuer()
    let documents: StaticDocuments
    let ring: KeyRing
    do { (documents, ring) = try issuer.staticDocuments(at: now.seconds) } catch {
      throw Failure(error.code, error.description)
    }
    let written: [StaticDocuments.Written]
    do { written = try documents.write(below: folder) } catch { throw Failure("output-failed", error.description) }
    let advice = PublicationAdvice(
      issuer: issuer.configuration.issuer, ring: ring, schedule: issuer.configuration.schedule, now: now.seconds)
    let guide = UploadGuide(
      issuer: issuer.configuration.issuer, folder: folder, documents: documents, advice: advice,
      configurationFile: workspace.folders.configurationFile)
    if output.json { return try Output.print(json(written, guide, ring, now)) }
    try Output.print(written.map { (Output.isTerminal ? Visible.escaped($0.path) : $0.path) + "\n" }.joined())
    Output.note(guide.text)
  }

  private func json(
    _ written: [StaticDocuments.Written], _ guide: UploadGuide, _ ring: KeyRing, _ now: Timestamp
  ) -> JSON {
    func time(_ seconds: Int64?) -> JSON { seconds.map { JSON(Timestamp($0).rfc3339()) } ?? .null }
    let files = written.map { written -> JSON in
      [
        "path": JSON(written.path), "url": JSON(written.file.url), "content_type": JSON(StaticDocuments.contentType),
        "bytes": JSON(Int64(written.file.bytes.count)), "changed": .bool(written.isChanged),
      ]
    }
    let keys = ring.entries.filter { ring.state(of: $0, at: now.seconds) != .expired }
      .map { KeyStoreAccess.json($0, in: ring, now: now) }
    let advice = guide.advice
    return [
      "schema": 1, "issuer": JSON(guide.issuer.text), "files": .array(files), "max_age": JSON(advice.lifetime),
      "keys": .array(keys), "upload_by": time(advice.waiting?.uploadBy), "tidy_from": time(advice.tidyFrom),
      "notes": .array(guide.notes.map { JSON($0) }),
    ]
  }
}
