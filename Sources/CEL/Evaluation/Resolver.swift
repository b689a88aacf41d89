/// Looks up what the names in an expression stand for.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#name-resolution>
struct Resolver {
  let environment: CELEnvironment
  let tree: SyntaxTree
  private(set) var operations: [Operation]

  /// The variables of the macros around the node being resolved. The place of each is its index.
  private var scope: [String] = []
  private(set) var slotCount = 0

  init(_ tree: SyntaxTree, in environment: CELEnvironment) {
    self.tree = tree
    self.environment = environment
    operations = Array(repeating: .constant(.null), count: tree.nodes.count)
  }

  mutating func resolve() throws(CELError) {
    try resolve(tree.root)
  }

  private func error(_ failure: CELFailure, at node: NodeID) -> CELError {
    CELError(failure, offset: tree.nodes[node].focus, in: tree.source)
  }

  /// What a name is that is not there: an error now, or one when it is evaluated.
  private func missing(_ failure: CELFailure, at node: NodeID) throws(CELError) -> Operation {
    if !environment.isChecked { return .failure(failure) }
    throw error(failure, at: node)
  }

  private mutating func resolve(_ node: NodeID) throws(CELError) {
    operations[node] = try operation(node)
  }

  private mutating func resolve(all nodes: [NodeID]) throws(CELError) {
    for node in nodes { try resolve(node) }
  }

  private mutating func operation(_ node: NodeID) throws(CELError) -> Operation {
    switch tree.nodes[node].kind {
    case .literal(let value):
      return .constant(value)
    case .identifier(let name, let isAbsolute):
      return try identifier(name, isAbsolute: isAbsolute, at: node)
    case .select(let operand, let field, let isOptional):
      if let operation = qualified(node) { return operation }
      try resolve(operand)
      return .select(operand, field: field, isOptional: isOptional)
    case .presence(let operand, let field, _):
      try resolve(operand)
      return .presence(operand, field: field)
    case .index(let operand, let index, let isOptional):
      try resolve(all: [operand, index])
      return .index(operand, index, isOptional: isOptional)
    case .call(let name, let target, let arguments):
      return try call(name, target: target, arguments, at: node)
    case .not(let operand):
      try resolve(operand)
      return .not(operand)
    case .negation(let operand):
      try resolve(operand)
      return .negation(operand)
    case .binary(let binary, let left, let right):
      try resolve(all: [left, right])
      return .binary(binary, left, right)
    case .and(let operands):
      try resolve(all: operands)
      return .and(operands)
    case .or(let operands):
      try resolve(all: operands)
      return .or(operands)
    case .conditional(let condition, let then, let otherwise):
      try resolve(all: [condition, then, otherwise])
      return .conditional(condition, then: then, otherwise: otherwise)
    case .list(let elements):
      try resolve(all: elements.map(\.value))
      return .list(elements)
    case .map(let entries):
      try resolve(all: entries.flatMap { [$0.key, $0.value] })
      return .map(entries)
    default:
      return try scoped(node)
    }
  }

  // MARK: Macros

  private mutating func scoped(_ node: NodeID) throws(CELError) -> Operation {
    let slot = scope.count
    defer { scope.removeSubrange(slot...) }
    switch tree.nodes[node].kind {
    case .comprehension(let comprehension):
      try resolve(comprehension.range)
      declare(comprehension.variables)
      try resolve(all: (comprehension.filter.map { [$0] } ?? []) + [comprehension.body])
      return .comprehension(comprehension, slot: slot)
    case .binding(let name, let value, let body):
      try resolve(value)
      declare([name])
      try resolve(body)
      return .binding(slot: slot, value: value, body: body)
    case .optionalMap(let name, let target, let body, let isFlat):
      try resolve(target)
      declare([name])
      try resolve(body)
      return .optionalMap(slot: slot, target: target, body: body, isFlat: isFlat)
    case .block(let values, let body):
      for (index, value) in values.enumerated() {
        try resolve(value)
        declare(["@index\(index)"])
      }
      try resolve(body)
      return .block(values, slot: slot, body: body)
    default:
      return .constant(.null)
    }
  }

  private mutating func declare(_ names: [String]) {
    scope += names
    slotCount = max(slotCount, scope.count)
  }

  // MARK: Names

  private mutating func identifier(
    _ name: String, isAbsolute: Bool, at node: NodeID
  ) throws(CELError) -> Operation {
    if !isAbsolute, let slot = scope.lastIndex(of: name) { return .local(slot) }
    if let operation = lookUp((isAbsolute ? "." : "") + name) { return operation }
    return try missing(undeclared(name), at: node)
  }

