import ArgumentParser
import Federation

/// Which application of Entra ID a token is exchanged for; what is not given is taken from the variables that Azure's own
/// tools read.
struct EntraExchangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The tenant, by its ID or a domain of it.", discussion: "Without it, AZURE_TENANT_ID.", valueName: "tenant"))
  var tenant: String?

  @Option(
    help: ArgumentHelp(
      "The application, or the client ID of the managed identity.", discussion: "Without it, AZURE_CLIENT_ID.",
      valueName: "uuid"))
  var clientID: String?

  @Option(
    help: ArgumentHelp(
      "For what: a resource and /.default.", discussion: "Without it, \(EntraExchange.managementScope).",
      valueName: "scope"))
  var scope: String?

  @Option(
    help: ArgumentHelp(
      "Where the cloud's tokens are to be had.",
      discussion: "Without it, AZURE_AUTHORITY_HOST, else https://login.microsoftonline.com.", valueName: "url"))
  var authority: String?

  /// The exchange; what is malformed is refused here.
  func exchange(_ environment: [String: String] = Surroundings.environment) throws(Failure) -> EntraExchange {
    let variables = Variables(environment)
    let tenant = try ExchangeInput.need(
      tenant ?? variables.first("AZURE_TENANT_ID"), "Which tenant", "Give --tenant ID, or set AZURE_TENANT_ID.")
    let clientID = try ExchangeInput.need(
      clientID ?? variables.first("AZURE_CLIENT_ID"), "Which application",
      "Give --client-id UUID, or set AZURE_CLIENT_ID.")
    return try ExchangeInput.check(Self.optionNames) { () throws(ExchangeInputError) in
      try EntraExchange(
        authority: authority(variables), tenant: tenant, clientID: clientID,
        scope: scope ?? EntraExchange.managementScope)
    }
  }

  private func authority(_ variables: Variables) -> String {
    guard let text = authority ?? variables.first("AZURE_AUTHORITY_HOST") else { return EntraExchange.publicAuthority }
    // Azure's own tools take it without a scheme, too.
    return text.contains("://") ? text : "https://" + text
  }

  /// The audience that federated credentials of the cloud want (each cloud has its own).
  func audience(_ environment: [String: String] = Surroundings.environment) -> String {
    let host = authority(Variables(environment))
    if host.contains("chinacloudapi.cn") || host.contains("partner.microsoftonline.cn") {
      return EntraExchange.audience + "China"
    }
    return host.contains("microsoftonline.us") ? EntraExchange.audience + "USGov" : EntraExchange.audience
  }

  private static let optionNames = [
    "tenant": "--tenant or AZURE_TENANT_ID", "client-id": "--client-id or AZURE_CLIENT_ID", "scope": "--scope",
    "authority": "--authority or AZURE_AUTHORITY_HOST",
  ]
}
