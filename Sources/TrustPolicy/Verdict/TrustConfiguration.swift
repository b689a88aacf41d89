import Inspection

/// What a relying party was told to trust, as it stands in documents.
public protocol TrustConfiguration: Sendable {
  var relyingParty: RelyingParty { get }
  /// Which one it is, for people: the file, and the role or provider in it.
  var name: String { get }
  /// Where it begins.
  var location: DocumentLocation { get }

  /// Takes every step that the relying party takes with a token.
  ///
  /// - Parameter now: the moment at which the token is presented.
  func evaluate(_ token: PresentedToken, at now: Timestamp) -> Evaluation

  /// The bare decision: as ``evaluate(_:at:)`` has it, but without words for people.
  func decision(on token: PresentedToken, at now: Timestamp) -> Decision

  /// What should be different.
  ///
  /// - Parameter token: the token that is presented; some remarks can only be made about one.
  func lints(for token: PresentedToken?) -> [Lint]

  /// How it trusts an issuer; nil when it does not, or when the documents do not tell.
  func trust(in issuer: String) -> IssuerTrust?
}

extension TrustConfiguration {
  public func decision(on token: PresentedToken, at now: Timestamp) -> Decision { evaluate(token, at: now).decision }
}
