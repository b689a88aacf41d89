import Federation
import Inspection
import JOSE
import TerminalUI

/// What somebody typed into the interface's form, as an exchange.
struct OrderedExchange {
  let exchange: any Exchange
  /// For the network.
  let environment: [String: String]

  /// - Parameters:
  ///   - subject: `sub` of the token, for the name of a session.
  ///   - now: for the name of a session.
  /// - Throws: ``ExchangeInputError`` with the input at fault.
  init(
    _ order: ExchangeOrder, subject: String?, now: Timestamp, environment: [String: String] = Surroundings.environment
  ) throws(ExchangeInputError) {
    let inputs = order.inputs
    let variables = Variables(environment)
    var network = environment
    switch order.party {
    case .aws:
      exchange = try AWSExchange(
        roleARN: inputs["role-arn"] ?? "",
        sessionName: inputs["session-name"] ?? AWSExchangeOptions.sessionName(subject: subject, now: now),
        duration: try inputs["duration"].map { (text) throws(ExchangeInputError) in try Self.seconds(text, "duration")
        },
        region: inputs["region"], endpoint: inputs["endpoint"])
      network = variables.trusting("AWS_CA_BUNDLE")
    case .entra:
      exchange = try EntraExchange(
        authority: inputs["authority"] ?? EntraExchange.publicAuthority, tenant: inputs["tenant"] ?? "",
        clientID: inputs["client-id"] ?? "", scope: inputs["scope"] ?? EntraExchange.managementScope)
    case .gcp:
      var place = inputs["impersonation-url"]
      if place == nil, let account = inputs["service-account"] {
        place = try GoogleExchange.impersonationURL(of: account)
      }
      exchange = try GoogleExchange(
        audience: inputs["audience"] ?? "", tokenURL: inputs["token-url"] ?? GoogleExchange.tokenURL,
        impersonationURL: place, scopes: (inputs["scope"] ?? "").split(separator: " ").map(String.init))
    case .vault:
      exchange = try VaultExchange(
        address: inputs["address"] ?? "", mount: inputs["mount"] ?? "jwt", role: inputs["role"],
        namespace: inputs["namespace"])
      network = VaultExchangeOptions.network(environment)
    case .rfc8693:
      let names = ["audience", "scope", "resource", "client_id"]
      exchange = try GenericExchange(
        endpoint: inputs["endpoint"] ?? "",
        parameters: names.compactMap { name in inputs[name].map { (name: name, value: $0) } })
    }
    self.environment = network
  }

  /// Makes the exchange.
  func run(
    _ token: String, progress: @escaping @Sendable (ExchangeClient.Event) -> Void
  ) async -> ExchangeReport {
    await exchange.report(token, environment: environment, clock: { Surroundings.now() }, progress: progress)
  }

  private static func seconds(_ text: String, _ input: String) throws(ExchangeInputError) -> Int64 {
    guard let duration = Duration(argument: text) else {
      throw ExchangeInputError(input, "“\(text.prefix(40))” is no length of time such as 1h or 15m.")
    }
    return duration.seconds
  }

  /// What the environment says of exchanges, by the names of the form's inputs.
  static func known(_ environment: [String: String]) -> [ExchangeParty: [String: String]] {
    let variables = Variables(environment)
    let all: [ExchangeParty: [String: String?]] = [
      .aws: [
        "role-arn": variables.first("IDP_AWS_ROLE_ARN", "AWS_ROLE_ARN"),
        "region": variables.first("AWS_REGION", "AWS_DEFAULT_REGION"),
        "session-name": variables.first("AWS_ROLE_SESSION_NAME"),
        "endpoint": variables.first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"),
      ],
      .entra: [
        "tenant": variables.first("AZURE_TENANT_ID"), "client-id": variables.first("AZURE_CLIENT_ID"),
        "authority": variables.first("AZURE_AUTHORITY_HOST").map { $0.contains("://") ? $0 : "https://" + $0 },
      ],
      .gcp: [
        "audience": variables.first("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE"),
        "service-account": variables.first("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL"),
      ],
      .vault: [
        "address": variables.first("VAULT_ADDR", "BAO_ADDR"), "role": variables.first("IDP_VAULT_ROLE"),
        "namespace": variables.first("VAULT_NAMESPACE", "BAO_NAMESPACE"),
      ],
    ]
    return all.mapValues { $0.compactMapValues(\.self) }
  }
}
