import Inspection

struct VaultRole: DocumentShape {
  static let kind = DocumentKind.vaultRole
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode) throws(DocumentError) -> [VaultRole] { [] }
  let name: String
  let location: DocumentLocation
}
