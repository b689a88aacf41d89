/// The extension of cel-go for lists.
///
/// <https://github.com/google/cel-go/blob/master/ext/README.md#lists>
enum ListsLibrary {
  static let functions: [CELFunction] = [
    .member("distinct", 0) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      var result: [CELValue] = []
      for element in list where try !budget.contains(result, element) { result.append(element) }
      return .list(result)
    },
    .member("first", 0) { arguments, _ in
      if case .list(let list) = arguments[0] { .optional(list.first) } else { nil }
    },
    .member("last", 0) { arguments, _ in
      if case .list(let list) = arguments[0] { .optional(list.last) } else { nil }
    },
    .member("flatten", 0...1) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      var depth: Int64 = 1
      if arguments.count > 1 {
        guard case .int(let given) = arguments[1] else { return nil }
        if given < 0 { throw CELFailure(.invalidArgument, "A list cannot be flattened by \(given) levels.") }
        depth = given
      }
      var result: [CELValue] = []
      try flatten(list, depth, into: &result, &budget)
      return .list(result)
    },
    .global("lists.range", 1) { arguments, budget throws(CELFailure) in
      guard case .int(let count) = arguments[0] else { return nil }
      try budget.spend(Int(clamping: max(0, count)))
      return .list((0..<max(0, count)).map { .int($0) })
    },
    .member("reverse", 0) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      try budget.spend(list.count)
      return .list(list.reversed())
    },
    .member("slice", 2) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0], case .int(let start) = arguments[1], case .int(let end) = arguments[2]
      else { return nil }
      guard start >= 0, start <= end, end <= list.count else {
        throw CELFailure(
          .indexOutOfRange, "The list, which has \(list.count) elements, has no part from \(start) to \(end).")
      }
      try budget.spend(Int(end - start))
      return .list(Array(list[Int(start)..<Int(end)]))
    },
    .member("sort", 0) { arguments, budget throws(CELFailure) in
      guard case .list(let list) = arguments[0] else { return nil }
      return .list(try sorted(list, by: list, budget: &budget))
    },
  ]

  private static func flatten(
    _ list: [CELValue], _ depth: Int64, into result: inout [CELValue], _ budget: inout Budget
  ) throws(CELFailure) {
    try budget.spend(list.count)
    for element in list {
      if depth > 0, case .list(let inner) = element {
        try flatten(inner, depth - 1, into: &result, &budget)
      } else {
        result.append(element)
      }
    }
  }

  /// The elements in the order of their keys, which are all of the same type.
  static func sorted(
    _ elements: [CELValue], by keys: [CELValue], budget: inout Budget
  ) throws(CELFailure) -> [CELValue] {
    guard let first = keys.first else { return [] }
    for key in keys {
      try budget.spend(8)
      guard key.type == first.type, key.ordering(to: first) != nil else {
        throw CELFailure(
          .noSuchOverload, "Values of the types \(first.type) and \(key.type) cannot be sorted by one another.")
      }
      if case .string(let text) = key { try budget.spend(bytes: text.utf8.count * 8) }
    }
    // Sorting keeps the order of what is equal.
    return zip(keys, elements).enumerated().sorted { left, right in
      switch left.element.0.ordering(to: right.element.0) {
      case .before: true
      case .behind: false
      default: left.offset < right.offset
      }
    }.map(\.element.1)
  }
}
