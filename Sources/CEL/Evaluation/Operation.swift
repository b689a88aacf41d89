/// What a node of an expression does, after its names were looked up. Each node of a tree has one, by the same number.
enum Operation: Sendable {
  case constant(CELValue)
  case variable(String)
  /// A variable of a macro, by its place.
  case local(Int)
  /// A name that could not be resolved, in an environment where that is no error before it is evaluated.
  case failure(CELFailure)
  case select(NodeID, field: String, isOptional: Bool)
  case presence(NodeID, field: String)
  case index(NodeID, NodeID, isOptional: Bool)
  case call(name: String, [CELFunction], arguments: [NodeID])
  /// A function that takes a regular expression, which is known before the evaluation.
  case pattern(RegularExpression, PatternFunction, text: NodeID, limit: NodeID?)
  case not(NodeID)
  case negation(NodeID)
  case binary(BinaryOperator, NodeID, NodeID)
  case and([NodeID])
  case or([NodeID])
  case conditional(NodeID, then: NodeID, otherwise: NodeID)
  case list([Node.Element])
  case map([Node.Entry])
  /// A macro over a list or a map; its variables have the places from the slot on.
  case comprehension(Node.Comprehension, slot: Int)
  case binding(slot: Int, value: NodeID, body: NodeID)
  case optionalMap(slot: Int, target: NodeID, body: NodeID, isFlat: Bool)
  case block([NodeID], slot: Int, body: NodeID)
}

/// The functions that search with a regular expression.
enum PatternFunction: String, Sendable {
  case matches, find, findAll

  func apply(
    _ pattern: RegularExpression, to text: String, limit: Int64?, budget: inout Budget
  ) throws(CELFailure) -> CELValue {
    switch self {
    case .matches:
      return .bool(
        try budget.matching { steps throws(RegularExpression.OutOfSteps) in
          try pattern.containsMatch(in: text, spending: &steps)
        })
    case .find:
      let match = try budget.matching { steps throws(RegularExpression.OutOfSteps) in
        try pattern.firstMatch(in: text, spending: &steps)
      }
      return .string(match.map { Self.part($0.range, of: text) } ?? "")
    case .findAll:
      // A negative limit is none.
      let limit = limit.map { $0 < 0 ? Int.max : Int(clamping: $0) } ?? .max
      let matches = try budget.matching { steps throws(RegularExpression.OutOfSteps) in
        try pattern.allMatches(in: text, limit: limit, spending: &steps)
      }
      try budget.spend(matches.count * 2)
      return .list(matches.map { .string(Self.part($0.range, of: text)) })
    }
  }

  private static func part(_ range: Range<Int>, of text: String) -> String {
    let start = text.utf8.index(text.startIndex, offsetBy: range.lowerBound)
    return String(text[start..<text.utf8.index(start, offsetBy: range.count)])
  }

  /// Compiles a regular expression that is known only now.
  static func compile(_ pattern: String, budget: inout Budget) throws(CELFailure) -> RegularExpression {
    try budget.spend(8 + pattern.utf8.count)
    do {
      let expression = try RegularExpression(pattern)
      try budget.spend(expression.size)
      return expression
    } catch let problem as RegularExpression.Problem {
      throw failure(problem)
    } catch {
      throw CELFailure(.limit, "The regular expression is too large for what is left of the limit.")
    }
  }

  static func failure(_ problem: RegularExpression.Problem) -> CELFailure {
    CELFailure(.invalidArgument, "The regular expression cannot be compiled: \(problem.message)")
  }
}