  /// A selection that is the name of a variable or a type as a whole, as `google.protobuf.Timestamp` is. The longest name
  /// counts, but a variable of a macro hides all that begins with its name.
  private func qualified(_ node: NodeID) -> Operation? {
    guard let path = tree.path(of: node), !isLocal(path) else { return nil }
    return lookUp(path)
  }

  private func isLocal(_ path: String) -> Bool {
    scope.contains(String(path.prefix { $0 != "." }))
  }

  private func lookUp(_ name: String) -> Operation? {
    for candidate in environment.candidates(for: name) {
      if environment.variables.contains(candidate) { return .variable(candidate) }
      if let type = environment.type(named: candidate) { return .constant(.type(type)) }
    }
    return nil
  }

  private func undeclared(_ name: String) -> CELFailure {
    let known = (Set(scope).union(environment.variables)).filter { !$0.hasPrefix("@") }.sorted()
    var message = "There is no variable “\(name)” here."
    if environment.functions.isKnown(name) {
      message = "“\(name)” is a function, and needs parentheses behind it."
    } else if !known.isEmpty {
      message += " There is " + known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "") + "."
    }
    return CELFailure(.undeclared(name), message)
  }

  // MARK: Functions

  private mutating func call(
    _ name: String, target: NodeID?, _ arguments: [NodeID], at node: NodeID
  ) throws(CELError) -> Operation {
    if let (qualifiedName, functions) = namespaced(name, target) {
      try resolve(all: arguments)
      return try call(qualifiedName, functions, arguments, at: node)
    }
    let arguments = (target.map { [$0] } ?? []) + arguments
    let functions = environment.functions.named(name, isMember: target != nil)
    guard !functions.isEmpty else {
      let operation = try missing(unknownFunction(name, isMember: target != nil), at: node)
      try resolve(all: arguments)
      return operation
    }
    try resolve(all: arguments)
    return try call(name, functions, arguments, at: node)
  }

  /// A function whose name has dots, as `math.greatest`: what looks like its receiver is a part of the name.
  private func namespaced(_ name: String, _ target: NodeID?) -> (String, [CELFunction])? {
    var path = name
    if let target {
      guard let namespace = tree.path(of: target), !isLocal(namespace) else { return nil }
      path = namespace + "." + name
    }
    for candidate in environment.candidates(for: path) {
      let functions = environment.functions.named(candidate, isMember: false)
      if !functions.isEmpty { return (candidate, functions) }
    }
    return nil
  }

  private func call(
    _ name: String, _ functions: [CELFunction], _ arguments: [NodeID], at node: NodeID
  ) throws(CELError) -> Operation {
    let fitting = functions.filter { $0.counts.contains(arguments.count) }
    guard let first = fitting.first else {
      let count = arguments.count - (functions.contains { $0.isMember } ? 1 : 0)
      let given = count == 1 ? "one argument" : "\(count) arguments"
      return try missing(CELFailure(.noSuchOverload, "\(name)() cannot be called with \(given)."), at: node)
    }
    if let operation = try pattern(name, first, arguments) { return operation }
    return .call(name: name, fitting, arguments: arguments)
  }

  /// A search with a regular expression that is written down: it is compiled here, once.
  private func pattern(
    _ name: String, _ function: CELFunction, _ arguments: [NodeID]
  ) throws(CELError) -> Operation? {
    guard let search = PatternFunction(rawValue: name), arguments.count >= 2,
      case .literal(.string(let text)) = tree.nodes[arguments[1]].kind
    else { return nil }
    do {
      let pattern = try RegularExpression(text)
      return .pattern(pattern, search, text: arguments[0], limit: arguments.count > 2 ? arguments[2] : nil)
    } catch {
      let failure = PatternFunction.failure(error)
      if !environment.isChecked { return .failure(failure) }
      throw self.error(failure, at: arguments[1])
    }
  }

  private func unknownFunction(_ name: String, isMember: Bool) -> CELFailure {
    var message = "There is no function “\(name)” here."
    if !environment.functions.named(name, isMember: !isMember).isEmpty {
      message =
        isMember
        ? "“\(name)” is called without a value before it: \(name)(…)."
        : "“\(name)” is called on a value: ….\(name)(…)."
    }
    return CELFailure(.unknownFunction(name), message)
  }
}

extension CELFunctionTable {
  func isKnown(_ name: String) -> Bool {
    !named(name, isMember: false).isEmpty || !named(name, isMember: true).isEmpty
  }
}
