import ArgumentParser
import Federation

/// Which provider of Google Cloud a token is exchanged at, and for which service account.
struct GoogleExchangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The full name of the workload identity provider, with the project's number.",
      discussion: "Without it, GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE.", valueName: "name"))
  var provider: String?

  @Option(
    help: ArgumentHelp(
      "Become this service account.",
      discussion:
        "Without it, that of GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL, else none: the federated token itself.",
      valueName: "address"))
  var serviceAccount: String?

  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "For what; repeat it for several. Without it, https://www.googleapis.com/auth/cloud-platform.",
      valueName: "scope"))
  var scopes: [String] = []

  @Option(
    help: ArgumentHelp(
      "How long the service account's token lives: 10m to 1h, more where a policy allows it.", valueName: "time"))
  var tokenLifetime: Duration?

  @Option(name: .customLong("token-url"), help: ArgumentHelp("Ask this token service instead.", valueName: "url"))
  var tokenURL = GoogleExchange.tokenURL

  @Option(
    name: .customLong("impersonation-url"),
    help: ArgumentHelp("Ask here for the service account's token instead.", valueName: "url"))
  var impersonationURL: String?

  /// The exchange; what is malformed is refused here.
  func exchange(_ environment: [String: String] = Surroundings.environment) throws(Failure) -> GoogleExchange {
    let provider = try ExchangeInput.need(
      provider ?? Variables(environment).first("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE"), "Which provider",
      "Give --provider //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/NAME."
    )
    return try ExchangeInput.check(Self.optionNames) { () throws(ExchangeInputError) in
      try GoogleExchange(
        audience: provider, tokenURL: tokenURL, impersonationURL: try account(environment), scopes: scopes,
        lifetime: tokenLifetime?.seconds)
    }
  }

  /// Where the service account's token is to be had; nil when none is named.
  func impersonationPlace(_ environment: [String: String] = Surroundings.environment) throws(Failure) -> String? {
    try ExchangeInput.check(Self.optionNames) { () throws(ExchangeInputError) in try account(environment) }
  }

  private func account(_ environment: [String: String]) throws(ExchangeInputError) -> String? {
    if let impersonationURL { return impersonationURL }
    let account = serviceAccount ?? Variables(environment).first("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL")
    return try account.map(GoogleExchange.impersonationURL)
  }

  private static let optionNames = [
    "audience": "--provider or GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", "service-account": "--service-account",
    "scope": "--scope", "lifetime": "--token-lifetime", "token-url": "--token-url",
    "impersonation-url": "--impersonation-url",
  ]
}

extension GoogleExchange {
  /// The audience that a provider takes by itself: its own full name.
  var tokenAudience: String { "https:" + audience }
}
