import Inspection
import JOSE

/// The claims that a role binds, each of which must have one of some values.
struct VaultBoundClaims {
  typealias Step = VaultTokenChecks.Step

  let role: VaultRole
  let claims: VaultClaims

  /// One for each bound claim. Vault goes through them in no order.
  var steps: [Step] { role.boundClaims.map(step) }

  private func refusal(_ message: String) -> PartyAnswer {
    VaultTokenChecks.answer("error validating claims: \(message)")
  }

  private func step(_ member: DocumentNode.Member) -> Step {
    let name = GoText.quoted(member.name)
    var check = Check(
      id: "bound-claim", title: "\(member.name) is one of the bound values", outcome: .fail,
      expected: shown(member.value), location: member.value.location)
    guard let value = claims[member.name] else {
      check.actual = "missing"
      check.hint = missing(member.name)
      return Step(check: check, answer: refusal("claim \(name) is missing"))
    }
    check.actual = value.stringValue ?? value.compact()
    if case .object = value {
      return Step(
        check: check, answer: refusal("received claim is not a string, bool, int or list: \(GoText.value(value))"))
    }
    let bound = member.value.array ?? [member.value]
    if member.value.array == nil, member.value.object != nil || member.value.isNull {
      return Step(
        check: check,
        answer: refusal("bound claim is not a string, bool, int or list: \(GoText.value(member.value.json))"))
    }
    // Numbers in a list stay what they are, and are no bound value.
    let isList = value.arrayValue != nil
    let actual = value.arrayValue ?? [value]
    if bound.contains(where: { wanted in actual.contains { fits(wanted, $0, inList: isList) } }) {
      check.outcome = .pass
      return Step(check: check, answer: nil)
    }
    check.hint = hint(bound, actual, isList)
    return Step(
      check: check, answer: refusal("claim \(name) does not match any associated bound claim values"),
      repairs: repairs(member, value))
  }

  private func shown(_ node: DocumentNode) -> String {
    (node.array ?? [node]).map { $0.string ?? $0.json.compact() }.joined(separator: ", ")
  }

  // MARK: Comparing

  private func fits(_ wanted: DocumentNode, _ actual: JSON, inList: Bool) -> Bool {
    switch (wanted.value, actual) {
    case (.string(let text), .string(let own)):
      return role.isGlob
        ? Wildcard(text, questionMark: false).matches(own.value) : text.hasSameBytes(as: own.value)
    case (.bool(let bool), .bool(let own)): return bool == own
    case (.number(let text), .number): return !inList && text == "\(Self.truncated(actual))"
    default: return false
    }
  }

  /// What Go makes of a number when it wants a whole one.
  private static func truncated(_ value: JSON) -> Int64 {
    guard let number = value.doubleValue, number > -9.3e18, number < 9.223372036854775e18 else { return .min }
    return Int64(number)
  }

  // MARK: Words

  private func missing(_ name: String) -> String? {
    if name.hasPrefix("/") { return "A name that begins with a slash is a JSON pointer into the claims." }
    return name.contains(".")
      ? "A dot in the name is a part of it: for what lies deeper write a JSON pointer, /a/b." : nil
  }

  private func hint(_ bound: [DocumentNode], _ actual: [JSON], _ isList: Bool) -> String? {
    let texts = bound.compactMap(\.string)
    let own = actual.compactMap(\.stringValue)
    if own.isEmpty, !texts.isEmpty {
      return role.isGlob
        ? "Patterns fit texts only, and the claim is none." : "The claim is no text: “1” and 1, “true” and true differ."
    }
    if texts.isEmpty, !own.isEmpty { return "The claim is a text, the bound value is none: “1” and 1 differ." }
    if isList, own.isEmpty { return "A number in a list never fits." }
    if !role.isGlob,
      texts.contains(where: { text in
        own.contains { text.contains("*") && Wildcard(text, questionMark: false).matches($0) }
      })
    {
      return "* is literal here: it would fit with bound_claims_type glob."
    }
    // Of very many values the first ones will do for a hint.
    return own.prefix(50).flatMap { value in
      texts.prefix(50).compactMap { Divergence(policy: $0, token: value, isPattern: role.isGlob) }
    }.max { $0.commonScalars < $1.commonScalars }?.asSentence
  }

  // MARK: Repairs

  private func repairs(_ member: DocumentNode.Member, _ value: JSON) -> [Repair] {
    guard let own = value.stringValue ?? value.arrayValue?.lazy.compactMap(\.stringValue).first else {
      guard member.value.array == nil, !role.isGlob else { return [] }
      if case .bool(let bool) = value {
        return Repair.replacing(
          member.value, withJSON: bool ? "true" : "false", "Write \(member.name) as the token has it")
      }
      return value.integerValue.map {
        Repair.replacing(member.value, withJSON: "\($0)", "Write \(member.name) as the token has it")
      } ?? []
    }
    // A star of the token's own would stand for anything.
    if role.isGlob, own.contains("*") { return [] }
    if member.value.array == nil, member.value.string == nil {
      return Repair.replacing(member.value, with: own, "Write \(member.name) as the token has it")
    }
    return Repair.adding(own, to: member.value, "Also accept the \(member.name) “\(own)”")
  }
}
