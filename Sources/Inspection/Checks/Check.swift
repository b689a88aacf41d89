/// One thing that was looked at, and what came of it.
///
/// Everything that the program judges is a check: one way to print, fold, copy and serialise them.
public struct Check: Sendable, Hashable {
  /// A stable name for programs, such as `signature` or `not-before`.
  public let id: String
  /// What was looked at, in words.
  public let title: String
  public var outcome: Outcome
  /// What would have passed.
  public var expected: String?
  /// What was found.
  public var actual: String?
  /// What to do about it, or what else to know.
  public var hint: String?
  /// Where in a document the condition stands.
  public var location: DocumentLocation?
  /// The checks that this one is made of.
  public var children: [Check]

  public init(
    id: String, title: String, outcome: Outcome, expected: String? = nil, actual: String? = nil, hint: String? = nil,
    location: DocumentLocation? = nil, children: [Check] = []
  ) {
    self.id = id
    self.title = title
    self.outcome = outcome
    self.expected = expected
    self.actual = actual
    self.hint = hint
    self.location = location
    self.children = children
  }

  public enum Outcome: String, Sendable, CaseIterable {
    case pass
    case fail
    /// It could not be told. Never to be shown as a pass.
    case unknown
    /// There was nothing to look at, or nobody asked.
    case skipped
  }
}

/// A place in a file that a person can open in an editor.
public struct DocumentLocation: Sendable, Hashable {
  public let file: String
  /// Counted from 1.
  public let line: Int
  /// Counted from 1.
  public let column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}
