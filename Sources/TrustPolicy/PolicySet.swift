import Inspection

/// Documents as they are opened one by one: those that can be read count, the others say what is wrong with them.
public struct PolicySet: Sendable {
  /// The documents that could be read, with the configurations in them; nil when there is no configuration.
  public let documents: TrustDocuments?
  /// One for each document that could not be read.
  public let problems: [DocumentError]

  /// - Parameter documents: the documents, or why one cannot even be taken apart.
  public init(_ documents: [Result<Document, DocumentError>]) {
    var pieces = Pieces()
    var read: [Document] = []
    var problems: [DocumentError] = []
    for result in documents {
      do throws(DocumentError) {
        let document = try result.get()
        var attempt = pieces
        try attempt.read(document, as: nil)
        pieces = attempt
        read.append(document)
      } catch {
        problems.append(error)
      }
    }
    let set = TrustDocuments(read, holding: pieces)
    if set == nil, let first = read.first {
      problems.append(
        DocumentError(pieces.incompleteness, remedy: pieces.completion, at: first.source.location(at: 0)))
    }
    self.documents = set
    self.problems = problems
  }

  private init(documents: TrustDocuments?, problems: [DocumentError]) {
    self.documents = documents
    self.problems = problems
  }

  /// The same without what is wrong with a document.
  public func leavingOut(problemsOf file: String) -> PolicySet {
    PolicySet(documents: documents, problems: problems.filter { $0.location.file != file })
  }

  /// The number of configurations.
  public var count: Int { documents?.configurations.count ?? 0 }
}
