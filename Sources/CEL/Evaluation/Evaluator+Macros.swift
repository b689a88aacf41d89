extension Evaluator {
  /// Evaluates a macro over the elements of a list or the entries of a map.
  mutating func iterate(
    _ comprehension: Node.Comprehension, slot: Int, at node: NodeID
  ) throws(Problem) -> CELValue {
    let range = try value(of: comprehension.range)
    let pairs = try pairs(of: range, named: comprehension, at: node)
    switch comprehension.goal {
    case .all: return try quantify(comprehension, pairs, slot, isAll: true)
    case .exists: return try quantify(comprehension, pairs, slot, isAll: false)
    default: return try collect(comprehension, pairs, slot, at: node)
    }
  }

  /// What a macro goes over: indices and elements of a list, or keys and values of a map.
  private struct Pairs {
    let values: [(first: CELValue, second: CELValue)]
    /// Which of the two a single variable stands for.
    let isMap: Bool

    func single(_ index: Int) -> CELValue { isMap ? values[index].first : values[index].second }
  }

  private mutating func pairs(
    of range: CELValue, named comprehension: Node.Comprehension, at node: NodeID
  ) throws(Problem) -> Pairs {
    switch range {
    case .list(let list):
      try attempt(at: node) { evaluator throws(CELFailure) in try evaluator.budget.spend(list.count) }
      return Pairs(values: list.enumerated().map { (.int(Int64($0)), $1) }, isMap: false)
    case .map(let map):
      try attempt(at: node) { evaluator throws(CELFailure) in try evaluator.budget.spend(map.count) }
      return Pairs(values: map.entries.map { ($0.key, $0.value) }, isMap: true)
    default:
      let message = "\(comprehension.name)() goes over a list or a map, not over a value of type \(range.type)."
      throw Problem(failure: CELFailure(.noSuchOverload, message), node: node)
    }
  }

  private mutating func assign(_ pairs: Pairs, _ index: Int, count: Int, _ slot: Int) {
    if count == 1 {
      locals[slot] = .value(pairs.single(index))
    } else {
      locals[slot] = .value(pairs.values[index].first)
      locals[slot + 1] = .value(pairs.values[index].second)
    }
  }

  /// `all` and `exists`: an element that decides makes up for others whose condition has no value.
  private mutating func quantify(
    _ comprehension: Node.Comprehension, _ pairs: Pairs, _ slot: Int, isAll: Bool
  ) throws(Problem) -> CELValue {
    var problem: Problem?
    for index in pairs.values.indices {
      assign(pairs, index, count: comprehension.variables.count, slot)
      do {
        let condition = try value(of: comprehension.body)
        if try truth(condition, at: comprehension.body) != isAll { return .bool(!isAll) }
      } catch {
        try error.rethrowLimit()
        problem = problem ?? error
      }
    }
    if let problem { throw problem }
    return .bool(isAll)
  }

  private mutating func collect(
    _ comprehension: Node.Comprehension, _ pairs: Pairs, _ slot: Int, at node: NodeID
  ) throws(Problem) -> CELValue {
    var list: [CELValue] = []
    var map = CELMap()
    for index in pairs.values.indices {
      assign(pairs, index, count: comprehension.variables.count, slot)
      if let filter = comprehension.filter, !(try truth(try value(of: filter), at: filter)) { continue }
      let result = try value(of: comprehension.body)
      switch comprehension.goal {
      case .filter, .existsOne:
        if try truth(result, at: comprehension.body) { list.append(pairs.single(index)) }
      case .transformMap:
        try insert(result, for: pairs.values[index].first, into: &map, at: comprehension.body)
      case .transformMapEntry:
        guard case .map(let entries) = result else {
          let message = "transformMapEntry() is given the entries of a map, not a value of type \(result.type)."
          throw Problem(failure: CELFailure(.noSuchOverload, message), node: comprehension.body)
        }
        for entry in entries.entries {
          try insert(entry.value, for: entry.key, into: &map, at: comprehension.body)
        }
      default:
        list.append(result)
      }
    }
    switch comprehension.goal {
    case .existsOne: return .bool(list.count == 1)
    case .transformMap, .transformMapEntry: return .map(map)
    case .sortBy:
      let elements = pairs.values.map(\.second)
      return try attempt(at: node) { evaluator throws(CELFailure) in
        .list(try ListsLibrary.sorted(elements, by: list, budget: &evaluator.budget))
      }
    default: return .list(list)
    }
  }

  private mutating func insert(
    _ value: CELValue, for key: CELValue, into map: inout CELMap, at node: NodeID
  ) throws(Problem) {
    do {
      try budget.spend(4)
      try map.insertNew(value, for: key)
    } catch {
      throw Problem(failure: error, node: node)
    }
  }

  /// Evaluates a macro that gives a name to a value.
  mutating func bind(_ node: NodeID) throws(Problem) -> CELValue {
    switch operations[node] {
    case .binding(let slot, let value, let body):
      try assign(value, to: slot)
      return try self.value(of: body)
    case .block(let values, let slot, let body):
      for (index, value) in values.enumerated() { try assign(value, to: slot + index) }
      return try value(of: body)
    case .optionalMap(let slot, let target, let body, let isFlat):
      return try mapOptional(slot, target, body, isFlat: isFlat, at: node)
    default:
      return .null
    }
  }

  private mutating func assign(_ value: NodeID, to slot: Int) throws(Problem) {
    do {
      locals[slot] = .value(try self.value(of: value))
    } catch {
      try error.rethrowLimit()
      locals[slot] = .problem(error)
    }
  }

  private mutating func mapOptional(
    _ slot: Int, _ target: NodeID, _ body: NodeID, isFlat: Bool, at node: NodeID
  ) throws(Problem) -> CELValue {
    let value = try value(of: target)
    guard case .optional(let content) = value else {
      let message = "optMap() and optFlatMap() take an optional value, not one of type \(value.type)."
      throw Problem(failure: CELFailure(.noSuchOverload, message), node: node)
    }
    guard let content else { return .optional(nil) }
    locals[slot] = .value(content)
    let result = try self.value(of: body)
    guard isFlat else { return .optional(result) }
    guard case .optional = result else {
      let message = "The last argument of optFlatMap() is an optional value, not one of type \(result.type)."
      throw Problem(failure: CELFailure(.noSuchOverload, message), node: body)
    }
    return result
  }
}
