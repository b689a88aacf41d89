import Inspection
import TrustPolicy

/// What the trust documents say about a token that a party has refused.
struct ExchangeForesight {
  /// Of the party's configurations those that the exchange was with, as far as their names tell; else all of the party.
  let verdicts: [Verdict]

  /// - Parameters:
  ///   - name: of the role, the provider or whatever else was asked for; nil when it has none.
  init(
    _ documents: TrustDocuments, party: ExchangeParty, name: String?, token: PresentedToken, at now: Timestamp
  ) {
    let own = documents.configurations.indices.filter { index in
      documents.configurations[index].relyingParty.rawValue == party.rawValue
    }
    let named = own.filter { index in name.map { documents.configurations[index].name == $0 } ?? false }
    verdicts = (named.isEmpty ? own : named).map { documents.verdict(of: $0, on: token, at: now) }
  }

  /// What a reader should make of the verdicts.
  func sentence(_ refusal: ExchangeRefusal) -> String {
    let party = verdicts.first?.relyingParty.name ?? ""
    if verdicts.contains(where: { $0.answers.contains { Self.isSame($0, refusal) } }) {
      return "The trust documents foresee this answer:"
    }
    if verdicts.allSatisfy({ $0.decision == .accept }) {
      return "By the trust documents \(party) would accept the token: does it have these documents now?"
    }
    return "What the trust documents say:"
  }

  /// Whether an answer is the one that came: the same code, or where there are none the same words.
  private static func isSame(_ answer: PartyAnswer, _ refusal: ExchangeRefusal) -> Bool {
    if !refusal.code.isEmpty { return answer.code == refusal.code }
    return !answer.message.isEmpty && refusal.message.contains(answer.message)
  }
}
