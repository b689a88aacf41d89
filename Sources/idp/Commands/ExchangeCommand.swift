import ArgumentParser
import Federation
import Inspection
import JOSE

/// `idp exchange`: gives a token to a party and shows what it gives for it.
struct ExchangeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange",
    abstract:
      "Exchange a token with AWS, Entra ID, Google Cloud, Vault or any RFC 8693 endpoint, and show what happens.",
    discussion: """
      Says what was sent where, the token shortened, what came back and for how long; secrets stay hidden without \
      --show-secrets. A refusal is shown word for word, with what it means and, when the party's trust documents are \
      known, with the condition at fault. Nothing is written to a file, and what is malformed is not sent.

      Only what the party calls retryable is asked again, a few times. The status is 0 when something came back, 1 when \
      the party refuses, and 2 when there is no answer, or the party cannot give one now.

      EXAMPLES
        idp exchange aws --role-arn arn:aws:iam::111122223333:role/deploy
        idp exchange aws --role-arn "$ROLE" --trust role.json
        idp exchange azure --tenant acme.com --client-id "$APP"
        idp exchange gcp --provider "$PROVIDER"
        idp exchange vault --role app --json --show-secrets
        idp exchange rfc8693 "$URL" --audience sts.example.org
      """,
    subcommands: [AWS.self, Azure.self, GCP.self, Vault.self, RFC8693.self])
}

