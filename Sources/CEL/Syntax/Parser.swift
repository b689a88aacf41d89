/// Reads an expression.
///
/// It descends recursively, a few frames for a level of nesting, and counts the levels: no input makes it run out of
/// stack.
struct Parser {
  typealias Problem = Lexer.Problem

  /// The longest expression, in bytes.
  static let maximumLength = 65_536

  /// How deeply expressions may be nested in each other.
  static let maximumNesting = 300

  /// How many nodes may lie below each other; long chains of operators such as `a + b + c` count, too.
  static let maximumHeight = 600

  let libraries: Set<CELLibrary>
  var tree: SyntaxTree
  private var lexer: Lexer
  private var token = Token(kind: .end, range: 0..<0)
  private var nesting = 0

  init(_ source: String, libraries: Set<CELLibrary>) {
    self.libraries = libraries
    tree = SyntaxTree(source: source)
    lexer = Lexer(source)
  }

  mutating func parse() throws(CELError) -> SyntaxTree {
    do throws(Problem) {
      guard tree.source.utf8.count <= Self.maximumLength else {
        throw CELFailure(.limit, "The expression is longer than \(Self.maximumLength) bytes.").problem(at: 0)
      }
      try advance()
      if token.kind == .end { throw Problem("There is no expression: the text is empty.", at: 0) }
      tree.root = try expression()
      if token.kind != .end { throw unexpected("An operator or the end should follow here") }
      return tree
    } catch {
      throw CELError(error.failure, offset: error.offset, in: tree.source)
    }
  }

  // MARK: Tokens

  private mutating func advance() throws(Problem) {
    token = try lexer.next()
  }

  private func unexpected(_ expected: String) -> Problem {
    Problem("\(expected), not \(token.shown).", at: token.range.lowerBound)
  }

  private func isNext(_ symbol: Token.Symbol) -> Bool {
    token.kind == .symbol(symbol)
  }

  /// Reads a symbol if it comes next.
  private mutating func take(_ symbol: Token.Symbol) throws(Problem) -> Bool {
    guard isNext(symbol) else { return false }
    try advance()
    return true
  }

  /// Reads a symbol that has to come next, and returns where it ends.
  private mutating func expect(_ symbol: Token.Symbol) throws(Problem) -> Int {
    let end = token.range.upperBound
    guard try take(symbol) else { throw unexpected("“\(symbol.rawValue)” should follow here") }
    return end
  }

  // MARK: Nodes

  mutating func add(
    _ kind: Node.Kind, _ range: Range<Int>, focus: Int? = nil, over children: [NodeID] = []
  ) throws(Problem) -> NodeID {
    let height = 1 + (children.map { tree.nodes[$0].height }.max() ?? 0)
    if height > Self.maximumHeight {
      throw CELFailure(.limit, "The expression nests too deeply, or is too long a chain of operators.")
        .problem(at: focus ?? range.lowerBound)
    }
    tree.nodes.append(Node(kind: kind, range: range, focus: focus ?? range.lowerBound, height: height))
    return tree.nodes.count - 1
  }

  private func start(of node: NodeID) -> Int { tree.nodes[node].range.lowerBound }
  private func end(of node: NodeID) -> Int { tree.nodes[node].range.upperBound }

  // MARK: Operators

  private mutating func expression() throws(Problem) -> NodeID {
    nesting += 1
    defer { nesting -= 1 }
    if nesting > Self.maximumNesting {
      throw CELFailure(.limit, "The expression nests more than \(Self.maximumNesting) levels deep.")
        .problem(at: token.range.lowerBound)
    }
    let condition = try operation(0)
    guard isNext(.question) else { return condition }
    let focus = token.range.lowerBound
    try advance()
    let then = try operation(0)
    _ = try expect(.colon)
    let otherwise = try expression()
    return try add(
      .conditional(condition, then: then, otherwise: otherwise), start(of: condition)..<end(of: otherwise),
      focus: focus, over: [condition, then, otherwise])
  }

  private enum Infix {
    case or, and
    case binary(BinaryOperator)

    var level: Int {
      switch self {
      case .or: 0
      case .and: 1
      case .binary(let binary): 1 + binary.precedence
      }
    }
  }

  private var infix: Infix? {
    switch token.kind {
    case .symbol(.or): .or
    case .symbol(.and): .and
    case .symbol(let symbol): BinaryOperator(symbol).map { .binary($0) }
    case .identifier("in"): .binary(.membership)
    default: nil
    }
  }

