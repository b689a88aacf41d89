/// A function of a library.
struct CELFunction: Sendable {
  /// What a function does with its arguments, of which the first is the receiver where there is one.
  ///
  /// It returns `nil` where it takes no arguments of these types.
  typealias Body = @Sendable (_ arguments: [CELValue], _ budget: inout Budget) throws(CELFailure) -> CELValue?

  let name: String
  /// Whether it is called as `receiver.name(…)`.
  let isMember: Bool
  /// How many arguments there can be, with the receiver.
  let counts: ClosedRange<Int>
  let body: Body

  /// A function that is called by its name.
  static func global(_ name: String, _ counts: ClosedRange<Int>, _ body: @escaping Body) -> CELFunction {
    CELFunction(name: name, isMember: false, counts: counts, body: body)
  }

  static func global(_ name: String, _ count: Int, _ body: @escaping Body) -> CELFunction {
    global(name, count...count, body)
  }

  /// A function that is called on a receiver, which is not counted here.
  static func member(_ name: String, _ counts: ClosedRange<Int>, _ body: @escaping Body) -> CELFunction {
    CELFunction(
      name: name, isMember: true, counts: (counts.lowerBound + 1)...(counts.upperBound + 1), body: body)
  }

  static func member(_ name: String, _ count: Int, _ body: @escaping Body) -> CELFunction {
    member(name, count...count, body)
  }
}

/// The functions of an environment, by their names.
struct CELFunctionTable: Sendable {
  private struct Key: Hashable {
    let name: String
    let isMember: Bool
  }

  private var functions: [Key: [CELFunction]] = [:]

  init(_ libraries: Set<CELLibrary>) {
    for library in CELLibrary.allCases where libraries.contains(library) {
      for function in library.functions {
        functions[Key(name: function.name, isMember: function.isMember), default: []].append(function)
      }
    }
  }

  /// The functions with that name, which differ in the types they take.
  func named(_ name: String, isMember: Bool) -> [CELFunction] {
    functions[Key(name: name, isMember: isMember)] ?? []
  }

  /// All names, for suggestions.
  var names: [String] { functions.keys.map(\.name) }
}
