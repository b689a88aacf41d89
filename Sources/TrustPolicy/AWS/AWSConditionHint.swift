import JOSE

/// Why a condition of an Allow does not hold, in words.
enum AWSConditionHint {
  static func text(_ condition: AWSCondition, _ context: AWSContext) -> String? {
    switch context[condition.key] {
    case .absent: return absence(condition, context.keys)
    case .many(let values):
      if condition.op.quantifier == nil, values.count > 1 {
        return "The key has several values: it needs ForAnyValue: or ForAllValues: before the operator."
      }
      return nil
    case .one(let value): return mismatch(condition, value)
    case .unknown: return nil
    }
  }

  private static func absence(_ condition: AWSCondition, _ keys: AWSIssuerKeys) -> String? {
    let key = condition.key
    if keys.claim(of: key) != nil { return "The token lacks the claim." }
    guard let colon = key.lastIndex(of: ":") else { return "There is no such condition key." }
    let prefix = String(key[..<colon])
    let claim = String(key[key.index(after: colon)...])
    if prefix.lowercased() == keys.prefix.lowercased() {
      return "AWS makes no condition key of the claim \(claim) of this issuer: the condition can never hold. "
        + "Keys are: \(keys.all.joined(separator: ", "))."
    }
    let difference = Divergence(policy: prefix, token: keys.prefix)?.sentence ?? "they differ"
    return "The key's prefix must be the issuer without https://, “\(keys.prefix)”: \(difference)."
  }

  private static func mismatch(_ condition: AWSCondition, _ value: String) -> String? {
    let comparison = condition.op.comparison
    guard comparison.rawValue.hasPrefix("String"), !comparison.isNegated else { return nil }
    if condition.values.isEmpty { return "An empty list of values fits nothing." }
    if !comparison.takesWildcards,
      condition.values.contains(where: { $0.text.contains { "*?".contains($0) } && Wildcard($0.text).matches(value) })
    {
      return "In \(comparison.rawValue) * and ? are literal: it would fit with StringLike."
    }
    // Of several values the one that comes nearest tells most.
    let nearest = condition.values.compactMap { value in value.text }
      .compactMap { Divergence(policy: $0, token: value, isPattern: comparison.takesWildcards) }
      .max { $0.commonScalars < $1.commonScalars }
    return nearest?.asSentence
  }
}