  /// Reads operators of at least that level, with their operands.
  private mutating func operation(_ level: Int) throws(Problem) -> NodeID {
    var left = try unary()
    while let infix, infix.level >= level {
      let focus = token.range.lowerBound
      try advance()
      let right = try operation(infix.level + 1)
      if case .binary(let binary) = infix {
        left = try add(
          .binary(binary, left, right), start(of: left)..<end(of: right), focus: focus, over: [left, right])
        continue
      }
      // A chain is one node, so that even a long one is not high.
      var operands = [left, right]
      while let next = self.infix, next.level == infix.level {
        try advance()
        operands.append(try operation(infix.level + 1))
      }
      let range = start(of: left)..<end(of: operands.last ?? right)
      if case .or = infix {
        left = try add(.or(operands), range, focus: focus, over: operands)
      } else {
        left = try add(.and(operands), range, focus: focus, over: operands)
      }
    }
    return left
  }

  private mutating func unary() throws(Problem) -> NodeID {
    guard isNext(.not) || isNext(.minus) else { return try member() }
    let symbol = token.kind
    let start = token.range.lowerBound
    var count = 0
    var last = start
    while token.kind == symbol {
      count += 1
      last = token.range.lowerBound
      try advance()
    }
    var operand: NodeID
    if symbol == .symbol(.minus), let literal = try negativeNumber(from: last) {
      operand = try suffixes(of: literal)
      count -= 1
    } else {
      operand = try member()
    }
    // Two negations cancel out.
    guard !count.isMultiple(of: 2) else { return operand }
    let range = start..<end(of: operand)
    operand = try add(symbol == .symbol(.not) ? .not(operand) : .negation(operand), range, over: [operand])
    return operand
  }

  // MARK: Members

  private mutating func member() throws(Problem) -> NodeID {
    try suffixes(of: try primary())
  }

  /// Reads selections, calls and indices behind an expression.
  private mutating func suffixes(of first: NodeID) throws(Problem) -> NodeID {
    var node = first
    while true {
      if try take(.dot) {
        node = try selection(from: node)
      } else if isNext(.openBracket) {
        let focus = token.range.lowerBound
        try advance()
        let isOptional = try takeOptionalMark()
        let index = try expression()
        let end = try expect(.closeBracket)
        node = try add(
          .index(node, index, isOptional: isOptional), start(of: node)..<end, focus: focus, over: [node, index])
      } else if isNext(.openBrace), let name = path(of: node) {
        throw CELFailure(
          .undeclared(name), "“\(name){…}” builds a message, and there are no message types in this environment."
        ).problem(at: start(of: node))
      } else {
        return node
      }
    }
  }

  private mutating func takeOptionalMark() throws(Problem) -> Bool {
    guard isNext(.question) else { return false }
    guard libraries.contains(.optionals) else {
      throw Problem(
        "“?” marks an optional entry here, and the environment has no optional values.", at: token.range.lowerBound)
    }
    try advance()
    return true
  }

  private mutating func selection(from operand: NodeID) throws(Problem) -> NodeID {
    let isOptional = try takeOptionalMark()
    let nameRange = token.range
    switch token.kind {
    case .quotedIdentifier(let field):
      try advance()
      return try add(
        .select(operand, field: field, isOptional: isOptional), start(of: operand)..<nameRange.upperBound,
        focus: nameRange.lowerBound, over: [operand])
    case .identifier(let name) where !["true", "false", "null", "in"].contains(name):
      try advance()
      guard isNext(.openParenthesis), !isOptional else {
        return try add(
          .select(operand, field: name, isOptional: isOptional), start(of: operand)..<nameRange.upperBound,
          focus: nameRange.lowerBound, over: [operand])
      }
      return try call(name, target: operand, start: start(of: operand), focus: nameRange.lowerBound)
    default:
      throw unexpected("The name of a field or a function should follow the dot")
    }
  }

  /// Reads the arguments of a call.
  private mutating func call(
    _ name: String, target: NodeID?, start: Int, focus: Int
  ) throws(Problem) -> NodeID {
    _ = try expect(.openParenthesis)
    let arguments = try list(until: .closeParenthesis) { parser throws(Problem) in try parser.expression() }
    let range = start..<arguments.end
    if let macro = try macro(name, target: target, arguments: arguments.items, range, focus: focus) { return macro }
    return try add(
      .call(name, target: target, arguments: arguments.items), range, focus: focus,
      over: arguments.items + (target.map { [$0] } ?? []))
  }

  /// Reads items with commas between them; one may follow the last in lists and maps.
  private mutating func list<Item>(
    until closing: Token.Symbol, _ item: (inout Parser) throws(Problem) -> Item
  ) throws(Problem) -> (items: [Item], end: Int) {
    var items: [Item] = []
    while !isNext(closing) {
      items.append(try item(&self))
      if isNext(closing) { break }
      _ = try expect(.comma)
      if isNext(closing) && closing == .closeParenthesis { throw unexpected("An argument should follow the comma") }
    }
    return (items, try expect(closing))
  }

