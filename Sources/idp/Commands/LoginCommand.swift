import ArgumentParser
import Federation
import Inspection
import Issuer
import JOSE

/// `idp login`: exchanges a token and leaves what comes back where other tools look for it.
struct LoginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Exchange a token and store what comes back for the tools of AWS or Vault.",
    discussion: """
      No aws or vault program is needed. Files are changed whole or not at all, and what else stands in them stays.

      EXAMPLES
        idp login aws --role-arn arn:aws:iam::111122223333:role/deploy
        idp login vault --address https://vault.example.org --role app
      """,
    subcommands: [AWS.self, Vault.self])
}

extension LoginCommand {
  /// `idp login aws`.
  struct AWS: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "aws",
      abstract: "Put credentials of a role into a profile of AWS's tools, or have the profile ask idp for them.",
      discussion: """
        The profile in ~/.aws/credentials gets the credentials, which end by themselves; its comments, its order and all \
        other profiles stay as they are. With --credential-process no secret is stored: the profile in ~/.aws/config runs \
        idp credential aws whenever a tool needs credentials; with --folder the token speaks for that folder, else for the \
        one that the tool runs in.

        EXAMPLES
          idp login aws --role-arn arn:aws:iam::111122223333:role/deploy
          idp login aws --role-arn "$ROLE" -p deploy --credential-process
        """)

    @Option(
      name: [.short, .long],
      help: ArgumentHelp("The profile.", discussion: "Without it, AWS_PROFILE, else default.", valueName: "name"))
    var profile: String?

    @Flag(help: "Configure the helper idp credential aws instead of storing credentials.")
    var credentialProcess = false

    @Flag(help: "Replace access keys without an end that the profile holds; nobody can get them back.")
    var replaceKeys = false

    @OptionGroup var aws: AWSExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let profile = try AWSProfileName(profile)
      let files = try AWSFiles()
      try files.checkUnclaimed(profile, storing: !credentialProcess)
      if credentialProcess { return try configure(profile, files) }
      if !replaceKeys { try files.checkTemporary(profile) }
      let credentials = try aws.credentials(token, try Workspace.current())
      try files.store(credentials, in: profile, replacesKeys: replaceKeys)
      if output.json {
        try Output.print([
          "schema": 1, "profile": JSON(profile.text), "file": JSON(files.credentials),
          "assumed_role": JSON(credentials.assumedRoleARN), "expires": JSON(credentials.expiration.rfc3339()),
        ])
      } else {
        let name = credentials.assumedRoleARN.isEmpty ? "the role" : credentials.assumedRoleARN
        try Output.print(
          "The profile \(profile.text) is \(Visible.escaped(name)) until \(credentials.expiration.display()).\n")
      }
      if profile.text == "default", Variables(Surroundings.environment).first("AWS_ACCESS_KEY_ID") != nil {
        Output.note("idp: AWS_ACCESS_KEY_ID is set and counts before the profile: unset it, or name the profile\n")
      }
    }

    private func configure(_ profile: AWSProfileName, _ files: AWSFiles) throws(Failure) {
      let settings = try AWSProfileSettings.process(aws, token)
      try files.configure(settings, in: profile, replacesKeys: replaceKeys)
      if output.json {
        let command = settings.first?.value ?? ""
        try Output.print([
          "schema": 1, "profile": JSON(profile.text), "file": JSON(files.config), "credential_process": JSON(command),
        ])
      } else {
        try Output.print("The profile \(profile.text) asks idp for its credentials: \(Visible.escaped(files.config))\n")
      }
    }
  }

  /// `idp login vault`.
  struct Vault: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "vault",
      abstract: "Log in to Vault or OpenBao and store the token for their tools.",
      discussion: """
        It goes to ~/.vault-token, where vault and bao look for it; with --print to standard output instead.

        EXAMPLES
          idp login vault --address https://vault.example.org --role app
          export VAULT_TOKEN="$(idp login vault --role app --print)"
        """)

    @Flag(name: .customLong("print"), help: "Print the token and store nothing.")
    var prints = false

    @OptionGroup var vault: VaultExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      if prints, output.json { throw ValidationError("--print prints the token alone: --json goes without it.") }
    }

    func run() throws {
      let exchange = try vault.exchange()
      let path = try Self.path()
      if !prints { try EditedFile.check(path, what: "Vault's token") }
      let compact = try token.token(for: VaultExchange.audience, try Workspace.current())
      let login = try exchange.outcome(compact, environment: VaultExchangeOptions.network())
      if prints { return try Output.print(login.clientToken + "\n") }
      try EditedFile.change(path, what: "Vault's token") { _ in Array(login.clientToken.utf8) }
      if output.json {
        try Output.print([
          "schema": 1, "file": JSON(path), "policies": .array(login.policies.map { JSON($0) }),
          "expires": login.expiry.map { JSON($0.rfc3339()) } ?? .null, "renewable": .bool(login.renewable),
        ])
      } else {
        let end = login.expiry.map { "until \($0.display())" } ?? "without an end"
        let policies = login.policies.map { Visible.escaped($0) }.joined(separator: ", ")
        try Output.print("Logged in \(end), with the policies \(policies).\n")
      }
      for name in ["VAULT_TOKEN", "BAO_TOKEN"] where !(Surroundings.environment[name] ?? "").isEmpty {
        Output.note("idp: \(name) is set and counts before \(Visible.escaped(path)): unset it\n")
      }
    }

    private static func path() throws(Failure) -> String {
      let home = [Surroundings.environment["HOME"], UserFolders.accountHome()].compactMap { $0 }
        .first { $0.hasPrefix("/") }
      guard let home else { throw UserFolders.homeless("Vault's token is kept", variable: "HOME") }
      return home + "/.vault-token"
    }
  }
}
