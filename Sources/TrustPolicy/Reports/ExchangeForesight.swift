import Inspection

/// What the trust documents say about a token that a party has refused.
public struct ExchangeForesight: Sendable {
  /// Which configurations they are, by their index among all.
  public let indices: [Int]
  public let verdicts: [Verdict]
  private let refusal: ExchangeRefusal

  /// Nil when there is no document of the party, or the party is only busy.
  ///
  /// - Parameters:
  ///   - name: of the role, the provider or whatever else was asked for: the configurations that have it count, else all
  ///     of the party.
  ///   - token: what was refused.
  public init?(
    of refusal: ExchangeRefusal, by party: ExchangeParty, name: String?, _ documents: TrustDocuments,
    token: PresentedToken, at now: Timestamp
  ) {
    guard !refusal.isForNow else { return nil }
    let own = documents.configurations(of: party)
    let named = own.filter { index in name.map { documents.configurations[index].name == $0 } ?? false }
    indices = named.isEmpty ? own : named
    guard !indices.isEmpty else { return nil }
    verdicts = indices.map { documents.verdict(of: $0, on: token, at: now) }
    self.refusal = refusal
  }

  /// The verdict that foresees the answer, as an index into ``verdicts``; nil when none does.
  public var foreseeing: Int? {
    verdicts.firstIndex { $0.answers.contains { Self.isSame($0, refusal) } }
  }

  /// What a reader should make of the verdicts.
  public var sentence: String {
    let party = verdicts.first?.relyingParty.name ?? ""
    if foreseeing != nil { return "The trust documents foresee this answer" }
    if verdicts.allSatisfy({ $0.decision == .accept }) {
      return "By the trust documents \(party) would accept the token; does it have these documents now?"
    }
    return "The trust documents do not foresee this answer"
  }

  /// Whether an answer is the one that came: the same code, or where there are none the same words.
  private static func isSame(_ answer: PartyAnswer, _ refusal: ExchangeRefusal) -> Bool {
    if !refusal.code.isEmpty { return answer.code == refusal.code }
    let words = answer.message.isEmpty ? answer.code : answer.message
    return !words.isEmpty && refusal.message.contains(words)
  }
}

extension TrustDocuments {
  /// The configurations of a party, by their index.
  public func configurations(of party: ExchangeParty) -> [Int] {
    configurations.indices.filter { configurations[$0].relyingParty.rawValue == party.rawValue }
  }
}
