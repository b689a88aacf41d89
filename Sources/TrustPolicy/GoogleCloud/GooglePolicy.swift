import Inspection

struct GooglePolicy: DocumentShape {
  static let kind = DocumentKind.googlePolicy
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode) throws(DocumentError) -> [GooglePolicy] { [] }
  let name: String
  let location: DocumentLocation
}
