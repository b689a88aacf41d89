import ArgumentParser
import Federation

/// Which role of Vault or OpenBao a token is exchanged for; what is not given is taken from the variables that their own
/// tools read.
struct VaultExchangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The server.", discussion: "Without it, VAULT_ADDR, else BAO_ADDR.", valueName: "url"))
  var address: String?

  @Option(
    help: ArgumentHelp(
      "The role.", discussion: "Without it, IDP_VAULT_ROLE, else the default_role of the auth method.",
      valueName: "name"))
  var role: String?

  @Option(help: ArgumentHelp("Where the auth method is.", valueName: "path"))
  var mount = "jwt"

  @Option(
    help: ArgumentHelp(
      "The namespace.", discussion: "Without it, VAULT_NAMESPACE, else BAO_NAMESPACE.", valueName: "path"))
  var namespace: String?

  /// The exchange; what is malformed is refused here.
  func exchange(_ environment: [String: String] = Surroundings.environment) throws(Failure) -> VaultExchange {
    let variables = Variables(environment)
    let address = try ExchangeInput.need(
      address ?? variables.first("VAULT_ADDR", "BAO_ADDR"), "Which server", "Give --address URL, or set VAULT_ADDR.")
    return try ExchangeInput.check(Self.optionNames) { () throws(ExchangeInputError) in
      try VaultExchange(
        address: address, mount: mount, role: role ?? variables.first("IDP_VAULT_ROLE"),
        namespace: namespace ?? variables.first("VAULT_NAMESPACE", "BAO_NAMESPACE"))
    }
  }

  /// The environment for the network: the authorities that Vault's own tools trust count.
  static func network(_ environment: [String: String] = Surroundings.environment) -> [String: String] {
    Variables(environment).trusting("VAULT_CACERT", "BAO_CACERT")
  }

  private static let optionNames = [
    "address": "--address or VAULT_ADDR", "mount": "--mount", "role": "--role or IDP_VAULT_ROLE",
    "namespace": "--namespace or VAULT_NAMESPACE",
  ]
}
