import Inspection

struct GoogleProvider: DocumentShape {
  static let kind = DocumentKind.googleProvider
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode) throws(DocumentError) -> [GoogleProvider] { [] }
  let name: String
  let location: DocumentLocation
}
