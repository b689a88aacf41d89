import Inspection
import JOSE

/// Changes that may make AWS accept a token.
enum AWSRepairs {
  // MARK: The provider

  static func provider(_ token: PresentedToken, _ providers: [AWSProvider]) -> [Repair] {
    guard let issuer = token.issuer, issuer.hasPrefix("https://"), providers.count == 1, let provider = providers.first
    else { return [] }
    let hadScheme = provider.urlNode.string?.hasPrefix("https://") == true
    let url = hadScheme ? issuer : AWSProvider.withoutScheme(issuer)
    return Repair.replacing(provider.urlNode, with: url, "Create the OIDC provider with the URL \(issuer)")
  }

  /// Another audience for the token, or the token's audience among the client IDs.
  static func audience(_ token: PresentedToken, _ provider: AWSProvider?) -> [Repair] {
    guard let provider else { return [] }
    var repairs = provider.clientIDs.prefix(3).flatMap { audience(token, $0) }
    if token["azp"] == nil, token.audiences.count == 1, let own = token.audiences.first, !own.isEmpty,
      let node = provider.clientIDNode
    {
      repairs += Repair.adding(own, to: node, "Add the client ID “\(own)” to the provider")
    }
    return repairs
  }

  private static func audience(_ token: PresentedToken, _ wanted: String) -> [Repair] {
    let claim = token["azp"]?.stringValue == nil ? "aud" : "azp"
    let before = claim == "aud" ? token.audiences.joined(separator: ", ") : token["azp"]?.stringValue ?? ""
    return [
      Repair(
        title: "Request the token for the audience “\(wanted)”", before: before, after: wanted,
        change: .claim(claim, JSON(wanted)))
    ]
  }

  // MARK: A statement

  static func action(_ statement: AWSStatement) -> [Repair] {
    guard !statement.isNotAction, let node = statement.node["Action"] else { return [] }
    return Repair.adding(AWSTrust.action, to: node, "Allow \(AWSTrust.action)")
  }

  static func addition(of action: String, to outcomes: [AWSPolicyTest.Outcome]) -> [Repair] {
    let statement = outcomes.first { $0.statement.allows && $0.matches == .yes }?.statement
    guard let statement, !statement.isNotAction, let node = statement.node["Action"] else { return [] }
    return Repair.adding(action, to: node, "Allow \(action)")
  }

  static func principal(_ statement: AWSStatement, _ token: PresentedToken, account: String?) -> [Repair] {
    guard let issuer = token.issuer, issuer.hasPrefix("https://") else { return [] }
    let url = AWSProvider.withoutScheme(issuer)
    for principal in statement.principals where principal.type == "Federated" {
      guard let arn = AWSARN(principal.value), arn.providerURL != nil else { continue }
      let owner = account ?? arn.account
      let right = "arn:\(arn.parts[1]):iam::\(owner):oidc-provider/\(url)"
      return Repair.replacing(principal.node, with: right, "Name the provider of the issuer as principal")
    }
    return []
  }

  // MARK: A condition of an Allow

  static func condition(
    _ condition: AWSCondition, token: PresentedToken, hasVariables: Bool, provider: AWSProvider?
  ) -> [Repair] {
    let context = AWSContext(token, now: Timestamp(0), providerARN: nil, isRoleAuthorized: nil)
    switch context[condition.key] {
    case .one(let value):
      guard condition.op.comparison.rawValue.hasPrefix("String") else { return [] }
      return condition.op.comparison.isNegated
        ? [] : positive(condition, value, token, context, hasVariables: hasVariables)
    case .absent: return key(condition, context.keys)
    case .many, .unknown: return []
    }
  }