  // MARK: Primaries

  private mutating func primary() throws(Problem) -> NodeID {
    let first = token
    let start = first.range.lowerBound
    switch first.kind {
    case .identifier(let name):
      try advance()
      return try identifier(name, isAbsolute: false, start: start, focus: start)
    case .symbol(.dot):
      try advance()
      guard case .identifier(let name) = token.kind else { throw unexpected("A name should follow the dot") }
      let focus = token.range.lowerBound
      try advance()
      return try identifier(name, isAbsolute: true, start: start, focus: focus)
    case .symbol(.openParenthesis):
      try advance()
      let inner = try expression()
      _ = try expect(.closeParenthesis)
      return inner
    case .symbol(.openBracket):
      try advance()
      let elements = try list(until: .closeBracket) { parser throws(Problem) in
        let isOptional = try parser.takeOptionalMark()
        return Node.Element(value: try parser.expression(), isOptional: isOptional)
      }
      return try add(.list(elements.items), start..<elements.end, over: elements.items.map(\.value))
    case .symbol(.openBrace):
      try advance()
      let entries = try list(until: .closeBrace) { parser throws(Problem) in
        let isOptional = try parser.takeOptionalMark()
        let key = try parser.expression()
        _ = try parser.expect(.colon)
        return Node.Entry(key: key, value: try parser.expression(), isOptional: isOptional)
      }
      return try add(.map(entries.items), start..<entries.end, over: entries.items.flatMap { [$0.key, $0.value] })
    default:
      guard let value = try literal(first.kind, at: start) else {
        throw unexpected("A value, a name or “(” should follow here")
      }
      try advance()
      return try add(.literal(value), first.range)
    }
  }

  private static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
  ]

  private mutating func identifier(
    _ name: String, isAbsolute: Bool, start: Int, focus: Int
  ) throws(Problem) -> NodeID {
    let range = start..<(focus + name.utf8.count)
    if !isAbsolute {
      switch name {
      case "true": return try add(.literal(.bool(true)), range)
      case "false": return try add(.literal(.bool(false)), range)
      case "null": return try add(.literal(.null), range)
      default: break
      }
    }
    if name == "in" || Self.reserved.contains(name) {
      throw Problem("“\(name)” is a reserved word, and can be no name.", at: focus)
    }
    guard isNext(.openParenthesis) else {
      return try add(.identifier(name, isAbsolute: isAbsolute), range, focus: focus)
    }
    return try call(name, target: nil, start: start, focus: focus)
  }

  /// The value of a literal other than true, false and null.
  private func literal(_ kind: Token.Kind, at offset: Int) throws(Problem) -> CELValue? {
    switch kind {
    case .int(let digits): try number(Int64.self, digits, at: offset).map { .int($0) }
    case .uint(let digits): try number(UInt64.self, digits, at: offset).map { .uint($0) }
    case .double(let digits):
      if let value = Double(digits), value.isFinite { .double(value) } else { throw Self.outOfRange(digits, offset) }
    case .string(let text): .string(text)
    case .bytes(let bytes): .bytes(bytes)
    default: nil
    }
  }

  /// A number behind a minus sign: the smallest integer has no positive counterpart.
  private mutating func negativeNumber(from start: Int) throws(Problem) -> NodeID? {
    let value: CELValue?
    switch token.kind {
    case .int(let digits): value = try number(Int64.self, digits, isNegative: true, at: start).map { .int($0) }
    case .double(let digits):
      guard let number = Double(digits), number.isFinite else { throw Self.outOfRange(digits, start) }
      value = .double(-number)
    default: value = nil
    }
    guard let value else { return nil }
    let range = start..<token.range.upperBound
    try advance()
    return try add(.literal(value), range)
  }

  private func number<Number: FixedWidthInteger>(
    _ type: Number.Type, _ digits: String, isNegative: Bool = false, at offset: Int
  ) throws(Problem) -> Number? {
    let isHexadecimal = digits.hasPrefix("0x")
    let text = (isNegative ? "-" : "") + (isHexadecimal ? digits.dropFirst(2) : digits[...])
    guard let value = Number(text, radix: isHexadecimal ? 16 : 10) else { throw Self.outOfRange(digits, offset) }
    return value
  }

  private static func outOfRange(_ digits: String, _ offset: Int) -> Problem {
    Problem("The number \(digits.prefix(40)) is out of range.", at: offset)
  }
}

extension CELFailure {
  func problem(at offset: Int) -> Lexer.Problem { Lexer.Problem(self, at: offset) }
}
