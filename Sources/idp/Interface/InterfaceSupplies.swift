import Federation
import TerminalUI

/// What the interface lets a person choose besides the embedded issuer: the issuers of the configuration, then the sources
/// that are here. They are found once, so that their numbers stay.
struct InterfaceSupplies: Sendable {
  enum Supply: Sendable {
    case issuer(TrustedIssuer)
    case source(TokenSource, found: String)
  }

  private let all: [Supply]

  init(_ configuration: Configuration) {
    all =
      configuration.issuers.map(Supply.issuer)
      + SourceSurvey.present().map { .source($0.source, found: $0.detail) }
  }

  /// What stands in the list; the first one is `IssuerID(1)`.
  var choices: [IssuerChoice] {
    all.map { supply in
      switch supply {
      case .issuer(let issuer): issuer.choice
      case .source(let source, let found):
        IssuerChoice(url: source.name, note: "source", access: found, isSource: true)
      }
    }
  }

  /// The one that the interface knows by a number; nil for the embedded issuer.
  subscript(_ id: IssuerID) -> Supply? { all.indices.contains(id.number - 1) ? all[id.number - 1] : nil }
}
