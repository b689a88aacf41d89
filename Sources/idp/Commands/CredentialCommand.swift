import ArgumentParser
import Federation
import Inspection
import JOSE

/// `idp credential`: what other programs run to get credentials, in their own formats.
struct CredentialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential",
    abstract: "Print credentials for the program that runs this: AWS's tools, Google's libraries, kubectl.",
    discussion: """
      Each prints the one document that its program wants. Nothing is stored. idp credential-config and idp login aws \
      --credential-process write the configuration that runs it.

      EXAMPLES
        idp credential aws --role-arn arn:aws:iam::111122223333:role/deploy
        idp credential kubernetes --audience my-cluster
      """,
    subcommands: [AWS.self, GCP.self, Kubernetes.self])
}

extension CredentialCommand {
  /// `idp credential aws`.
  struct AWS: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "aws",
      abstract: "Print credentials of a role, as credential_process of AWS's tools takes them.",
      discussion: """
        EXAMPLES
          idp credential aws --role-arn arn:aws:iam::111122223333:role/deploy
          idp credential aws --role-arn "$ROLE" --source github-actions
        """)

    @OptionGroup var aws: AWSExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions

    func run() throws {
      try Output.print(CredentialDocument.aws(try aws.credentials(token, try Workspace.current())))
    }
  }

  /// `idp credential gcp`, which Gitpod calls gcloud-token.
  struct GCP: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gcp",
      abstract: "Print a token as Google's libraries take it from an executable.",
      discussion: """
        A failure is such a document too, and the status is 0, so that the library reads and shows it; nothing goes to \
        standard error, which some libraries take for a part of the document. When GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE \
        names a file, a good answer is kept there until its token ends.

        EXAMPLES
          idp credential gcp --audience "https:$PROVIDER"
        """,
      aliases: ["gcloud-token"])

    @OptionGroup var token: ExchangeTokenOptions

    func run() throws {
      let document: JSON
      do throws(Failure) {
        document = try answer(Surroundings.environment)
      } catch {
        document = CredentialDocument.google(error)
      }
      try Output.print(document)
    }

    private func answer(_ environment: [String: String]) throws(Failure) -> JSON {
      let variables = Variables(environment)
      let type = variables.first("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE") ?? CredentialDocument.googleTokenTypes[0]
      guard CredentialDocument.googleTokenTypes.contains(type) else {
        throw Failure(
          "usage", "Tokens of the type “\(type.prefix(100))” are not to be had here.",
          hint: "Write subject_token_type: \(CredentialDocument.googleTokenTypes[1]) in the credential configuration.")
      }
      // The providers' own form has no scheme, and is what the request for an access token says; the token itself says
      // it with https: as Google's documentation does.
      let provider = variables.first("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE")
        .map { $0.hasPrefix("//") ? "https:" + $0 : $0 }
      let compact = try token.token(for: provider, lifetime: 3600, isQuiet: true, try Workspace.current())
      let document = CredentialDocument.google(
        token: compact, type: type, expiry: try CredentialDocument.expiry(of: compact))
      if let file = variables.first("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE") {
        keep(document, in: ProgramLine.fullPath(file))
      }
      return document
    }

    /// Keeps an answer for the library, which asks again where there is none: that it cannot be kept is no failure. What
    /// is in the file and is no answer is somebody's.
    private func keep(_ document: JSON, in file: String) {
      try? EditedFile.change(file, what: "the answer") { (bytes) throws(Failure) in
        guard bytes.isEmpty || (try? JSON(parsing: bytes))?["version"] != nil else { return bytes }
        return Array(document.pretty().utf8)
      }
    }
  }

  /// `idp credential kubernetes`.
  struct Kubernetes: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "kubernetes",
      abstract: "Print a token as ExecCredential, for kubectl and other clients of Kubernetes.",
      discussion: """
        The audience is one that the cluster's AuthenticationConfiguration or --oidc-client-id names. Some clients run this \
        in the folder of the kubeconfig: --folder says for which the token speaks.

        EXAMPLES
          idp credential kubernetes --audience my-cluster --folder "$PWD"
          kubectl config set-credentials me --exec-command=idp \\
            --exec-api-version=client.authentication.k8s.io/v1 \\
            --exec-arg=credential,kubernetes,--audience,my-cluster
        """)

    @OptionGroup var token: ExchangeTokenOptions

    /// A token that is not exchanged is asked for again when it ends, and until then everybody who has it can use it.
    private static let lifetime: Int64 = 900

    func run() throws {
      let version = try CredentialDocument.kubernetesVersion(Surroundings.environment)
      let compact = try token.token(for: nil, lifetime: Self.lifetime, try Workspace.current())
      try Output.print(
        CredentialDocument.kubernetes(
          token: compact, expiry: try CredentialDocument.expiry(of: compact), now: Surroundings.now(), version: version)
      )
    }
  }
}

/// `idp gcloud-token`: `idp credential gcp` by the name that it has at Gitpod.
struct GCloudTokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gcloud-token", abstract: "The same as idp credential gcp.", shouldDisplay: false)

  @OptionGroup var token: ExchangeTokenOptions

  func run() throws {
    var command = CredentialCommand.GCP()
    command.token = token
    try command.run()
  }
}
