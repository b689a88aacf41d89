import JOSE

/// Claims as Vault finds them: by name, or by a JSON pointer when the name begins with a slash.
struct VaultClaims {
  let claims: JSONObject

  /// The value of a bound claim, of groups or of a mapping; nil when it is missing or null.
  subscript(name: String) -> JSON? {
    guard name.hasPrefix("/") else { return self[literal: name] }
    return self[pointer: name]
  }

  /// The value of the claim with just this name.
  subscript(literal name: String) -> JSON? { present(claims[name]) }

  /// The value at a JSON pointer (RFC 6901), with the indices that Go reads as numbers.
  subscript(pointer pointer: String) -> JSON? {
    var value = JSON.object(claims)
    for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let name = String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
      switch value {
      case .object(let object):
        guard let next = object[name] else { return nil }
        value = next
      case .array(let elements):
        guard let index = Self.index(name), elements.indices.contains(index) else { return nil }
        value = elements[index]
      default: return nil
      }
    }
    return present(value)
  }

  private func present(_ value: JSON?) -> JSON? {
    if case .null? = value { return nil }
    return value
  }

  /// Go's way to read an index: nothing is 0, and prefixes tell other bases.
  private static func index(_ text: String) -> Int? {
    if text.isEmpty { return 0 }
    // Underscores stand between digits, or behind the sign of another base.
    let isBased = text.dropFirst(text.first == "+" ? 1 : 0).first == "0"
    if text.contains("__") || text.hasSuffix("_") || text.hasPrefix("_") || text.contains("_") && !isBased {
      return nil
    }
    var digits = text.replacing("_", with: "")[...]
    if digits.first == "+" { digits.removeFirst() }
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where digits.lowercased().hasPrefix(prefix) {
      return Int(digits.dropFirst(2), radix: radix)
    }
    if digits.first == "0", digits.count > 1 { return Int(digits.dropFirst(), radix: 8) }
    return digits.first?.isNumber == true ? Int(digits) : nil
  }
}
