import Inspection

struct PyPIPublishers: DocumentShape, TrustConfiguration {
  static let kind = DocumentKind.pypi
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode) throws(DocumentError) -> [PyPIPublishers] { [] }
  let relyingParty = RelyingParty.pypi
  let name: String
  let location: DocumentLocation
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation { Evaluation() }
  func lints(for token: PresentedToken?) -> [Lint] { [] }
}
