/// What an evaluation may still cost, in time and memory together.
///
/// A unit is about a node visited, sixteen bytes produced, or a few steps of a regular expression.
struct Budget {
  private(set) var rest: Int

  init(_ units: Int) {
    rest = units
  }

  mutating func spend(_ units: Int) throws(CELFailure) {
    rest -= units
    if rest < 0 {
      throw CELFailure(.limit, "The evaluation takes more time or memory than this program allows.")
    }
  }

  /// Accounts for a text or for bytes of that length.
  mutating func spend(bytes: Int) throws(CELFailure) {
    try spend(1 + bytes / 16)
  }

  /// Lets a search with a regular expression take what is left.
  mutating func matching<Result>(
    _ search: (inout Int) throws(RegularExpression.OutOfSteps) -> Result
  ) throws(CELFailure) -> Result {
    let stepsPerUnit = 4
    var steps = rest > Int.max / stepsPerUnit ? .max : rest * stepsPerUnit
    let allowed = steps
    do {
      let result = try search(&steps)
      try spend((allowed - steps) / stepsPerUnit)
      return result
    } catch {
      rest = -1
      throw CELFailure(.limit, "Matching the regular expression takes more time than this program allows.")
    }
  }
}
