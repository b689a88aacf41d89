extension RegularExpression {
  /// What `(?ims)` and `(?U)` switch.
  struct Flags: OptionSet {
    let rawValue: Int

    static let ignoresCase = Flags(rawValue: 1)
    static let multipleLines = Flags(rawValue: 2)
    static let dotMatchesNewline = Flags(rawValue: 4)
    static let swapsGreediness = Flags(rawValue: 8)
  }

  /// Reads an expression and puts its program together on the way.
  ///
  /// Open groups are kept in an array: no input can make this run out of stack.
  struct Parser {
    let text: [UInt8]
    var position = 0
    var flags: Flags = []
    var sets: [ScalarSet] = []

    /// The instructions made so far. They are never thrown away, so this limits the memory taken as well.
    var size = 1
    var sizeOfSets = 0

    /// The sets of the letters that match without regard to case, by one of the letters.
    var foldedLetters: [UInt32: Int32] = [:]

    private var groupNames: [String?] = [nil]
    private var hasTopLevelAlternation = false
    private var outerLevels: [Level] = []
    private var level = Level(opening: 0, group: nil, outerFlags: [])

    /// Where the repetition operator begins that ends just before; it cannot be repeated in its turn.
    private var lastRepetition: Int?

    /// The inside of a group, as far as it is read.
    private struct Level {
      var opening: Int
      var group: Int?
      var outerFlags: Flags
      var alternatives: [Fragment] = []
      var sequence = Sequence()

      func finished() -> Fragment {
        alternatives.isEmpty ? sequence.finished() : .alternation(alternatives + [sequence.finished()])
      }
    }

    init(_ pattern: String) {
      text = Array(pattern.utf8)
    }

    mutating func parse() throws(Problem) -> Program {
      while position < text.count {
        let start = position
        let isRepetition = try parsePiece()
        lastRepetition = isRepetition ? start : nil
      }
      guard outerLevels.isEmpty else {
        throw problem(.missingParenthesis, of: 0..<text.count, at: level.opening)
      }
      return Program(
        level.finished(), sets: sets, groupNames: groupNames, hasTopLevelAlternation: hasTopLevelAlternation)
    }

    /// Reads a piece, and says whether it was a repetition operator.
    private mutating func parsePiece() throws(Problem) -> Bool {
      let start = position
      switch Unicode.Scalar(text[start]) {
      case "(":
        try openGroup()
      case "|":
        position += 1
        try grow(by: 2, at: start)
        level.alternatives.append(level.sequence.finished())
        level.sequence = Sequence()
        if outerLevels.isEmpty { hasTopLevelAlternation = true }
      case ")":
        try closeGroup()
      case "^":
        position += 1
        try append(.assert(flags.contains(.multipleLines) ? .lineBegins : .textBegins), at: start)
      case "$":
        position += 1
        try append(.assert(flags.contains(.multipleLines) ? .lineEnds : .textEnds), at: start)
      case ".":
        position += 1
        try append(flags.contains(.dotMatchesNewline) ? .anyScalar : .anyScalarButNewline, at: start)
      case "[":
        try append(try parseClass(), at: start)
      case "*":
        try parseRepetition(0, nil, end: start + 1)
        return true
      case "+":
        try parseRepetition(1, nil, end: start + 1)
        return true
      case "?":
        try parseRepetition(0, 1, end: start + 1)
        return true
      case "{":
        guard let counts = try repeatCounts() else {
          // What cannot be read as a repetition is meant literally.
          position += 1
          try appendLiteral("{", at: start)
          break
        }
        try parseRepetition(counts.minimum, counts.maximum, end: counts.end)
        return true
      case "\\":
        try parseBackslash()
      default:
        try appendLiteral(nextScalar(), at: start)
      }
      return false
    }

    private mutating func parseBackslash() throws(Problem) {
      let start = position
      switch start + 1 < text.count ? Unicode.Scalar(text[start + 1]) : nil {
      case "A": try appendEscape(.assert(.textBegins))
      case "z": try appendEscape(.assert(.textEnds))
      case "b": try appendEscape(.assert(.wordBoundary))
      case "B": try appendEscape(.assert(.noWordBoundary))
      case "Q":
        position += 2
        while position < text.count {
          if text[position...].starts(with: #"\E"#.utf8) {
            position += 2
            break
          }
          try appendLiteral(nextScalar(), at: position)
        }
      default:
        var members = ClassMembers()
        if try parseGroupEscape(into: &members) {
          try append(set(of: members, isNegated: false), at: start)
        } else {
          try appendLiteral(parseEscape(), at: start)
        }
      }
    }

    private mutating func appendEscape(_ instruction: Instruction) throws(Problem) {
      let start = position
      position += 2
      try append(instruction, at: start)
    }

    private mutating func append(_ instruction: Instruction, at offset: Int) throws(Problem) {
      try grow(by: 1, at: offset)
      level.sequence.append(Fragment(instruction))
    }

    private mutating func appendLiteral(_ scalar: Unicode.Scalar, at offset: Int) throws(Problem) {
      try appendLiteral(scalar.value, at: offset)
    }

    private mutating func appendLiteral(_ value: UInt32, at offset: Int) throws(Problem) {
      guard flags.contains(.ignoresCase), CaseFolding.next(after: value) != value else {
        return try append(.scalar(value), at: offset)
      }
      if let index = foldedLetters[value] { return try append(.set(index), at: offset) }
      var members = ClassMembers()
      members.add(value...value, ignoringCase: true)
      let instruction = try set(of: members, isNegated: false)
      if case .set(let index) = instruction { foldedLetters[value] = index }
      try append(instruction, at: offset)
    }

    /// Counts instructions about to be made.
    mutating func grow(by count: Int, at offset: Int) throws(Problem) {
      size += count
      if size > RegularExpression.maximumSize { throw problem(.tooLarge, of: 0..<text.count, at: offset) }
    }
  }
}

