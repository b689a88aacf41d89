import Inspection

struct VaultConfig: DocumentShape {
  static let kind = DocumentKind.vaultConfig
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode) throws(DocumentError) -> [VaultConfig] { [] }
  let name: String
  let location: DocumentLocation
}
