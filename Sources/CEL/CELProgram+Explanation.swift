extension CELProgram {
  /// The conditions that must all hold: the operands of `&&` at the top, also of those in parentheses. The expression
  /// itself, if there is no `&&`.
  public var conjuncts: [CELExpression] {
    flattened { if case .and(let operands) = $0.shape { operands } else { nil } }
  }

  /// The conditions of which one must hold: the operands of `||` at the top, also of those in parentheses. The expression
  /// itself, if there is no `||`.
  public var disjuncts: [CELExpression] {
    flattened { if case .or(let operands) = $0.shape { operands } else { nil } }
  }

  private func flattened(_ operands: (CELExpression) -> [CELExpression]?) -> [CELExpression] {
    expression.flattened(operands)
  }

  /// All parts of the expression, each before those it consists of.
  public var allExpressions: [CELExpression] {
    var found: [CELExpression] = []
    var pending = [expression]
    while let next = pending.popLast() {
      found.append(next)
      pending += next.parts.reversed()
    }
    return found
  }

  /// The tests of something against literals, such as `x == "a"`, `x in ["a", "b"]` or `x.startsWith("a")`.
  public var literalTests: [CELLiteralTest] { allExpressions.compactMap(CELLiteralTest.init) }
}

extension CELExpression {
  /// The conditions that must all hold for this one: see ``CELProgram/conjuncts``.
  public var conjuncts: [CELExpression] {
    flattened { if case .and(let operands) = $0.shape { operands } else { nil } }
  }

  /// The conditions of which one must hold for this one: see ``CELProgram/disjuncts``.
  public var disjuncts: [CELExpression] {
    flattened { if case .or(let operands) = $0.shape { operands } else { nil } }
  }

  func flattened(_ operands: (CELExpression) -> [CELExpression]?) -> [CELExpression] {
    var found: [CELExpression] = []
    var pending = [self]
    while let next = pending.popLast() {
      if let operands = operands(next) { pending += operands.reversed() } else { found.append(next) }
    }
    return found
  }
}

/// A test of something against literals.
public struct CELLiteralTest: Sendable {
  public enum Test: Sendable, Equatable {
    case comparison(CELExpression.Comparison)
    /// A function on texts: `startsWith`, `endsWith`, `contains` or `matches`.
    case function(String)
  }

  public let test: Test
  /// What is tested.
  public let subject: CELExpression
  /// What it is tested against: one literal, or, of `in`, the elements of the list.
  public let literals: [CELExpression]
  /// The test as a whole.
  public let expression: CELExpression

  /// Nil when the expression is no such test.
  public init?(_ expression: CELExpression) {
    self.expression = expression
    switch expression.shape {
    case .comparison(.membership, let left, let right):
      guard case .list(let elements) = right.shape, elements.allSatisfy(\.isLiteral), !left.isLiteral else {
        return nil
      }
      (test, subject, literals) = (.comparison(.membership), left, elements)
    case .comparison(let comparison, let left, let right) where left.isLiteral != right.isLiteral:
      (subject, literals) = right.isLiteral ? (left, [right]) : (right, [left])
      test = .comparison(right.isLiteral ? comparison : comparison.mirrored)
    case .call(let name, let target?, let arguments)
    where ["startsWith", "endsWith", "contains", "matches"].contains(name):
      guard let argument = arguments.first, arguments.count == 1, argument.isLiteral else { return nil }
      (test, subject, literals) = (.function(name), target, [argument])
    case .call("matches", nil, let arguments):
      guard arguments.count == 2, arguments[1].isLiteral else { return nil }
      (test, subject, literals) = (.function("matches"), arguments[0], [arguments[1]])
    default:
      return nil
    }
  }
}

extension CELExpression {
  fileprivate var isLiteral: Bool {
    if case .literal = tree.nodes[id].kind { true } else { false }
  }
}

extension CELExpression.Comparison {
  /// The same comparison with its sides exchanged.
  fileprivate var mirrored: CELExpression.Comparison {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .notEqual, .membership: self
    }
  }
}
