import Inspection

extension ExchangeExplanation {
  /// A line of a party's table: the first that fits explains.
  struct Row: Sendable {
    /// The code; nil for any.
    let code: String?
    /// What the message holds, whatever its case; nil for anything.
    let words: String?
    let explanation: ExchangeExplanation

    init(_ code: String?, _ words: String? = nil, _ meaning: String, _ remedy: String, isAboutTime: Bool = false) {
      self.code = code
      self.words = words
      explanation = ExchangeExplanation(meaning, remedy, isAboutTime: isAboutTime)
    }

    func fits(_ refusal: ExchangeRefusal) -> Bool {
      (code.map { $0 == refusal.code } ?? true)
        && (words.map { refusal.message.lowercased().contains($0.lowercased()) } ?? true)
    }
  }
}

extension ExchangeParty {
  /// What an answer means and what to do about it; nil where that is not known.
  func explanation(of refusal: ExchangeRefusal) -> ExchangeExplanation? {
    rows.first { $0.fits(refusal) }?.explanation
  }

  private var rows: [ExchangeExplanation.Row] {
    switch self {
    case .aws: AWSExchange.explanations
    case .entra: EntraExchange.explanations
    case .gcp: GoogleExchange.explanations
    case .vault: VaultExchange.explanations
    case .rfc8693: GenericExchange.explanations
    }
  }

  /// Whether the party says, by this answer, that the same request may be answered otherwise soon. A refusal never is.
  func callsRetryable(_ refusal: ExchangeRefusal) -> Bool {
    if refusal.status == 429 { return true }
    switch self {
    case .aws: return AWSExchange.isRetryable(refusal)
    case .entra: return EntraExchange.isRetryable(refusal)
    case .vault: return VaultExchange.isRetryable(refusal)
    case .gcp, .rfc8693: return [500, 502, 503, 504].contains(refusal.status)
    }
  }
}
