import Inspection

/// Documents, and the configurations of relying parties that stand in them.
public struct TrustDocuments: Sendable {
  public let documents: [Document]
  /// What the documents are said to be; nil when that is told from their shape.
  public let kind: DocumentKind?
  /// One for each role, provider, application or list of publishers.
  public let configurations: [any TrustConfiguration]

  /// Reads documents.
  ///
  /// - Parameter kind: what the documents are; nil tells it from their shape.
  /// - Throws: ``DocumentError`` with the place of the first mistake.
  public init(_ documents: [Document], as kind: DocumentKind? = nil) throws(DocumentError) {
    self.documents = documents
    self.kind = kind
    var pieces = Pieces()
    for document in documents { try pieces.read(document, as: kind) }
    configurations = pieces.configurations()
    if configurations.isEmpty, let document = documents.first {
      throw DocumentError(
        pieces.incompleteness, remedy: pieces.completion, at: document.source.location(at: 0))
    }
  }

  /// Documents that have been read; nil when they hold no configuration.
  init?(_ documents: [Document], holding pieces: Pieces) {
    self.documents = documents
    kind = nil
    configurations = pieces.configurations()
    if configurations.isEmpty { return nil }
  }

  /// The same documents after changes.
  public func applying(_ edits: [Edit]) throws(DocumentError) -> TrustDocuments {
    guard !edits.isEmpty else { return self }
    var changed: [Document] = []
    for document in documents {
      let own = edits.filter { $0.location.file == document.file }
      changed.append(
        own.isEmpty ? document : try Document(Edit.apply(own, to: document.source.bytes), file: document.file))
    }
    return try TrustDocuments(changed, as: kind)
  }

  /// What each relying party decides about a token.
  public func verdicts(on token: PresentedToken, at now: Timestamp) -> [Verdict] {
    configurations.indices.map { verdict(of: $0, on: token, at: now) }
  }

  /// What one configuration decides about a token, with what should be different and what would change its mind.
  public func verdict(of index: Int, on token: PresentedToken, at now: Timestamp) -> Verdict {
    let configuration = configurations[index]
    let evaluation = configuration.evaluate(token, at: now)
    var verdict = evaluation.verdict(of: configuration)
    verdict.lints = configuration.lints(for: token)
    verdict.suggestions = Suggester(documents: self, index: index, token: token, now: now)
      .suggestions(for: evaluation)
    return verdict
  }

  /// About how much work a configuration is to decide by: 1 for one of usual size, more for large documents.
  public func weight(of index: Int) -> Int {
    let file = configurations[index].location.file
    let bytes = documents.first { $0.file == file }?.source.bytes.count ?? 0
    let sharing = configurations.count == 1 ? 1 : configurations.count { $0.location.file == file }
    return 1 + bytes / max(1, sharing) / 8192
  }

  /// The decision, with a reason when the token is not accepted: for lists of many configurations.
  public func outcome(of index: Int, on token: PresentedToken, at now: Timestamp) -> TrustOutcome {
    TrustOutcome(configurations[index].verdict(on: token, at: now))
  }

  /// The bare decision: for tables of many configurations and tokens.
  public func decision(of index: Int, on token: PresentedToken, at now: Timestamp) -> Decision {
    configurations[index].decision(on: token, at: now)
  }

  /// What should be different, whatever a token says.
  public func lints() -> [Lint] { configurations.flatMap { $0.lints(for: nil) } }
}

extension TrustConfiguration {
  func verdict(on token: PresentedToken, at now: Timestamp) -> Verdict { evaluate(token, at: now).verdict(of: self) }
}
