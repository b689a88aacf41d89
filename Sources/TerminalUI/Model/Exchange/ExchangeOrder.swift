import Inspection

/// Names one exchange for as long as the program runs; its effects and their answers carry it.
public struct ExchangeID: Sendable, Hashable {
  let number: Int
}

/// What is to be exchanged, with whom, and for what.
public struct ExchangeOrder: Sendable, Hashable {
  /// Which token is given to the party.
  public enum Token: Sendable, Hashable {
    /// This one.
    case compact(String)
    /// One that the embedded issuer makes for it, when it is pinned for nothing but what is asked for.
    case fresh(audience: String, isPinned: Bool)
  }

  public let party: ExchangeParty
  /// What was typed, by the names of the inputs; what was left empty is not in it.
  public let inputs: [String: String]
  public let token: Token
}
