import ArgumentParser
import Federation
import Inspection
import Issuer
import JOSE

/// `idp credential-config`: the configuration with which libraries get their credentials by way of idp.
struct CredentialConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential-config",
    abstract: "Write the configuration with which the libraries of a cloud get credentials by way of idp.",
    discussion: """
      It holds no secret: either the library runs idp, or it reads a token file that idp token --out FILE --watch keeps \
      fresh. Nothing is asked for over the network.

      EXAMPLES
        idp credential-config gcp --provider "$PROVIDER" --out gcp.json
        idp credential-config aws --role-arn "$ROLE" --profile deploy
      """,
    subcommands: [GCP.self, AWS.self, Azure.self])
}

extension CredentialConfigCommand {
  /// `idp credential-config gcp`.
  struct GCP: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gcp",
      abstract: "Write the external_account file that GOOGLE_APPLICATION_CREDENTIALS names.",
      discussion: """
        The library runs idp credential gcp, which it does only where GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is 1; \
        with --token-file it reads that file.

        EXAMPLES
          idp credential-config gcp --provider "$PROVIDER" --out gcp.json
          idp credential-config gcp --provider "$PROVIDER" --token-file jwt
        """)

    @OptionGroup var google: GoogleExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions

    @Option(help: ArgumentHelp("Read the token from this file instead of running idp.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Where the library keeps answers until they end.", valueName: "file"))
    var outputFile: String?

    @Option(help: ArgumentHelp("Write it to this file instead of printing it.", valueName: "file"), completion: .file())
    var out: String?

    func run() throws {
      guard google.scopes.isEmpty else {
        throw Failure(
          "usage", "Which scopes are asked for is decided by the program that uses the configuration.",
          hint: "Leave --scope out, and name them there.")
      }
      let exchange = try google.exchange()
      var document: JSONObject = [
        "type": "external_account", "audience": JSON(exchange.audience),
        "subject_token_type": JSON(CredentialDocument.googleTokenTypes[1]), "token_url": JSON(google.tokenURL),
      ]
      if let url = try google.impersonationPlace() {
        document.set("service_account_impersonation_url", to: JSON(url))
        if let lifetime = exchange.lifetime {
          document.set("service_account_impersonation", to: ["token_lifetime_seconds": JSON(lifetime)])
        }
      }
      document.set("credential_source", to: try source())
      try ConfigurationOutput.write(JSON.object(document).pretty() + "\n", to: out) { bytes in
        (try? JSON(parsing: bytes))?["type"]?.stringValue == "external_account"
      }
    }

    private func source() throws(Failure) -> JSON {
      if let tokenFile {
        try token.checkUnused()
        return ["file": JSON(ProgramLine.fullPath(tokenFile)), "format": ["type": "text"]]
      }
      var executable: JSONObject = [
        "command": JSON(try ProgramLine(["credential", "gcp"] + token.arguments()).plain()), "timeout_millis": 30_000,
      ]
      if let outputFile { executable.set("output_file", to: JSON(ProgramLine.fullPath(outputFile))) }
      return ["executable": .object(executable)]
    }
  }

  /// `idp credential-config aws`.
  struct AWS: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "aws",
      abstract: "Write a profile of AWS's tools that gets its credentials by way of idp.",
      discussion: """
        The profile runs idp credential aws; with --token-file the tool reads that file and exchanges the token itself. \
        It is printed; with --out it is put into a file such as ~/.aws/config, where all else stays.

        EXAMPLES
          idp credential-config aws --role-arn "$ROLE" --profile deploy
          idp credential-config aws --role-arn "$ROLE" --token-file jwt
        """)

    @Option(
      name: [.short, .long],
      help: ArgumentHelp("The profile.", discussion: "Without it, AWS_PROFILE, else default.", valueName: "name"))
    var profile: String?

    @OptionGroup var aws: AWSExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions

    @Option(help: ArgumentHelp("Read the token from this file instead of running idp.", valueName: "file"))
    var tokenFile: String?

    @Option(
      help: ArgumentHelp("Put the profile into this file instead of printing it.", valueName: "file"),
      completion: .file())
    var out: String?

    func run() throws {
      let profile = try AWSProfileName(profile)
      let settings =
        if let tokenFile {
          try AWSProfileSettings.file(aws, token, tokenFile)
        } else {
          try AWSProfileSettings.process(aws, token)
        }
      if let out { return try AWSFiles.configure(settings, in: profile, of: ProgramLine.fullPath(out)) }
      var text = ProfileText([])
      text.set(settings, in: profile.section())
      try Output.print(String(decoding: text.bytes, as: UTF8.self))
    }
  }

  /// `idp credential-config azure`.
  struct Azure: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "azure",
      abstract: "Write the variables with which Azure's libraries exchange the token of a file.",
      discussion: """
        As lines for a shell. What keeps the file fresh stands above them.

        EXAMPLES
          idp credential-config azure --tenant acme.com --token-file jwt
          eval "$(idp credential-config azure --token-file jwt)"
        """)

    @OptionGroup var entra: EntraExchangeOptions

    @Option(help: ArgumentHelp("The file of the token.", valueName: "file"))
    var tokenFile: String

    @Option(help: ArgumentHelp("Write them to this file instead of printing them.", valueName: "file"))
    var out: String?

    func run() throws {
      guard entra.scope == nil else {
        throw Failure(
          "usage", "For what a token is asked is decided by the program that reads the variables.",
          hint: "Leave --scope out, and name it there.")
      }
      _ = try entra.exchange()
      let file = ProgramLine.fullPath(tokenFile)
      let variables = Variables(Surroundings.environment)
      let keeper = try ProgramLine(["token", "--audience=\(entra.audience())", "--out=\(file)", "--watch"]).quoted()
      var lines = ["# Kept fresh by: \(keeper)"]
      for (name, value) in [
        ("AZURE_TENANT_ID", entra.tenant ?? variables.first("AZURE_TENANT_ID")),
        ("AZURE_CLIENT_ID", entra.clientID ?? variables.first("AZURE_CLIENT_ID")),
        ("AZURE_AUTHORITY_HOST", entra.authority ?? variables.first("AZURE_AUTHORITY_HOST")),
        ("AZURE_FEDERATED_TOKEN_FILE", file),
      ] {
        if let value { lines.append("export \(name)=\(try ProgramLine.quoted(value))") }
      }
      try ConfigurationOutput.write(lines.map { $0 + "\n" }.joined(), to: out) { bytes in
        bytes.starts(with: "# Kept fresh by:".utf8)
      }
    }
  }
}

