import TrustPolicy

/// Reads the documents of relying parties.
enum PolicyFiles {
  /// The most that is read of one: states of Terraform can be large.
  static let byteLimit = 64 << 20

  /// The documents at these paths; `-` is standard input.
  static func read(_ paths: [String], as kind: DocumentKind?) throws(Failure) -> TrustDocuments {
    var documents: [Document] = []
    for path in paths {
      let bytes =
        path == "-"
        ? try InputFile.readStandardInput(limit: byteLimit) : try InputFile.read(path, limit: byteLimit)
      documents.append(try wrap { () throws(DocumentError) in try Document(bytes, file: path) })
    }
    return try wrap { () throws(DocumentError) in try TrustDocuments(documents, as: kind) }
  }

  private static func wrap<Value>(_ read: () throws(DocumentError) -> Value) throws(Failure) -> Value {
    do {
      return try read()
    } catch {
      throw Failure("document-unreadable", error.description, hint: error.remedy, location: error.location)
    }
  }
}
