/// Gives the nodes of an expression their values.
struct Evaluator {
  /// What went wrong, and at which node.
  struct Problem: Error {
    let failure: CELFailure
    let node: NodeID
  }

  /// The value of a macro's variable. What is bound to a name and has no value is an error only where the name is used.
  enum Local {
    case value(CELValue)
    case problem(Problem)
  }

  let operations: [Operation]
  let variables: [String: CELValue]
  var budget: Budget
  var locals: [Local]

  init(_ operations: [Operation], variables: [String: CELValue], slotCount: Int, budget: Budget) {
    self.operations = operations
    self.variables = variables
    self.budget = budget
    locals = Array(repeating: .value(.null), count: slotCount)
  }

  /// The value of a node. What takes part in the recursion is kept small, as the stack is.
  mutating func value(of node: NodeID) throws(Problem) -> CELValue {
    try attempt(at: node) { evaluator throws(CELFailure) in try evaluator.budget.spend(1) }
    switch operations[node] {
    case .constant(let value): return value
    case .variable(let name): return try variable(name, at: node)
    case .local(let slot): return try local(slot)
    case .failure(let failure): throw Problem(failure: failure, node: node)
    case .select(let operand, let field, let isOptional):
      let operand = try value(of: operand)
      return try attempt(at: node) { _ throws(CELFailure) in
        try operand.selecting(field, isOptional: isOptional)
      }
    case .presence(let operand, let field):
      let operand = try value(of: operand)
      return try attempt(at: node) { _ throws(CELFailure) in .bool(try operand.has(field)) }
    case .index(let operand, let index, let isOptional):
      let operand = try value(of: operand)
      let index = try value(of: index)
      return try attempt(at: node) { _ throws(CELFailure) in
        try operand.indexed(by: index, isOptional: isOptional)
      }
    case .not(let operand):
      let operand = try value(of: operand)
      return try attempt(at: node) { _ throws(CELFailure) in try operand.inverted() }
    case .negation(let operand):
      let operand = try value(of: operand)
      return try attempt(at: node) { _ throws(CELFailure) in try operand.negated() }
    case .binary(let binary, let left, let right):
      let left = try value(of: left)
      let right = try value(of: right)
      return try attempt(at: node) { evaluator throws(CELFailure) in
        try binary.apply(left, right, budget: &evaluator.budget)
      }
    case .call, .pattern: return try call(node)
    case .and(let operands): return try junction(operands, isAnd: true, at: node)
    case .or(let operands): return try junction(operands, isAnd: false, at: node)
    case .conditional(let condition, let then, let otherwise):
      return try value(of: try truth(of: condition, at: node) ? then : otherwise)
    case .list, .map: return try collection(node)
    case .comprehension(let comprehension, let slot): return try iterate(comprehension, slot: slot, at: node)
    case .binding, .optionalMap, .block: return try bind(node)
    }
  }

  /// Does something that can fail, on behalf of a node.
  mutating func attempt<Result>(
    at node: NodeID, _ body: (inout Evaluator) throws(CELFailure) -> Result
  ) throws(Problem) -> Result {
    do {
      return try body(&self)
    } catch {
      throw Problem(failure: error, node: node)
    }
  }

  private func variable(_ name: String, at node: NodeID) throws(Problem) -> CELValue {
    guard let value = variables[name] else {
      throw Problem(
        failure: CELFailure(.undeclared(name), "The variable “\(name)” has no value here."), node: node)
    }
    return value
  }

  private func local(_ slot: Int) throws(Problem) -> CELValue {
    switch locals[slot] {
    case .value(let value): return value
    case .problem(let problem): throw problem
    }
  }

  // MARK: Logic

  /// The truth of a node's operand.
  func truth(_ value: CELValue, at node: NodeID) throws(Problem) -> Bool {
    guard case .bool(let truth) = value else {
      let message = "A condition is true or false, not a value of type \(value.type)."
      throw Problem(failure: CELFailure(.noSuchOverload, message), node: node)
    }
    return truth
  }

