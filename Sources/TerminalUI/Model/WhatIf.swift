import Inspection
import JOSE

/// Claims that somebody made up to see what would happen; no issuer has signed them.
///
/// They hold for the Claims pane, the verdict line, the time left and the verdicts of relying parties, and for copies of
/// claims, which say so. The list, the signature, comparisons, exchanges and copies of the token are about the token as
/// it was signed.
struct WhatIf: Sendable, Hashable {
  var claims: JSONObject
  /// The names of the claims that differ from the token's.
  let changed: [String]

  /// Nil when nothing differs.
  init?(_ claims: JSONObject, insteadOf real: JSONObject) {
    self.claims = claims
    changed = claims.members.map(\.name.value).filter { claims[$0] != real[$0] }
    if changed.isEmpty { return nil }
  }

  /// The same supposed of other claims, such as those of a renewed token; nil when they say so themselves.
  func supposed(of real: JSONObject) -> WhatIf? {
    var claims = real
    for name in changed {
      if let value = self.claims[name] { claims.set(name, to: value) }
    }
    return WhatIf(claims, insteadOf: real)
  }

  /// Whether a value is, or stands in, a claim that differs.
  func isSupposed(_ path: ClaimPath) -> Bool {
    guard case .member(let name, _)? = path.steps.first else { return false }
    return changed.contains { $0.hasSameBytes(as: name) }
  }

  /// The names of the claims that differ, for a sentence: escaped, and no more of them than fit in one.
  var names: String { Visible.escaped(JSONPreview.prefix(changed.joined(separator: ", "), limit: 80)) }
}

extension JSON {
  /// The value with another one at a path; nil when the path leads nowhere.
  func replacing(_ steps: ArraySlice<ClaimPath.Step>, with value: JSON) -> JSON? {
    guard let step = steps.first else { return value }
    let rest = steps.dropFirst()
    switch (step, self) {
    case (.element(let index), .array(var elements)):
      guard elements.indices.contains(index), let changed = elements[index].replacing(rest, with: value) else {
        return nil
      }
      elements[index] = changed
      return .array(elements)
    case (.member(let name, let occurrence), .object(var object)):
      let places = object.members.indices.filter { object.members[$0].name.value.hasSameBytes(as: name) }
      guard places.indices.contains(occurrence),
        let changed = object.members[places[occurrence]].value.replacing(rest, with: value)
      else { return nil }
      object.members[places[occurrence]].value = changed
      return .object(object)
    default: return nil
    }
  }
}
