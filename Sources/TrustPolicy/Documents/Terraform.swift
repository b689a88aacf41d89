enum Terraform {
  static func recognises(_ node: DocumentNode) -> Bool { false }
  static func read(_ node: DocumentNode, into pieces: inout Pieces) throws(DocumentError) {}
}
