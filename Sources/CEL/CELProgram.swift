/// An expression that was read and whose names are resolved: it can be evaluated, and looked into.
///
/// Nothing it does depends on anything but its arguments, and every expression and every value is harmless: what takes
/// too much time, memory or stack ends with an error of the kind ``CELError/Kind/limit``.
public struct CELProgram: Sendable {
  /// The text of the expression.
  public var source: String { tree.source }

  let tree: SyntaxTree
  let operations: [Operation]
  let slotCount: Int

  /// What an evaluation may cost if nothing else is said; it takes well below a second.
  public static let defaultLimit = 1_000_000

  /// Reads an expression.
  ///
  /// - Throws: what is wrong with the text, or which name stands for nothing in the environment, even where the
  ///   evaluation would not get to it.
  public init(_ source: String, in environment: CELEnvironment) throws(CELError) {
    var parser = Parser(source, libraries: environment.libraries)
    let tree = try parser.parse()
    var resolver = Resolver(tree, in: environment)
    try resolver.resolve()
    self.tree = tree
    operations = resolver.operations
    slotCount = resolver.slotCount
  }

  /// The whole expression.
  public var expression: CELExpression { CELExpression(tree: tree, id: tree.root) }

  /// Evaluates the expression.
  ///
  /// - Parameters:
  ///   - variables: the values of the variables. One that is missing is an error only where it is used.
  ///   - limit: what the evaluation may cost: about a unit for each part of the expression that is evaluated, and for
  ///     sixteen bytes of the values it makes.
  public func evaluate(
    _ variables: [String: CELValue], limit: Int = CELProgram.defaultLimit
  ) throws(CELError) -> CELValue {
    try evaluate(expression, variables, limit: limit)
  }

  /// Evaluates a part of the expression by itself. A part within a macro has no value where it uses the macro's variable.
  public func evaluate(
    _ expression: CELExpression, _ variables: [String: CELValue], limit: Int = CELProgram.defaultLimit
  ) throws(CELError) -> CELValue {
    guard operations.indices.contains(expression.id) else {
      throw CELError(
        CELFailure(.invalidArgument, "The expression is not a part of this program."), offset: 0, in: source)
    }
    var evaluator = Evaluator(operations, variables: variables, slotCount: slotCount, budget: Budget(limit))
    do {
      return try evaluator.value(of: expression.id)
    } catch {
      throw CELError(error.failure, offset: tree.nodes[error.node].focus, in: source)
    }
  }
}
