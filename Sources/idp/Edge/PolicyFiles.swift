import Inspection
import TerminalUI
import TrustPolicy

/// Reads the documents of relying parties.
enum PolicyFiles {
  /// The most that is read of one: states of Terraform can be large.
  static let byteLimit = 64 << 20

  /// The documents at these paths; `-` is standard input.
  ///
  /// - Parameter kind: what they are, when their shape does not tell.
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

  /// What is open in the interface; what cannot be read is told, and takes nothing else with it.
  static func read(_ inputs: [PolicyInput]) -> PolicySet {
    PolicySet(inputs.map { document($0) })
  }

  private static func document(_ input: PolicyInput) -> Result<Document, DocumentError> {
    switch input {
    case .text(let text, let name):
      Result { () throws(DocumentError) in try Document(Array(text.utf8), file: name) }
    case .file(let path):
      Result { () throws(DocumentError) in
        let bytes: [UInt8]
        do throws(Failure) {
          bytes = try InputFile.read(UserFolders.expanded(path), limit: byteLimit, name: "it")
        } catch {
          throw DocumentError(error.message, remedy: error.hint, at: DocumentLocation(file: path, line: 1, column: 1))
        }
        return try Document(bytes, file: path)
      }
    }
  }

  private static func wrap<Value>(_ read: () throws(DocumentError) -> Value) throws(Failure) -> Value {
    do {
      return try read()
    } catch {
      throw Failure("document-unreadable", error.description, hint: error.remedy, location: error.location)
    }
  }
}
