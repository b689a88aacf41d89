import Inspection

struct VaultTrust: TrustConfiguration {
  let relyingParty = RelyingParty.vault
  let role: VaultRole
  let config: VaultConfig?
  var name: String { role.name }
  var location: DocumentLocation { role.location }
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation { Evaluation() }
  func lints(for token: PresentedToken?) -> [Lint] { [] }
}
