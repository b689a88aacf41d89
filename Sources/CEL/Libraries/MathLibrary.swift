/// Functions on numbers.
///
/// <https://github.com/google/cel-go/blob/master/ext/README.md#math>
enum MathLibrary {
  static let functions: [CELFunction] = extremes + rounding + signs + bits

  // MARK: Greatest and least

  private static let extremes: [CELFunction] = [
    .global("math.greatest", 1...64) { arguments, budget throws(CELFailure) in
      try extreme(arguments, .behind, &budget)
    },
    .global("math.least", 1...64) { arguments, budget throws(CELFailure) in
      try extreme(arguments, .before, &budget)
    },
  ]

  private static func extreme(
    _ arguments: [CELValue], _ wanted: CELValue.Ordering, _ budget: inout Budget
  ) throws(CELFailure) -> CELValue? {
    var numbers = arguments
    if arguments.count == 1, case .list(let list) = arguments[0] { numbers = list }
    try budget.spend(numbers.count)
    guard var result = numbers.first else {
      throw CELFailure(.invalidArgument, "An empty list has no greatest and no least number.")
    }
    for number in numbers {
      guard number.isNumber else { return nil }
      if number.ordering(to: result) == wanted { result = number }
    }
    return result
  }

  // MARK: Rounding

  private static let rounding: [CELFunction] = [
    double("math.ceil") { .double($0.rounded(.up)) },
    double("math.floor") { .double($0.rounded(.down)) },
    double("math.round") { .double($0.rounded(.toNearestOrAwayFromZero)) },
    double("math.trunc") { .double($0.rounded(.towardZero)) },
    double("math.isNaN") { .bool($0.isNaN) },
    double("math.isInf") { .bool($0.isInfinite) },
    double("math.isFinite") { .bool($0.isFinite) },
    .global("math.sqrt", 1) { arguments, _ in
      switch arguments[0] {
      case .double(let number): .double(number.squareRoot())
      case .int(let number): .double(Double(number).squareRoot())
      case .uint(let number): .double(Double(number).squareRoot())
      default: nil
      }
    },
  ]

  private static func double(_ name: String, _ body: @escaping @Sendable (Double) -> CELValue) -> CELFunction {
    .global(name, 1) { arguments, _ in
      if case .double(let number) = arguments[0] { body(number) } else { nil }
    }
  }

  // MARK: Signs

  private static let signs: [CELFunction] = [
    .global("math.abs", 1) { arguments, _ throws(CELFailure) in
      switch arguments[0] {
      case .int(.min): throw CELFailure(.overflow, "The absolute value of \(Int64.min) does not fit into 64 bits.")
      case .int(let number): return .int(abs(number))
      case .uint: return arguments[0]
      case .double(let number): return .double(number.magnitude)
      default: return nil
      }
    },
    .global("math.sign", 1) { arguments, _ in
      switch arguments[0] {
      case .int(let number): .int(number.signum())
      case .uint(let number): .uint(number == 0 ? 0 : 1)
      case .double(let number): .double(number.isNaN || number == 0 ? number : number < 0 ? -1 : 1)
      default: nil
      }
    },
  ]

  // MARK: Bits

  private static let bits: [CELFunction] = [
    binary("math.bitAnd", { $0 & $1 }, { $0 & $1 }),
    binary("math.bitOr", { $0 | $1 }, { $0 | $1 }),
    binary("math.bitXor", { $0 ^ $1 }, { $0 ^ $1 }),
    .global("math.bitNot", 1) { arguments, _ in
      switch arguments[0] {
      case .int(let number): .int(~number)
      case .uint(let number): .uint(~number)
      default: nil
      }
    },
    // Shifting by as many bits as there are leaves nothing, and the sign is a bit like the others.
    shift("math.bitShiftLeft") { $0 << $1 },
    shift("math.bitShiftRight") { $0 >> $1 },
  ]

  private static func binary(
    _ name: String, _ ints: @escaping @Sendable (Int64, Int64) -> Int64,
    _ uints: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> CELFunction {
    .global(name, 2) { arguments, _ in
      switch (arguments[0], arguments[1]) {
      case (.int(let left), .int(let right)): .int(ints(left, right))
      case (.uint(let left), .uint(let right)): .uint(uints(left, right))
      default: nil
      }
    }
  }

  private static func shift(
    _ name: String, _ body: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> CELFunction {
    .global(name, 2) { arguments, _ throws(CELFailure) in
      guard case .int(let count) = arguments[1] else { return nil }
      if count < 0 { throw CELFailure(.invalidArgument, "\(name)() cannot shift by \(count) bits.") }
      let count64 = UInt64(count)
      switch arguments[0] {
      case .int(let number): return .int(Int64(bitPattern: body(UInt64(bitPattern: number), count64)))
      case .uint(let number): return .uint(body(number, count64))
      default: return nil
      }
    }
  }
}