  private static func positive(
    _ condition: AWSCondition, _ value: String, _ token: PresentedToken, _ context: AWSContext, hasVariables: Bool
  ) -> [Repair] {
    let claim = context.keys.claim(of: condition.key) ?? ""
    let patterns = condition.op.comparison.takesWildcards
    var repairs: [Repair] = []
    if claim == "aud" {
      repairs += condition.values.filter { !patterns || Wildcard($0.text).isLiteral }.prefix(2)
        .flatMap { audience(token, $0.text) }
    }
    repairs += bothShapes(condition, value, claim: claim)
    if let literal = literal(value, patterns: patterns, hasVariables: hasVariables) {
      let near = condition.values.filter { isNearMiss($0.text, value) }
      if let slip = near.first {
        repairs += Repair.replacing(slip.node, with: literal, "Write \(claim) as the token has it")
      }
      repairs += Repair.adding(literal, to: condition.node, "Also accept the \(claim) “\(value)”")
    }
    if !patterns, condition.op.comparison == .stringEquals, condition.block.object?.count == 1,
      condition.values.contains(where: { Wildcard($0.text).matches(value) }),
      let edit = Edit(
        renaming: condition.operatorMember, in: condition.parent,
        to: condition.op.name.replacing("StringEquals", with: "StringLike"))
    {
      repairs.append(
        Repair(
          title: "Use StringLike, in which * stands for anything", before: edit.before, after: edit.after,
          change: .document([edit])))
    }
    if claim == "sub", !patterns, let wanted = condition.values.first?.text, condition.values.count == 1,
      !GitHubSubject.differOnlyByShape(wanted, value)
    {
      repairs.append(
        Repair(
          title: "Use a token with the subject “\(wanted)”", before: value, after: wanted,
          change: .claim("sub", JSON(wanted))))
    }
    return repairs
  }

  /// A value that only slipped: another case, a slash at the end, an escape.
  private static func isNearMiss(_ policy: String, _ value: String) -> Bool {
    guard let divergence = Divergence(policy: policy, token: value) else { return false }
    return policy.lowercased() == value.lowercased() || policy == value + "/" || policy + "/" == value
      || divergence.sentence.contains("percent-encoded") || divergence.sentence.contains("white space")
  }

  /// GitHub's subjects with ids, in a policy with names only, or the other way round: both shapes, the rest as it was.
  private static func bothShapes(_ condition: AWSCondition, _ value: String, claim: String) -> [Repair] {
    guard claim == "sub", condition.op.comparison.takesWildcards, let found = GitHubSubject(value) else { return [] }
    for policy in condition.values {
      guard let wanted = GitHubSubject(policy.text), wanted.isImmutable != found.isImmutable,
        wanted.hasSameNames(as: found)
      else { continue }
      let head = value.dropFirst(5).prefix { $0 != ":" }
      let pattern = "repo:\(head)" + (wanted.context.isEmpty ? "" : ":\(wanted.context)")
      return Repair.adding(pattern, to: condition.node, "Accept both shapes of GitHub's subject")
    }
    return []
  }

  /// A value that stands for itself in a policy; nil when it cannot be written so.
  private static func literal(_ value: String, patterns: Bool, hasVariables: Bool) -> String? {
    guard hasVariables else { return patterns && value.contains { "*?".contains($0) } ? nil : value }
    var text = value.replacing("${", with: "${$}{")
    if patterns { text = String(text.flatMap { "*?".contains($0) ? "${\($0)}" : String($0) }) }
    return text
  }

  /// A key whose prefix is not the issuer's, with the right one.
  private static func key(_ condition: AWSCondition, _ keys: AWSIssuerKeys) -> [Repair] {
    guard let colon = condition.key.lastIndex(of: ":") else { return [] }
    let claim = String(condition.key[condition.key.index(after: colon)...])
    let prefix = String(condition.key[..<colon])
    guard prefix.lowercased() != keys.prefix.lowercased(), prefix.contains("."),
      keys.all.contains(where: { $0.lowercased() == claim.lowercased() }),
      let edit = Edit(renaming: condition.keyMember, in: condition.block, to: "\(keys.prefix):\(claim)")
    else { return [] }
    return [
      Repair(
        title: "Begin the key with the issuer's URL", before: edit.before, after: edit.after,
        change: .document([edit]))
    ]
  }

  // MARK: A Deny that matches

  /// A value that a negated condition of a Deny should leave out.
  static func escape(_ condition: AWSCondition, token: PresentedToken, hasVariables: Bool) -> [Repair] {
    let context = AWSContext(token, now: Timestamp(0), providerARN: nil, isRoleAuthorized: nil)
    guard condition.op.comparison.isNegated, condition.op.comparison.rawValue.hasPrefix("String"),
      case .one(let value) = context[condition.key],
      let literal = literal(value, patterns: condition.op.comparison.takesWildcards, hasVariables: hasVariables)
    else { return [] }
    return Repair.adding(literal, to: condition.node, "Leave “\(value)” out of the Deny")
  }
}
