extension JSON {
  /// Whether both say the same, however they are written: strings by what they say, byte for byte; numbers by their exact
  /// value; objects whatever the order of their members. `==` compares how they are written, too.
  ///
  /// What readers of JSON disagree about counts as different: duplicate members in another order, lone surrogates.
  public func hasSameValue(as other: JSON) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left.hasSameValue(as: right)
    case (.string(let left), .string(let right)): left.hasSameValue(as: right)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.hasSameValue(as: $1) }
    case (.object(let left), .object(let right)): left.hasSameValue(as: right)
    default: false
    }
  }
}

extension JSONString {
  /// Whether both say the same. Lone surrogates are compared as they are written: no text tells them apart.
  public func hasSameValue(as other: JSONString) -> Bool {
    if hasLoneSurrogate || other.hasLoneSurrogate { return self == other }
    return value.hasSameBytes(as: other.value)
  }
}

extension JSONObject {
  /// Whether both have the same members with the same values, in any order; duplicates of a name in the same one.
  public func hasSameValue(as other: JSONObject) -> Bool {
    guard members.count == other.members.count else { return false }
    let left = members.sortedByName()
    let right = other.members.sortedByName()
    return zip(left, right).allSatisfy { $0.name.hasSameValue(as: $1.name) && $0.value.hasSameValue(as: $1.value) }
  }
}

extension [JSONObject.Member] {
  /// By the bytes of the names; duplicates stay in their order.
  fileprivate func sortedByName() -> [JSONObject.Member] {
    enumerated()
      .sorted { left, right in
        let (one, other) = (left.element.name.value.utf8, right.element.name.value.utf8)
        if one.lexicographicallyPrecedes(other) { return true }
        return !other.lexicographicallyPrecedes(one) && left.offset < right.offset
      }
      .map(\.element)
  }
}
