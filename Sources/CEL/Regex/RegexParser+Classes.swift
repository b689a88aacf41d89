extension RegularExpression {
  /// What is in a class, as far as it is read.
  struct ClassMembers {
    var ranges: [ClosedRange<UInt32>] = []
    var categories: [CategoryTest] = []

    mutating func add(_ range: ClosedRange<UInt32>, ignoringCase: Bool) {
      if ignoringCase { ranges += CaseFolding.closure(of: range) } else { ranges.append(range) }
    }

    /// Adds ranges, or all that is in none of them. Case is ignored before the ranges are turned into their complement.
    mutating func add(_ group: [ClosedRange<UInt32>], isNegated: Bool, ignoringCase: Bool) {
      let folded = ignoringCase ? group.flatMap(CaseFolding.closure) : group
      ranges += isNegated ? ScalarSet.complement(of: ScalarSet.merged(folded)) : folded
    }
  }
}

extension RegularExpression.Parser {
  typealias ClassMembers = RegularExpression.ClassMembers

  /// Makes an instruction that matches a class.
  mutating func set(of members: ClassMembers, isNegated: Bool) throws(Problem) -> RegularExpression.Instruction {
    let set = RegularExpression.ScalarSet(members.ranges, categories: members.categories, isNegated: isNegated)
    sizeOfSets += set.size
    // A few bytes can name a script of many ranges.
    if sizeOfSets > 1_000_000 { throw problem(.tooLarge, of: 0..<text.count, at: position) }
    sets.append(set)
    return .set(Int32(sets.count - 1))
  }

  /// Reads a class in brackets.
  mutating func parseClass() throws(Problem) -> RegularExpression.Instruction {
    let start = position
    let ignoresCase = flags.contains(.ignoresCase)
    var members = ClassMembers()
    position += 1
    let isNegated = hasNext("^")
    if isNegated { position += 1 }
    // A closing bracket that comes first is a member.
    var isFirst = true
    while isFirst || !hasNext("]") {
      isFirst = false
      if try parseNamedClass(into: &members) { continue }
      if try parseGroupEscape(into: &members) { continue }
      let rangeStart = position
      let lower = try parseClassMember(of: start)
      var upper = lower
      // A hyphen just before the closing bracket is a member.
      if hasNext("-"), position + 1 < text.count, text[position + 1] != UInt8(ascii: "]") {
        position += 1
        upper = try parseClassMember(of: start)
      }
      guard lower <= upper else { throw problem(.invalidRange, of: rangeStart..<position) }
      members.add(lower...upper, ignoringCase: ignoresCase)
    }
    position += 1
    return try set(of: members, isNegated: isNegated)
  }

  private func hasNext(_ character: Unicode.Scalar) -> Bool {
    position < text.count && text[position] == UInt8(ascii: character)
  }

  private mutating func parseClassMember(of start: Int) throws(Problem) -> UInt32 {
    guard position < text.count else { throw problem(.missingBracket, of: start..<text.count) }
    return hasNext("\\") ? try parseEscape() : nextScalar().value
  }

  /// Reads `[:alpha:]` or `[:^alpha:]`, if there is such a thing.
  private mutating func parseNamedClass(into members: inout ClassMembers) throws(Problem) -> Bool {
    let start = position
    guard text[start...].starts(with: "[:".utf8) else { return false }
    var end = start + 2
    while end + 1 < text.count, text[end] != UInt8(ascii: ":") || text[end + 1] != UInt8(ascii: "]") { end += 1 }
    guard end + 1 < text.count else { return false }
    position = end + 2
    var name = text[(start + 2)..<end]
    let isNegated = name.first == UInt8(ascii: "^")
    if isNegated { name = name.dropFirst() }
    guard let ranges = Self.namedClass(String(decoding: name, as: UTF8.self)) else {
      throw problem(.invalidRange, of: start..<position)
    }
    members.add(ranges, isNegated: isNegated, ignoringCase: flags.contains(.ignoresCase))
    return true
  }

  /// Reads `\d` and its like, or `\p{Greek}` and its like, if there is such a thing.
  mutating func parseGroupEscape(into members: inout ClassMembers) throws(Problem) -> Bool {
    guard hasNext("\\"), position + 1 < text.count else { return false }
    let ignoresCase = flags.contains(.ignoresCase)
    let letter = Unicode.Scalar(text[position + 1])
    let isNegated = "A"..."Z" ~= letter
    let name: String
    switch letter {
    case "d", "D": name = "digit"
    case "w", "W": name = "word"
    case "s", "S":
      // Not `[:space:]`, which has the vertical tab as well.
      position += 2
      members.add([9...10, 12...13, 32...32], isNegated: isNegated, ignoringCase: false)
      return true
    case "p", "P":
      try parseUnicodeGroup(into: &members, isNegated: isNegated)
      return true
    default: return false
    }
    position += 2
    members.add(Self.namedClass(name) ?? [], isNegated: isNegated, ignoringCase: ignoresCase)
    return true
  }

  /// Reads `\pL`, `\p{Greek}` or `\p{^Greek}`.
  private mutating func parseUnicodeGroup(
    into members: inout ClassMembers, isNegated: Bool
  ) throws(Problem) {
    let start = position
    let ignoresCase = flags.contains(.ignoresCase)
    var isNegated = isNegated
    position += 2
    var name: ArraySlice<UInt8> = []
    if hasNext("{") {
      guard let end = text[position...].firstIndex(of: UInt8(ascii: "}")) else {
        throw problem(.invalidRange, of: start..<text.count)
      }
      name = text[(position + 1)..<end]
      position = end + 1
    } else if position < text.count {
      let nameStart = position
      _ = nextScalar()
      name = text[nameStart..<position]
    }
    if name.first == UInt8(ascii: "^") {
      isNegated.toggle()
      name = name.dropFirst()
    }
    let group = String(decoding: name, as: UTF8.self)
    if group == "Any" {
      members.add([0...0x10FFFF], isNegated: isNegated, ignoringCase: false)
    } else if let categories = RegularExpression.CategorySet(named: group) {
      members.categories.append(.init(categories: categories, isNegated: isNegated, ignoresCase: ignoresCase))
    } else if let ranges = UnicodeScripts.ranges(of: group) {
      members.add(ranges, isNegated: isNegated, ignoringCase: ignoresCase)
    } else {
      throw problem(.invalidRange, of: start..<position)
    }
  }

  /// The POSIX classes, all of ASCII.
  private static func namedClass(_ name: String) -> [ClosedRange<UInt32>]? {
    switch name {
    case "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
    case "alpha": [0x41...0x5A, 0x61...0x7A]
    case "ascii": [0...0x7F]
    case "blank": [0x09...0x09, 0x20...0x20]
    case "cntrl": [0...0x1F, 0x7F...0x7F]
    case "digit": [0x30...0x39]
    case "graph": [0x21...0x7E]
    case "lower": [0x61...0x7A]
    case "print": [0x20...0x7E]
    case "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
    case "space": [0x09...0x0D, 0x20...0x20]
    case "upper": [0x41...0x5A]
    case "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    case "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66]
    default: nil
    }
  }
}
