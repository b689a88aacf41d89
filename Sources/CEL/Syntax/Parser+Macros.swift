/// Macros: calls that are expressions of another kind, as they give their variables a meaning.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros>
extension Parser {
  /// The node of a call that is a macro; `nil` when the call is a call.
  mutating func macro(
    _ name: String, target: NodeID?, arguments: [NodeID], _ range: Range<Int>, focus: Int
  ) throws(Problem) -> NodeID? {
    guard let target else {
      return name == "has" && arguments.count == 1 ? try presence(of: arguments[0], range, focus: focus) : nil
    }
    if case .identifier("cel", isAbsolute: false) = tree.nodes[target].kind {
      return try celMacro(name, arguments, range, focus: focus)
    }
    if let goal = goal(name, arguments.count) {
      return try comprehension(goal, named: name, over: target, arguments, range, focus: focus)
    }
    if libraries.contains(.optionals), name == "optMap" || name == "optFlatMap", arguments.count == 2 {
      let variable = try variable(arguments[0], of: name)
      return try add(
        .optionalMap(name: variable, target: target, body: arguments[1], isFlat: name == "optFlatMap"), range,
        focus: focus, over: [target, arguments[1]])
    }
    return nil
  }

  private mutating func presence(of node: NodeID, _ range: Range<Int>, focus: Int) throws(Problem) -> NodeID {
    guard case .select(let operand, let field, let isOptional) = tree.nodes[node].kind else {
      throw Problem(
        "has() takes the selection of a field, such as has(claims.sub).", at: tree.nodes[node].range.lowerBound)
    }
    return try add(
      .presence(operand, field: field, isOptional: isOptional), range, focus: focus, over: [operand])
  }

  /// The macro over lists and maps that goes by a name and has so many arguments.
  private func goal(_ name: String, _ count: Int) -> Node.Comprehension.Goal? {
    switch (name, count) {
    case ("all", 2): return .all
    case ("exists", 2): return .exists
    case ("exists_one", 2), ("existsOne", 2): return .existsOne
    case ("map", 2), ("map", 3): return .map
    case ("filter", 2): return .filter
    case ("sortBy", 2): return libraries.contains(.lists) ? .sortBy : nil
    default: break
    }
    guard libraries.contains(.macros2) else { return nil }
    return switch (name, count) {
    case ("all", 3): .all
    case ("exists", 3): .exists
    case ("exists_one", 3), ("existsOne", 3): .existsOne
    case ("transformList", 3...4): .transformList
    case ("transformMap", 3...4): .transformMap
    case ("transformMapEntry", 3...4): .transformMapEntry
    default: nil
    }
  }

  private mutating func comprehension(
    _ goal: Node.Comprehension.Goal, named name: String, over target: NodeID, _ arguments: [NodeID],
    _ range: Range<Int>, focus: Int
  ) throws(Problem) -> NodeID {
    let takesFilter: Bool
    var count = arguments.count
    switch goal {
    case .map: takesFilter = count == 3
    case .transformList, .transformMap, .transformMapEntry: takesFilter = count == 4
    default: takesFilter = false
    }
    // What is neither the body nor the filter before it is a variable.
    count -= takesFilter ? 2 : 1
    var variables: [String] = []
    for argument in arguments.prefix(count) { variables.append(try variable(argument, of: name)) }
    if variables.count == 2, variables[0] == variables[1] {
      throw Problem(
        "The two variables of \(name)() have the same name.", at: tree.nodes[arguments[1]].range.lowerBound)
    }
    let comprehension = Node.Comprehension(
      goal: goal, range: target, variables: variables, filter: takesFilter ? arguments[count] : nil,
      body: arguments[arguments.count - 1], name: name)
    return try add(
      .comprehension(comprehension), range, focus: focus, over: [target] + arguments.dropFirst(count))
  }

  /// The name that an argument declares.
  private func variable(_ node: NodeID, of macro: String) throws(Problem) -> String {
    switch tree.nodes[node].kind {
    case .identifier(let name, isAbsolute: false): return name
    case .call("iterVar", let target?, let arguments):
      if let name = iterationVariable(target, arguments) { return name }
    default: break
    }
    throw Problem(
      "The first argument of \(macro)() is the name of the variable that its last argument uses.",
      at: tree.nodes[node].range.lowerBound)
  }

  // MARK: Macros of `cel`

  private mutating func celMacro(
    _ name: String, _ arguments: [NodeID], _ range: Range<Int>, focus: Int
  ) throws(Problem) -> NodeID? {
    switch (name, arguments.count) {
    case ("bind", 3) where libraries.contains(.bindings):
      let variable = try variable(arguments[0], of: "cel.bind")
      return try add(
        .binding(name: variable, value: arguments[1], body: arguments[2]), range, focus: focus,
        over: [arguments[1], arguments[2]])
    case ("block", 2) where libraries.contains(.block):
      guard case .list(let elements) = tree.nodes[arguments[0]].kind else { return nil }
      return try add(
        .block(elements.map(\.value), body: arguments[1]), range, focus: focus, over: arguments)
    case ("index", 1) where libraries.contains(.block):
      guard let index = number(arguments[0]) else { return nil }
      return try add(.identifier("@index\(index)", isAbsolute: false), range, focus: focus)
    case ("iterVar", 2) where libraries.contains(.block):
      guard let depth = number(arguments[0]), let unique = number(arguments[1]) else { return nil }
      return try add(.identifier("@it:\(depth):\(unique)", isAbsolute: false), range, focus: focus)
    default:
      return nil
    }
  }

  private func iterationVariable(_ target: NodeID, _ arguments: [NodeID]) -> String? {
    guard case .identifier("cel", isAbsolute: false) = tree.nodes[target].kind, arguments.count == 2,
      let depth = number(arguments[0]), let unique = number(arguments[1])
    else { return nil }
    return "@it:\(depth):\(unique)"
  }

  private func number(_ node: NodeID) -> Int64? {
    if case .literal(.int(let value)) = tree.nodes[node].kind { value } else { nil }
  }
}

extension Parser {
  /// The name that selections from an identifier spell, such as `google.subject`; `nil` for any other expression.
  func path(of node: NodeID) -> String? { tree.path(of: node) }
}

extension SyntaxTree {
  /// The name that selections from an identifier spell, such as `google.subject`; `nil` for any other expression.
  func path(of node: NodeID) -> String? {
    var names: [String] = []
    var node = node
    while true {
      switch nodes[node].kind {
      case .identifier(let name, let isAbsolute):
        return (isAbsolute ? "." : "") + ([name] + names.reversed()).joined(separator: ".")
      case .select(let operand, let field, isOptional: false):
        names.append(field)
        node = operand
      default:
        return nil
      }
    }
  }
}
