/// Why an expression cannot be read, or has no value.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#evaluation>
public struct CELError: Error, Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// The text is no expression.
    case syntax
    /// There is no function of that name in the environment.
    case unknownFunction(String)
    /// There is no variable or type of that name in the environment, or the variable has no value.
    case undeclared(String)
    /// A map has no such key.
    case noSuchField(String)
    /// An operator or a function does not take operands of these types.
    case noSuchOverload
    /// A value has another type than is needed where it is.
    case typeMismatch
    /// A number, time or duration is out of range.
    case overflow
    case divisionByZero
    case indexOutOfRange
    /// A function cannot do anything with the value of an argument: a regular expression that is none, for example.
    case invalidArgument
    /// The expression or its evaluation is larger than this program allows.
    case limit
  }

  public let kind: Kind

  /// A sentence: what was found, and where it matters what is allowed there.
  public let message: String

  /// Where in the source it happened, in bytes of its UTF-8 form.
  public let offset: Int

  /// The line of that place, from 1.
  public let line: Int

  /// The column of that place, from 1, in Unicode scalars.
  public let column: Int

  init(_ failure: CELFailure, offset: Int, in source: String) {
    kind = failure.kind
    message = failure.message
    let before = source.utf8.prefix(offset)
    self.offset = before.count
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { before.index(after: $0) } ?? before.startIndex
    // All bytes but those that continue a scalar.
    column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
  }
}

/// What went wrong, where it is not yet known at which place of the source.
struct CELFailure: Error {
  let kind: CELError.Kind
  let message: String

  init(_ kind: CELError.Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
