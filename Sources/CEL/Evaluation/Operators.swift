// The operators.
// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions>

extension BinaryOperator {
  func apply(_ left: CELValue, _ right: CELValue, budget: inout Budget) throws(CELFailure) -> CELValue {
    switch self {
    case .equal: return .bool(try budget.isEqual(left, right))
    case .notEqual: return .bool(!(try budget.isEqual(left, right)))
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool(try compare(left, right))
    case .membership: return .bool(try isMember(left, of: right, budget: &budget))
    case .add:
      if let sum = try concatenated(left, right, budget: &budget) { return sum }
      if let sum = try shifted(left, right) { return sum }
      return try arithmetic(left, right)
    case .subtract:
      if let difference = try shifted(left, right) { return difference }
      return try arithmetic(left, right)
    case .multiply, .divide, .modulo: return try arithmetic(left, right)
    }
  }

  private func noOverload(_ left: CELValue, _ right: CELValue) -> CELFailure {
    CELFailure(.noSuchOverload, "“\(rawValue)” does not take values of the types \(left.type) and \(right.type).")
  }

  private func compare(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> Bool {
    guard let ordering = left.ordering(to: right) else { throw noOverload(left, right) }
    return switch self {
    case .less: ordering == .before
    case .lessOrEqual: ordering == .before || ordering == .same
    case .greater: ordering == .behind
    default: ordering == .behind || ordering == .same
    }
  }

  private func isMember(
    _ element: CELValue, of collection: CELValue, budget: inout Budget
  ) throws(CELFailure) -> Bool {
    switch collection {
    case .list(let list): return try budget.contains(list, element)
    case .map(let map): return map[element] != nil
    default: throw noOverload(element, collection)
    }
  }

  // MARK: Arithmetic

  private func arithmetic(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> CELValue {
    switch (left, right) {
    case (.int(let left), .int(let right)): return .int(try integer(left, right))
    case (.uint(let left), .uint(let right)): return .uint(try integer(left, right))
    case (.double(let number), .double(let other)):
      switch self {
      case .add: return .double(number + other)
      case .subtract: return .double(number - other)
      case .multiply: return .double(number * other)
      case .divide: return .double(number / other)
      default: throw noOverload(left, right)
      }
    default: throw noOverload(left, right)
    }
  }

  private func integer<Number: FixedWidthInteger>(
    _ left: Number, _ right: Number
  ) throws(CELFailure) -> Number {
    let result: (partialValue: Number, overflow: Bool)
    switch self {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    default:
      if right == 0 { throw CELFailure(.divisionByZero, "\(left) is divided by zero.") }
      result =
        self == .divide ? left.dividedReportingOverflow(by: right) : left.remainderReportingOverflow(dividingBy: right)
    }
    if result.overflow {
      throw CELFailure(.overflow, "\(left) \(rawValue) \(right) does not fit into 64 bits.")
    }
    return result.partialValue
  }

  /// Sums and differences of times and durations; `nil` for other values.
  private func shifted(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> CELValue? {
    let result: CELValue?
    switch (self, left, right) {
    case (_, .duration(let left), .duration(let right)):
      let (sum, overflows) =
        self == .add
        ? left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        : left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
      result = overflows ? nil : .duration(CELDuration(nanoseconds: sum))
    case (.add, .timestamp(let time), .duration(let duration)), (.add, .duration(let duration), .timestamp(let time)):
      result = time.adding(duration).map { .timestamp($0) }
    case (.subtract, .timestamp(let time), .duration(let duration)):
      let (negated, overflows) = Int64(0).subtractingReportingOverflow(duration.nanoseconds)
      result = overflows ? nil : time.adding(CELDuration(nanoseconds: negated)).map { .timestamp($0) }
    case (.subtract, .timestamp(let left), .timestamp(let right)):
      result = left.duration(since: right).map { .duration($0) }
    default:
      return nil
    }
    guard let result else { throw CELFailure(.overflow, "The time or the duration is out of range.") }
    return result
  }

  /// Texts, bytes and lists put together; `nil` for other values.
  private func concatenated(
    _ left: CELValue, _ right: CELValue, budget: inout Budget
  ) throws(CELFailure) -> CELValue? {
    switch (left, right) {
    case (.string(let left), .string(let right)):
      try budget.spend(bytes: left.utf8.count + right.utf8.count)
      return .string(left + right)
    case (.bytes(let left), .bytes(let right)):
      try budget.spend(bytes: left.count + right.count)
      return .bytes(left + right)
    case (.list(let left), .list(let right)):
      try budget.spend(left.count + right.count)
      return .list(left + right)
    default:
      return nil
    }
  }
}

extension CELValue {
  func inverted() throws(CELFailure) -> CELValue {
    guard case .bool(let truth) = self else {
      throw CELFailure(.noSuchOverload, "“!” takes a bool, not a value of type \(type).")
    }
    return .bool(!truth)
  }

  func negated() throws(CELFailure) -> CELValue {
    switch self {
    case .int(let value):
      let (negated, overflows) = Int64(0).subtractingReportingOverflow(value)
      if overflows { throw CELFailure(.overflow, "-(\(value)) does not fit into 64 bits.") }
      return .int(negated)
    case .double(let value): return .double(-value)
    default: throw CELFailure(.noSuchOverload, "“-” takes an int or a double, not a value of type \(type).")
    }
  }
}

extension Budget {
  /// Compares two values, at the cost of what there is to compare.
  mutating func isEqual(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> Bool {
    switch (left, right) {
    case (.string(let first), .string(let second)):
      try spend(bytes: min(first.utf8.count, second.utf8.count))
      return left.isEqual(to: right)
    case (.list(let first), .list(let second)):
      guard first.count == second.count else { return false }
      for (left, right) in zip(first, second) where try !isEqual(left, right) { return false }
      return true
    case (.map(let first), .map(let second)):
      guard first.count == second.count else { return false }
      for entry in first.entries {
        try spend(2)
        guard let other = second[entry.key], try isEqual(entry.value, other) else { return false }
      }
      return true
    default:
      try spend(1)
      return left.isEqual(to: right)
    }
  }

  /// Whether a list has an element that equals a value.
  mutating func contains(_ list: [CELValue], _ element: CELValue) throws(CELFailure) -> Bool {
    for candidate in list where try isEqual(candidate, element) { return true }
    return false
  }
}
