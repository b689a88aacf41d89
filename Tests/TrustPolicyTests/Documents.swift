import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// The moment of the tests: 2026-11-23T12:00:00Z.
let noon = Timestamp(1_795_435_200)

/// Claims from JSON, with the times of a token of an hour that was issued five minutes ago unless the text has its own.
func claims(_ text: String) throws -> JSONObject {
  var object = try #require(try JSON(parsing: text).objectValue)
  for (name, offset) in [("iat", -300), ("nbf", -300), ("exp", 3300)] as [(String, Int64)] where object[name] == nil {
    object.set(name, to: JSON(noon.seconds + offset))
  }
  return object
}

/// A token of claims that count as signed.
func token(_ text: String) throws -> PresentedToken { PresentedToken(claims: try claims(text)) }

/// The documents of some texts.
func documents(_ texts: String...) throws -> TrustDocuments {
  try TrustDocuments(
    texts.enumerated().map { index, text in
      try Document(Array(text.utf8), file: texts.count == 1 ? "policy.json" : "policy\(index + 1).json")
    })
}

extension TrustDocuments {
  /// The verdict of the only configuration.
  func verdict(_ token: PresentedToken, at now: Timestamp = noon) throws -> Verdict {
    #expect(configurations.count == 1)
    return verdict(of: 0, on: token, at: now)
  }
}

extension Verdict {
  /// The checks and their parts with this outcome, as `id`.
  func ids(_ outcome: Check.Outcome) -> [String] { checks.flatMap { $0.ids(outcome) } }

  func check(_ id: String) -> Check? { checks.first { $0.id == id } }
}

extension Check {
  func ids(_ outcome: Outcome) -> [String] {
    (self.outcome == outcome ? [id] : []) + children.flatMap { $0.ids(outcome) }
  }
}

/// Applies each suggestion and expects that the token is accepted then.
func expectSuggestionsHold(
  _ documents: TrustDocuments, _ token: PresentedToken, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for index in documents.configurations.indices {
    for suggestion in documents.verdict(of: index, on: token, at: noon).suggestions {
      #expect(!suggestion.edits.isEmpty || !suggestion.claims.members.isEmpty)
      let changed = try documents.applying(suggestion.edits)
      #expect(
        changed.decision(of: index, on: token.with(suggestion.claims), at: noon) == .accept, "\(suggestion.title)",
        sourceLocation: sourceLocation)
    }
  }
}
