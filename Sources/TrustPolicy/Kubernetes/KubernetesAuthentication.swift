import Inspection

struct KubernetesAuthentication: DocumentShape, TrustConfiguration {
  static let kind = DocumentKind.kubernetes
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode) throws(DocumentError) -> [KubernetesAuthentication] { [] }
  let relyingParty = RelyingParty.kubernetes
  let name: String
  let location: DocumentLocation
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation { Evaluation() }
  func lints(for token: PresentedToken?) -> [Lint] { [] }
}