  private mutating func truth(of condition: NodeID, at node: NodeID) throws(Problem) -> Bool {
    try truth(try value(of: condition), at: node)
  }

  /// `&&` and `||`: an operand that decides makes up for others that have no value, in whatever order they come.
  ///
  /// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#logical-operators>
  private mutating func junction(_ operands: [NodeID], isAnd: Bool, at node: NodeID) throws(Problem) -> CELValue {
    var problem: Problem?
    for operand in operands {
      do {
        // What decides for "and" is false, for "or" it is true.
        if try truth(of: operand, at: operand) != isAnd { return .bool(!isAnd) }
      } catch {
        try error.rethrowLimit()
        problem = problem ?? error
      }
    }
    if let problem { throw problem }
    return .bool(isAnd)
  }

  // MARK: Calls

  private mutating func call(_ node: NodeID) throws(Problem) -> CELValue {
    if case .pattern(let pattern, let function, let text, let limit) = operations[node] {
      return try search(pattern, function, text: text, limit: limit, at: node)
    }
    guard case .call(let name, let functions, let arguments) = operations[node] else { return .null }
    var values: [CELValue] = []
    values.reserveCapacity(arguments.count)
    for argument in arguments { values.append(try value(of: argument)) }
    return try attempt(at: node) { evaluator throws(CELFailure) in
      for function in functions {
        if let result = try function.body(values, &evaluator.budget) { return result }
      }
      let types = values.map(\.type.name).joined(separator: ", ")
      throw CELFailure(.noSuchOverload, "\(name)() does not take values of these types: \(types).")
    }
  }

  private mutating func search(
    _ pattern: RegularExpression, _ function: PatternFunction, text: NodeID, limit: NodeID?, at node: NodeID
  ) throws(Problem) -> CELValue {
    let subject = try value(of: text)
    let count = try limit.map { node throws(Problem) in try value(of: node) }
    return try attempt(at: node) { evaluator throws(CELFailure) in
      guard case .string(let subject) = subject else {
        throw CELFailure(
          .noSuchOverload, "\(function.rawValue)() searches in texts, not in a value of type \(subject.type).")
      }
      var number: Int64?
      if let count {
        guard case .int(let value) = count else {
          throw CELFailure(.noSuchOverload, "The limit of \(function.rawValue)() is an int, not a \(count.type).")
        }
        number = value
      }
      return try function.apply(pattern, to: subject, limit: number, budget: &evaluator.budget)
    }
  }

  // MARK: Lists and maps

  private mutating func collection(_ node: NodeID) throws(Problem) -> CELValue {
    switch operations[node] {
    case .list(let elements):
      var list: [CELValue] = []
      for element in elements {
        let value = try value(of: element.value)
        if element.isOptional {
          if let present = try present(value, at: element.value) { list.append(present) }
        } else {
          list.append(value)
        }
      }
      return .list(list)
    case .map(let entries):
      var map = CELMap()
      for entry in entries {
        let key = try value(of: entry.key)
        var value: CELValue? = try value(of: entry.value)
        if entry.isOptional, let given = value { value = try present(given, at: entry.value) }
        guard let value else { continue }
        try attempt(at: entry.key) { _ throws(CELFailure) in try map.insertNew(value, for: key) }
      }
      return .map(map)
    default:
      return .null
    }
  }

  /// What an optional value of a list or a map holds.
  private func present(_ value: CELValue, at node: NodeID) throws(Problem) -> CELValue? {
    guard case .optional(let content) = value else {
      throw Problem(
        failure: CELFailure(.typeMismatch, "Behind “?” belongs an optional value, not one of type \(value.type)."),
        node: node)
    }
    return content
  }
}

extension Evaluator.Problem {
  /// What exceeds the limits is over, whatever the rest of the expression would say.
  func rethrowLimit() throws(Evaluator.Problem) {
    if failure.kind == .limit { throw self }
  }
}