extension ExchangeCommand {
  /// `idp exchange aws`.
  struct AWS: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "aws",
      abstract: "Exchange a token for credentials of an AWS role (AssumeRoleWithWebIdentity).",
      discussion: """
        The token is made for it, for five minutes, and pinned: its claim https://aws.amazon.com/roles names the role, so \
        that it opens no other. IDP_AWS_ROLE_ARN, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, AWS_REGION and \
        AWS_ENDPOINT_URL_STS count where an option is left out.

        EXAMPLES
          idp exchange aws --role-arn arn:aws:iam::111122223333:role/deploy
          idp exchange aws --role-arn "$ROLE" --region eu-central-1 -d 15m
          idp exchange aws --role-arn "$ROLE" --trust role.json
          idp exchange aws --role-arn "$ROLE" --json --show-secrets
          idp exchange aws --role-arn "$ROLE" --token token.txt
        """)

    @OptionGroup var aws: AWSExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var report: ExchangeReportOptions

    func run() throws {
      let workspace = try Workspace.current()
      let now = Surroundings.now()
      // Before a token is made for it: what is malformed needs none.
      let checked = try aws.exchange(subject: nil, now: now)
      let compact = try token.token(
        for: AWSExchangeOptions.audience, claims: aws.pin(toRole: checked.roleARN), workspace)
      let subject = CompactToken(parsing: compact).claims?["sub"]?.stringValue
      try report.run(
        try aws.exchange(subject: subject, now: now), compact,
        named: checked.roleARN.split(separator: "/").last.map(String.init), workspace,
        environment: Variables(Surroundings.environment).trusting("AWS_CA_BUNDLE"))
    }
  }

  /// `idp exchange azure`.
  struct Azure: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "azure",
      abstract: "Exchange a token for an access token of Entra ID (client assertion).",
      discussion: """
        AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_AUTHORITY_HOST count where an option is left out.

        EXAMPLES
          idp exchange azure --tenant acme.onmicrosoft.com --client-id "$APP"
          idp exchange azure --scope https://vault.azure.net/.default
        """)

    @OptionGroup var entra: EntraExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var report: ExchangeReportOptions

    func run() throws {
      let workspace = try Workspace.current()
      let exchange = try entra.exchange()
      try report.run(exchange, try token.token(for: entra.audience(), workspace), named: nil, workspace)
    }
  }

  /// `idp exchange gcp`.
  struct GCP: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gcp",
      abstract: "Exchange a token for an access token of Google Cloud, of a service account when one is named.",
      discussion: """
        The token is for https: and the provider's full name, which it takes unless others were configured.

        EXAMPLES
          idp exchange gcp --provider "$PROVIDER"
          idp exchange gcp --provider "$PROVIDER" --service-account "$ACCOUNT"
        """)

    @OptionGroup var google: GoogleExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var report: ExchangeReportOptions

    func run() throws {
      let workspace = try Workspace.current()
      let exchange = try google.exchange()
      let compact = try token.token(for: exchange.tokenAudience, workspace)
      try report.run(
        exchange, compact, named: exchange.audience.split(separator: "/").last.map(String.init), workspace)
    }
  }

  /// `idp exchange vault`.
  struct Vault: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "vault",
      abstract: "Exchange a token for one of Vault or OpenBao (the login of their JWT method).",
      discussion: """
        VAULT_ADDR, BAO_ADDR, VAULT_NAMESPACE, VAULT_CACERT and IDP_VAULT_ROLE count where an option is left out.

        EXAMPLES
          idp exchange vault --address https://vault.example.org --role app
          idp exchange vault --role app --mount team/jwt --trust role.json
        """)

    @OptionGroup var vault: VaultExchangeOptions
    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var report: ExchangeReportOptions

    func run() throws {
      let workspace = try Workspace.current()
      let exchange = try vault.exchange()
      try report.run(
        exchange, try token.token(for: VaultExchange.audience, workspace), named: exchange.role, workspace,
        environment: VaultExchangeOptions.network())
    }
  }

  /// `idp exchange rfc8693`.
  struct RFC8693: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rfc8693",
      abstract: "Exchange a token at any token endpoint that speaks RFC 8693.",
      discussion: """
        EXAMPLES
          idp exchange rfc8693 "$URL" --audience sts.example.org
          idp exchange rfc8693 "$URL" --token token.txt --param scope=read
          idp exchange rfc8693 "$URL" --audience x --param-file client_secret=FILE
        """)

    @Argument(help: ArgumentHelp("The token endpoint.", valueName: "url"))
    var endpoint: String

    @Option(
      name: .customLong("param"),
      help: ArgumentHelp(
        "A parameter of the request, such as audience, scope or resource; repeat it for several.",
        discussion: "grant_type and subject_token_type are those of the RFC unless they are given.",
        valueName: "name=value"))
    var parameters: [String] = []

    @Option(
      name: .customLong("param-file"),
      help: ArgumentHelp(
        "A parameter whose value is a secret, such as client_secret, in a file.", valueName: "name=file"),
      completion: .file())
    var secretParameters: [String] = []

    @OptionGroup var token: ExchangeTokenOptions
    @OptionGroup var report: ExchangeReportOptions

    func run() throws {
      let workspace = try Workspace.current()
      let pairs = try parameters.map { (text) throws(Failure) in try pair(text, "--param NAME=VALUE") }
      if let (name, _) = pairs.first(where: { GenericExchange.isSecret($0.name) }) {
        throw Failure(
          "usage", "\(name) is a secret, and others can read a command line.",
          hint: "Write it to a file for yourself alone: --param-file \(name)=FILE.")
      }
      var secrets: [(name: String, value: String)] = []
      for text in secretParameters {
        let (name, path) = try pair(text, "--param-file NAME=FILE")
        var bytes = try InputFile.read(path)
        while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        secrets.append((name, String(decoding: bytes, as: UTF8.self)))
      }
      let exchange = try ExchangeInput.check(["endpoint": "the URL", "parameter": "--param"]) {
        () throws(ExchangeInputError) in
        try GenericExchange(endpoint: endpoint, parameters: pairs, secretParameters: secrets)
      }
      try report.run(exchange, try token.token(for: nil, workspace), named: nil, workspace)
    }

    private func pair(_ text: String, _ form: String) throws(Failure) -> (name: String, value: String) {
      guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
        throw Failure("usage", "“\(text.prefix(40))” is no parameter.", hint: "Write it as \(form).")
      }
      return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }
  }
}
