import Inspection
import JOSE

/// What is to be had for a token, and from whom: a value whose inputs have been checked, so that nothing malformed is
/// ever sent.
public protocol Exchange: Sendable {
  associatedtype Outcome: ExchangeOutcome

  var party: ExchangeParty { get }

  /// Gives the token to the party and returns what it gives for it.
  ///
  /// - Throws: ``ExchangeFailure``, `cancelled` when the task is cancelled; the connection then ends with it.
  func exchange(_ token: String, by client: ExchangeClient) async throws(ExchangeFailure) -> Outcome
}

/// What a party gave.
public protocol ExchangeOutcome: Sendable {
  /// All of it, by the names that the party has for it, in the order in which it is shown.
  var fields: [ExchangeField] { get }
  /// When it ends; nil when the party does not say.
  var expiry: Timestamp? { get }
}

/// A value that no exchange can be made with.
public struct ExchangeInputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which one, as in `role-arn`.
  public let input: String
  /// What is wrong with it, and how it should be. It may quote what was given; to be escaped when it is shown.
  public let problem: String

  public init(_ input: String, _ problem: String) {
    self.input = input
    self.problem = problem
  }

  public var description: String { problem }
}
