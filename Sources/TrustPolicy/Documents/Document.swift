import Inspection

/// A file with what a relying party trusts, in JSON or YAML.
public struct Document: Sendable {
  /// What it is called: a path, or `-` for standard input.
  public let file: String
  public let source: SourceText
  /// Its values: one, or several of YAML.
  public let roots: [DocumentNode]

  /// Reads a document.
  ///
  /// What begins with a bracket is JSON, unless the file calls itself YAML; everything else is YAML.
  ///
  /// - Throws: ``DocumentError`` with the place of the first mistake.
  public init(_ bytes: [UInt8], file: String) throws(DocumentError) {
    self.file = file
    source = SourceText(file: file, bytes: bytes)
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    guard let first else {
      throw DocumentError(
        "the document is empty", remedy: "Give the policy as the relying party's own tool prints it.",
        at: source.location(at: 0))
    }
    let callsItselfYAML = file.hasSuffix(".yaml") || file.hasSuffix(".yml")
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), !callsItselfYAML {
      roots = [try JSONDocument.read(source)]
    } else {
      roots = try YAMLTree.read(source)
    }
    if roots.isEmpty {
      throw DocumentError(
        "the document holds nothing", remedy: "Give the policy as the relying party's own tool prints it.",
        at: source.location(at: 0))
    }
  }
}
