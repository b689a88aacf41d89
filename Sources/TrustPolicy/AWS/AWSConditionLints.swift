import Inspection
import JOSE

/// What should be different in one condition.
struct AWSConditionLints {
  private let context: AWSLints
  private let condition: AWSCondition
  private let op: AWSOperator

  init(_ context: AWSLints, _ condition: AWSCondition) {
    self.context = context
    self.condition = condition
    op = condition.op
  }

  var lints: [Lint] { [key, quantifier, literal, variable, empty, audience].compactMap(\.self) + wildcards }

  private var place: DocumentLocation { condition.location }

  /// Whether the condition holds for a token that has no such key.
  private var holdsWithoutKey: Bool {
    op.ifExists || op.quantifier == .forAllValues || (op.comparison.isNegated && op.quantifier == nil)
  }

  private var effect: String {
    holdsWithoutKey
      ? "it always holds and guards nothing, so tokens get in that it was meant to keep out"
      : "it can never hold, so nobody gets in"
  }

  /// The issuer's prefix and the claim, when the key looks like one of an issuer.
  private var parts: (prefix: String, claim: String)? {
    let lower = condition.key.lowercased()
    guard !lower.hasPrefix("aws:"), !lower.hasPrefix("sts:"), let colon = condition.key.firstIndex(of: ":") else {
      return nil
    }
    return (String(condition.key[..<colon]), String(condition.key[condition.key.index(after: colon)...]))
  }

  private var key: Lint? {
    guard op.comparison != .null, let (prefix, claim) = parts, !context.issuers.isEmpty else { return nil }
    let issuers = context.issuers
    guard let issuer = issuers.first(where: { condition.key.lowercased().hasPrefix($0.lowercased() + ":") }) else {
      let nearest = issuers[0]
      return Lint(
        "key-prefix", .warning,
        "The key begins with “\(prefix)”, but the principal's provider is “\(nearest)”: \(effect).", at: place)
    }
    let keys = AWSIssuerKeys(issuer: issuer)
    guard keys.claim(of: condition.key) == nil else { return nil }
    return Lint(
      "not-a-condition-key", .warning,
      "AWS makes no condition key of the claim \(claim) of \(issuer): \(effect).", at: place)
  }

  private var quantifier: Lint? {
    guard let quantifier = op.quantifier, let (_, claim) = parts else { return nil }
    if quantifier == .forAllValues, !context.isGuarded(condition), context.statement.allows {
      return Lint(
        "for-all-values", .warning,
        "ForAllValues also holds when the key is absent: a token without \(claim) gets in; add Null with \"false\" for "
          + "the key.", at: place)
    }
    guard claim != "amr" else { return nil }
    return Lint(
      "quantifier", .info, "\(condition.key) has one value: \(quantifier.rawValue) is not needed.", at: place)
  }

  private var literal: Lint? {
    guard [.stringEquals, .stringNotEquals, .stringEqualsIgnoreCase].contains(op.comparison),
      let value = condition.values.first(where: { $0.text.contains("*") && !$0.text.contains("${*}") })
    else { return nil }
    return Lint(
      "literal-wildcard", .warning,
      "\(op.comparison.rawValue) takes * as it stands: “\(value.text)” never fits; StringLike reads wildcards.",
      at: value.node.location)
  }

  private var variable: Lint? {
    guard !context.policy.hasVariables, let value = condition.values.first(where: { $0.text.contains("${") }) else {
      return nil
    }
    return Lint(
      "variable-in-2008", .warning,
      "Without \"Version\": \"2012-10-17\" ${…} is plain text: “\(value.text)” fits nothing that was meant.",
      at: value.node.location)
  }

  private var empty: Lint? {
    guard condition.values.isEmpty else { return nil }
    return Lint("empty-values", .warning, "An empty list of values fits nothing.", at: place)
  }

  private var audience: Lint? {
    guard let (_, claim) = parts, claim.lowercased() == "aud", !op.comparison.isNegated,
      op.comparison.rawValue.hasPrefix("String"), context.issuers.count == 1, let issuer = context.issuers.first,
      let provider = context.providers.first(where: { $0.url.hasSameBytes(as: issuer) })
    else { return nil }
    let fits = condition.values.contains { value in
      provider.clientIDs.contains { id in
        op.comparison.takesWildcards ? Wildcard(value.text).matches(id) : value.text.lowercased() == id.lowercased()
      }
    }
    guard !fits, !condition.values.isEmpty else { return nil }
    return Lint(
      "audience-unsatisfiable", .error,
      "None of these audiences is a client ID of the provider (\(provider.clientIDs.joined(separator: ", "))): "
        + "nobody gets in.", at: place)
  }

  /// Wildcards that reach over the border between tenants.
  private var wildcards: [Lint] {
    guard context.statement.allows, op.comparison == .stringLike, let (_, claim) = parts,
      ["sub", "job_workflow_ref", "repository", "aud"].contains(claim.lowercased())
    else { return [] }
    return condition.values.compactMap { value in
      guard let breadth = TenantWildcard.problem(value.text, claim: claim.lowercased()) else { return nil }
      return Lint("wildcard-tenant", .warning, breadth, at: value.node.location)
    }
  }
}
