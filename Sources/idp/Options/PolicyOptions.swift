import ArgumentParser
import TrustPolicy

/// The documents of relying parties.
struct PolicyOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "What relying parties trust, in JSON or YAML; - is standard input.",
      discussion: """
        The files as the relying parties' own tools print them: trust policies and OIDC providers of AWS, federated \
        credentials of Entra ID, providers and IAM policies of Google Cloud, configuration and roles of Vault and \
        OpenBao, AuthenticationConfiguration or --oidc flags of Kubernetes, policies of octo-sts, publishers of PyPI, \
        and terraform show -json. Without any, those that the configuration names under policies.
        """,
      valueName: "document"),
    completion: .file())
  var documents: [String] = []

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "What the documents are, if their shape does not tell: \(DocumentKind.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "kind"),
    transform: { text in
      guard let kind = DocumentKind(rawValue: text) else {
        throw ValidationError(
          "“\(text)” is no kind of document: write one of \(DocumentKind.allCases.map(\.rawValue).joined(separator: ", "))."
        )
      }
      return kind
    })
  var kind: DocumentKind?

  /// Reads the documents, or those of the configuration.
  func read(_ configuration: Configuration) throws(Failure) -> TrustDocuments {
    let paths = documents.isEmpty ? configuration.policies.map { UserFolders.expanded($0) } : documents
    guard !paths.isEmpty else {
      throw Failure(
        "usage", "Which documents count is not said.",
        hint: "Name the files of the trust policies, or list them in config.yaml under policies.")
    }
    return try PolicyFiles.read(paths, as: kind)
  }

  func validate() throws {
    if documents.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
  }
}
