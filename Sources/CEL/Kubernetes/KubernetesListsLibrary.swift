/// Functions on lists.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library>
enum KubernetesListsLibrary {
  static let functions: [CELFunction] = [
    .member("isSorted", 0) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      for (left, right) in zip(list, list.dropFirst()) {
        try budget.spend(2)
        guard let ordering = left.ordering(to: right) else { return nil }
        if ordering == .behind { return .bool(false) }
      }
      return .bool(true)
    },
    .member("min", 0) { arguments, budget throws(CELFailure) in try extreme("min", arguments, .before, &budget) },
    .member("max", 0) { arguments, budget throws(CELFailure) in try extreme("max", arguments, .behind, &budget) },
    .member("sum", 0) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      guard var sum = list.first else { return .int(0) }
      switch sum {
      case .int, .uint, .double, .duration: break
      default: return nil
      }
      for element in list.dropFirst() {
        try budget.spend(2)
        sum = try BinaryOperator.add.apply(sum, element, budget: &budget)
      }
      return sum
    },
    .member("indexOf", 1) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      for (index, element) in list.enumerated() where try budget.isEqual(element, arguments[1]) {
        return .int(Int64(index))
      }
      return .int(-1)
    },
    .member("lastIndexOf", 1) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      for (index, element) in list.enumerated().reversed() where try budget.isEqual(element, arguments[1]) {
        return .int(Int64(index))
      }
      return .int(-1)
    },
    .member("includes", 1) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return .bool(try budget.isEqual(arguments[0], arguments[1])) }
      return .bool(try budget.contains(list, arguments[1]))
    },
  ]

  private static func extreme(
    _ name: String, _ arguments: [CELValue], _ wanted: CELValue.Ordering, _ budget: inout Budget
  ) throws(CELFailure) -> CELValue? {
    guard case .list(let list) = arguments[0] else { return nil }
    guard var result = list.first else { throw CELFailure(.invalidArgument, "\(name)() is called on an empty list.") }
    for element in list {
      try budget.spend(2)
      guard let ordering = element.ordering(to: result) else { return nil }
      if ordering == wanted { result = element }
    }
    return result
  }
}

/// Searching with regular expressions.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library>
enum KubernetesRegexLibrary {
  static let functions: [CELFunction] = [
    .member("find", 1) { arguments, budget throws(CELFailure) in try search(.find, arguments, &budget) },
    .member("findAll", 1...2) { arguments, budget throws(CELFailure) in try search(.findAll, arguments, &budget) },
  ]

  private static func search(
    _ function: PatternFunction, _ arguments: [CELValue], _ budget: inout Budget
  ) throws(CELFailure) -> CELValue? {
    guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else { return nil }
    var limit: Int64?
    if arguments.count > 2 {
      guard case .int(let count) = arguments[2] else { return nil }
      limit = count
    }
    let expression = try PatternFunction.compile(pattern, budget: &budget)
    return try function.apply(expression, to: text, limit: limit, budget: &budget)
  }
}
