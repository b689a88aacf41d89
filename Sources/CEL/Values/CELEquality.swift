extension CELValue {
  /// CEL's equality: values of different types are different, but numbers are compared by what they count, and nothing
  /// equals NaN. Texts are compared scalar by scalar.
  ///
  /// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#equality>
  public func isEqual(to other: CELValue) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.uint(let left), .uint(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.bytes(let left), .bytes(let right)): left == right
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
    case (.map(let left), .map(let right)): left.isEqual(to: right)
    case (.timestamp(let left), .timestamp(let right)): left == right
    case (.duration(let left), .duration(let right)): left == right
    case (.type(let left), .type(let right)): left == right
    case (.optional(let left), .optional(let right)):
      switch (left, right) {
      case (let left?, let right?): left.isEqual(to: right)
      case (nil, nil): true
      default: false
      }
    case (.opaque(let left), .opaque(let right)): left.isEqual(to: right)
    default: isNumber && other.isNumber && ordering(to: other) == .same
    }
  }

  var isNumber: Bool {
    switch self {
    case .int, .uint, .double: true
    default: false
    }
  }

  /// How a value lies to another of the same order.
  enum Ordering {
    case before, same, behind

    /// Neither less, nor equal, nor greater: what NaN is.
    case none

    init<T: Comparable>(_ left: T, _ right: T) {
      self = left < right ? .before : left == right ? .same : left > right ? .behind : .none
    }

    var reversed: Ordering {
      switch self {
      case .before: .behind
      case .behind: .before
      case .same, .none: self
      }
    }
  }

  /// The order of two values; `nil` where there is none, and comparing them is an error.
  ///
  /// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#ordering>
  func ordering(to other: CELValue) -> Ordering? {
    switch (self, other) {
    case (.bool(let left), .bool(let right)): Ordering(left ? 1 : 0, right ? 1 : 0)
    case (.int(let left), .int(let right)): Ordering(left, right)
    case (.uint(let left), .uint(let right)): Ordering(left, right)
    case (.double(let left), .double(let right)): Ordering(left, right)
    case (.int(let left), .uint(let right)): Ordering(Int128(left), Int128(right))
    case (.uint(let left), .int(let right)): Ordering(Int128(left), Int128(right))
    // The integer is rounded to a floating-point number: 9223372036854775807 is not less than 9223372036854775808.0.
    case (.int(let left), .double(let right)): Ordering(Double(left), right)
    case (.double(let left), .int(let right)): Ordering(left, Double(right))
    case (.uint(let left), .double(let right)): Ordering(Double(left), right)
    case (.double(let left), .uint(let right)): Ordering(left, Double(right))
    case (.string(let left), .string(let right)): Self.lexicographical(left.utf8, right.utf8)
    case (.bytes(let left), .bytes(let right)): Self.lexicographical(left, right)
    case (.timestamp(let left), .timestamp(let right)): Ordering(left, right)
    case (.duration(let left), .duration(let right)): Ordering(left.nanoseconds, right.nanoseconds)
    default: nil
    }
  }

  private static func lexicographical(
    _ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>
  ) -> Ordering {
    if left.lexicographicallyPrecedes(right) { return .before }
    return right.lexicographicallyPrecedes(left) ? .behind : .same
  }
}