/// What a profile of AWS's tools says so that it gets its credentials by way of idp.
enum AWSProfileSettings {
  /// It runs idp.
  static func process(
    _ aws: AWSExchangeOptions, _ token: ExchangeTokenOptions
  ) throws(Failure) -> [(name: String, value: String?)] {
    let line = try ProgramLine(["credential", "aws"] + aws.arguments() + token.arguments()).quoted()
    return [("credential_process", line)]
  }

  /// It reads a token file.
  static func file(
    _ aws: AWSExchangeOptions, _ token: ExchangeTokenOptions, _ path: String
  ) throws(Failure) -> [(name: String, value: String?)] {
    try token.checkUnused()
    // What is left out without a word would give more than was asked for.
    guard aws.sessionPolicy == nil, aws.policyARNs.isEmpty, aws.endpointURL == nil, !aws.noPin else {
      throw Failure(
        "usage",
        "With --token-file the tool exchanges the token itself, and knows no session policies, endpoints or pins.",
        hint: "Leave --token-file out, so that idp does it, or leave those options out.")
    }
    let exchange = try aws.exchange(subject: nil, now: Surroundings.now())
    let path = ProgramLine.fullPath(path)
    // No line end: it would begin a setting of its own.
    _ = try ProgramLine.quoted(path)
    let variables = Variables(Surroundings.environment)
    let settings: [(name: String, value: String?)] = [
      ("role_arn", exchange.roleARN), ("web_identity_token_file", path),
      ("role_session_name", aws.roleSessionName ?? variables.first("AWS_ROLE_SESSION_NAME")),
      ("duration_seconds", exchange.duration.map { String($0) }), ("credential_process", nil),
    ]
    return settings + (aws.region.map { [("region", $0)] } ?? [])
  }
}

/// Where a configuration goes.
enum ConfigurationOutput {
  /// - Parameter isOurs: whether what is in the file was written here, and may be replaced.
  static func write(_ text: String, to path: String?, replacing isOurs: (_ bytes: [UInt8]) -> Bool) throws(Failure) {
    guard let path else { return try Output.print(text) }
    try EditedFile.change(ProgramLine.fullPath(path), what: "the configuration") { (bytes) throws(Failure) in
      guard bytes.isEmpty || isOurs(bytes) else {
        throw Failure(
          "output-failed", "\(path) holds something else, and was left as it is.",
          hint: "Name a file of its own, or print and add it yourself: leave --out out.")
      }
      return Array(text.utf8)
    }
  }
}
