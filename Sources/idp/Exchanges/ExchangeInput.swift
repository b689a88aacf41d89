import Federation

/// What is given on a command line for an exchange.
enum ExchangeInput {
  /// The value, or a failure that names the option at fault.
  ///
  /// - Parameter names: what the inputs are called on the command line.
  static func check<Value>(
    _ names: [String: String], _ make: () throws(ExchangeInputError) -> Value
  ) throws(Failure) -> Value {
    do {
      return try make()
    } catch {
      throw Failure(
        "usage", error.problem,
        hint: names[error.input].map { "Correct \($0); nothing was sent." } ?? "Nothing was sent.")
    }
  }

  /// A value that has to be there.
  static func need(_ value: String?, _ what: String, _ hint: String) throws(Failure) -> String {
    guard let value, !value.isEmpty else { throw Failure("usage", "\(what) is not said.", hint: hint) }
    return value
  }
}
