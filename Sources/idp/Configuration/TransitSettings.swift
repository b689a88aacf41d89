/// Where the embedded issuer's keys are when they are not on this disk: a key in the transit engine of OpenBao or Vault.
struct TransitSettings: Sendable, Equatable {
  /// nil for what `BAO_ADDR` or `VAULT_ADDR` says.
  var address: String?
  var mount = "transit"
  var key = ""
  var namespace: String?
  /// The file of the token that the engine is asked with; nil for `BAO_TOKEN`, `VAULT_TOKEN` or `~/.vault-token`.
  var tokenFile: String?
}
