import Inspection

struct GoogleTrust: TrustConfiguration {
  let relyingParty = RelyingParty.gcp
  let provider: GoogleProvider
  let policies: [GooglePolicy]
  var name: String { provider.name }
  var location: DocumentLocation { provider.location }
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation { Evaluation() }
  func lints(for token: PresentedToken?) -> [Lint] { [] }
}
