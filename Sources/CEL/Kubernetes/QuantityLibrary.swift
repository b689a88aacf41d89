/// Amounts of resources.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library>
enum QuantityLibrary {
  static let functions: [CELFunction] = [
    .global("quantity", 1) { arguments, budget throws(CELFailure) in
      guard case .string(let text) = arguments[0] else { return nil }
      try budget.spend(bytes: text.utf8.count * 16)
      return .opaque(try CELFailure.wrapping { () throws(MalformedValue) in try Quantity(parsing: text) })
    },
    .global("isQuantity", 1) { arguments, budget throws(CELFailure) in
      guard case .string(let text) = arguments[0] else { return nil }
      try budget.spend(bytes: text.utf8.count * 16)
      return .bool((try? Quantity(parsing: text)) != nil)
    },
    .member("sign", 0) { arguments, _ in arguments[0].opaque(Quantity.self).map { .int($0.sign) } },
    .member("isInteger", 0) { arguments, _ in
      arguments[0].opaque(Quantity.self).map { .bool($0.integer != nil) }
    },
    .member("asInteger", 0) { arguments, _ throws(CELFailure) in
      guard let quantity = arguments[0].opaque(Quantity.self) else { return nil }
      guard let integer = quantity.integer else {
        throw CELFailure(.overflow, "cannot convert value to integer: the quantity is not kept as a whole number.")
      }
      return .int(integer)
    },
    .member("asApproximateFloat", 0) { arguments, _ in
      arguments[0].opaque(Quantity.self).map { .double($0.approximation) }
    },
    .member("add", 1) { arguments, budget throws(CELFailure) in
      try sum(arguments, &budget) { $0.adding($1) }
    },
    .member("sub", 1) { arguments, budget throws(CELFailure) in
      try sum(arguments, &budget) { $0.subtracting($1) }
    },
    comparison("compareTo") { .int($0) },
    comparison("isLessThan") { .bool($0 < 0) },
    comparison("isGreaterThan") { .bool($0 > 0) },
  ]

  private static func sum(
    _ arguments: [CELValue], _ budget: inout Budget, _ body: (Quantity, Quantity) -> Quantity?
  ) throws(CELFailure) -> CELValue? {
    guard let left = arguments[0].opaque(Quantity.self) else { return nil }
    let right: Quantity
    if case .int(let number) = arguments[1] {
      right = Quantity(number)
    } else if let quantity = arguments[1].opaque(Quantity.self) {
      right = quantity
    } else {
      return nil
    }
    try budget.spend(64)
    guard let result = body(left, right) else {
      throw CELFailure(.limit, "The two quantities are too far apart to be added.")
    }
    return .opaque(result)
  }

  private static func comparison(_ name: String, _ body: @escaping @Sendable (Int64) -> CELValue) -> CELFunction {
    .member(name, 1) { arguments, _ in
      guard let left = arguments[0].opaque(Quantity.self), let right = arguments[1].opaque(Quantity.self) else {
        return nil
      }
      return body(left.compared(to: right))
    }
  }
}

extension Quantity: CELOpaque {
  var celType: CELType { .quantity }
  var celText: String? { nil }
  func isEqual(to other: any CELOpaque) -> Bool { (other as? Quantity)?.compared(to: self) == 0 }
}

/// Versions.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-semver-library>
enum SemverLibrary {
  static let functions: [CELFunction] = [
    .global("semver", 1...2) { arguments, budget throws(CELFailure) in
      guard let (text, normalizing) = try version(arguments, &budget) else { return nil }
      return .opaque(
        try CELFailure.wrapping { () throws(MalformedValue) in
          try SemanticVersion(parsing: text, normalizing: normalizing)
        })
    },
    .global("isSemver", 1...2) { arguments, budget throws(CELFailure) in
      guard let (text, normalizing) = try version(arguments, &budget) else { return nil }
      return .bool((try? SemanticVersion(parsing: text, normalizing: normalizing)) != nil)
    },
    number("major") { $0.major },
    number("minor") { $0.minor },
    number("patch") { $0.patch },
    comparison("compareTo") { .int($0) },
    comparison("isLessThan") { .bool($0 < 0) },
    comparison("isGreaterThan") { .bool($0 > 0) },
  ]

  private static func version(
    _ arguments: [CELValue], _ budget: inout Budget
  ) throws(CELFailure) -> (text: String, normalizing: Bool)? {
    guard case .string(let text) = arguments[0] else { return nil }
    try budget.spend(bytes: text.utf8.count * 4)
    guard arguments.count > 1 else { return (text, false) }
    guard case .bool(let normalizing) = arguments[1] else { return nil }
    return (text, normalizing)
  }

  private static func number(
    _ name: String, _ body: @escaping @Sendable (SemanticVersion) -> UInt64
  ) -> CELFunction {
    .member(name, 0) { arguments, _ in
      // As in Kubernetes, what does not fit becomes negative.
      arguments[0].opaque(SemanticVersion.self).map { .int(Int64(truncatingIfNeeded: body($0))) }
    }
  }

  private static func comparison(_ name: String, _ body: @escaping @Sendable (Int64) -> CELValue) -> CELFunction {
    .member(name, 1) { arguments, _ in
      guard let left = arguments[0].opaque(SemanticVersion.self),
        let right = arguments[1].opaque(SemanticVersion.self)
      else { return nil }
      return body(left.compared(to: right))
    }
  }
}

extension SemanticVersion: CELOpaque {
  var celType: CELType { .semver }
  var celText: String? { nil }
  func isEqual(to other: any CELOpaque) -> Bool { (other as? SemanticVersion)?.compared(to: self) == 0 }
}

/// Named formats.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-format-library>
enum FormatLibrary {
  static let functions: [CELFunction] =
    [
      .global("format.named", 1) { arguments, _ in
        guard case .string(let name) = arguments[0] else { return nil }
        return .optional(NamedFormat.allCases.first { $0.rawValue == name }.map { .opaque($0) })
      },
      .member("validate", 1) { arguments, budget throws(CELFailure) in
        guard let format = arguments[0].opaque(NamedFormat.self), case .string(let text) = arguments[1] else {
          return nil
        }
        try budget.spend(bytes: text.utf8.count * 4)
        let problems = format.problems(of: text)
        return .optional(problems.isEmpty ? nil : .list(problems.map { .string($0) }))
      },
    ]
    + NamedFormat.allCases.map { format in
      .global("format.\(format.rawValue)", 0) { _, _ in .opaque(format) }
    }
}

extension NamedFormat: CELOpaque {
  var celType: CELType { .namedFormat }
  var celText: String? { nil }
  func isEqual(to other: any CELOpaque) -> Bool { self == other as? NamedFormat }
}
