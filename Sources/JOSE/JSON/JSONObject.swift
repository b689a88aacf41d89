/// A JSON object: its members in the order in which they were written, duplicates included.
public struct JSONObject: Sendable, Hashable {
  /// A name with its value.
  public struct Member: Sendable, Hashable {
    public let name: JSONString
    public var value: JSON

    public init(name: JSONString, value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// All members, as written.
  public var members: [Member]

  public init(members: [Member] = []) { self.members = members }

  /// An object from names and values, in this order.
  public init(_ pairs: [(String, JSON)]) {
    members = pairs.map { Member(name: JSONString($0.0), value: $0.1) }
  }

  /// What can be read of a text that is no JSON, such as a token that was cut off: the members of the outermost object
  /// before the first error. Nil when there are none, or when the text is JSON.
  ///
  /// For showing only, never for verifying.
  public init?(salvaging bytes: [UInt8], limits: JSONLimits = .standard) {
    guard let object = bytes.withUnsafeBufferPointer({ JSONParser.salvage($0, limits: limits) }) else { return nil }
    self = object
  }

  /// The value of the member with this name, byte for byte; the last one of duplicates (RFC 7515 §4).
  public subscript(name: String) -> JSON? {
    // By index: a closure would be handed a copy of each member, and this is the way to every claim.
    var index = members.count
    while index > 0 {
      index -= 1
      if members[index].name.value.hasSameBytes(as: name) { return members[index].value }
    }
    return nil
  }

  /// The names that more than one member has, each once, in the order of their first appearance.
  public var duplicateNames: [String] {
    if members.count <= 8, !hasDuplicates { return [] }
    var counts: [ExactName: Int] = [:]
    counts.reserveCapacity(members.count)
    var duplicates: [String] = []
    for member in members {
      let count = counts[ExactName(text: member.name.value), default: 0] + 1
      counts[ExactName(text: member.name.value)] = count
      if count == 2 { duplicates.append(member.name.value) }
    }
    guard duplicates.count > 1 else { return duplicates }
    // Found in the order of their second appearance: put them in the order of their first.
    var seen: Set<ExactName> = []
    return members.compactMap { member in
      let name = ExactName(text: member.name.value)
      return counts[name, default: 0] > 1 && seen.insert(name).inserted ? name.text : nil
    }
  }

  /// Compares each with each, which is faster than a dictionary for the few members of a header.
  private var hasDuplicates: Bool {
    for index in members.indices {
      for other in 0..<index where members[index].name.value.hasSameBytes(as: members[other].name.value) { return true }
    }
    return false
  }

  /// Gives the member this value where it stands (the last of duplicates), or adds it at the end.
  public mutating func set(_ name: String, to value: JSON) {
    if let index = members.lastIndex(where: { $0.name.value.hasSameBytes(as: name) }) {
      members[index].value = value
    } else {
      members.append(Member(name: JSONString(name), value: value))
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

/// A member's name compared and hashed by its bytes. Swift's own hash is the same for canonically equivalent texts, of
/// which a hostile token could bring thousands.
private struct ExactName: Hashable {
  let text: String

  static func == (left: ExactName, right: ExactName) -> Bool { left.text.hasSameBytes(as: right.text) }

  func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