// MARK: - Groups and repetitions

extension RegularExpression.Parser {
  private mutating func openGroup() throws(RegularExpression.Problem) {
    let opening = position
    guard outerLevels.count < RegularExpression.maximumNesting else {
      throw problem(.nestingDepth, of: 0..<text.count, at: opening)
    }
    let outerFlags = flags
    var group: Int?
    switch try parseGroupOpening() {
    case .flags: return
    case .withoutCapture: break
    case .capture(let name):
      try grow(by: 2, at: opening)
      group = groupNames.count
      groupNames.append(name)
    }
    outerLevels.append(level)
    level = Level(opening: opening, group: group, outerFlags: outerFlags)
  }

  private mutating func closeGroup() throws(RegularExpression.Problem) {
    guard let outer = outerLevels.popLast() else {
      throw problem(.unexpectedParenthesis, of: 0..<text.count, at: position)
    }
    position += 1
    let inside = level.finished()
    flags = level.outerFlags
    let group = level.group
    level = outer
    level.sequence.append(group.map(inside.captured) ?? inside)
  }

  private mutating func parseRepetition(
    _ minimum: Int, _ maximum: Int?, end: Int
  ) throws(RegularExpression.Problem) {
    let start = position
    var isGreedy = !flags.contains(.swapsGreediness)
    position = end
    if end < text.count, text[end] == UInt8(ascii: "?") {
      position += 1
      isGreedy.toggle()
    }
    if let lastRepetition {
      throw problem(.invalidRepetition, of: lastRepetition..<position)
    }
    guard let piece = level.sequence.last else {
      throw problem(.missingRepeatArgument, of: start..<position)
    }
    let isCounted = text[start] == UInt8(ascii: "{")
    let times = max(1, maximum ?? minimum)
    guard !isCounted || times == 1 || piece.repetitions * times <= RegularExpression.maximumRepetition else {
      throw problem(.invalidRepeatCount, of: start..<position)
    }
    try grow(by: piece.code.count * (times - 1) + (maximum ?? minimum) - minimum + 2, at: start)
    level.sequence.replaceLast(
      with: isCounted
        ? piece.repeated(minimum, maximum, isGreedy: isGreedy)
        : maximum != nil
          ? piece.optional(isGreedy: isGreedy)
          : minimum == 0 ? piece.zeroOrMore(isGreedy: isGreedy) : piece.oneOrMore(isGreedy: isGreedy))
  }
}
