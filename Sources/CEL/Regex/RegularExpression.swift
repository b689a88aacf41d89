/// A regular expression in the syntax of RE2, which is also that of Go's `regexp` package and so that of CEL's `matches`.
///
/// Matching takes time proportional to the size of the expression times the length of the text, whatever the two are:
/// the expression is compiled to a nondeterministic automaton, and all of its states are followed side by side. Back
/// references and look-around, which would need backtracking, do not exist in this syntax and are refused.
///
/// Among several matches the leftmost is found, and among those that begin at the same place the one a backtracking
/// engine would find first. Texts are compared scalar by scalar: canonically equivalent texts are different texts.
///
/// Syntax: <https://github.com/google/re2/wiki/Syntax>
public struct RegularExpression: Sendable {
  /// The expression as it was written.
  public let pattern: String

  /// The names of the groups that capture, by their number; `nil` for a group without a name. Number 0 is the whole match.
  public var groupNames: [String?] { program.groupNames }

  /// Whether there is a `|` outside of every group.
  ///
  /// Where a pattern is put between `^` and `$` as it stands, `^a|b$` no longer means what its author had in mind: it
  /// finds texts that begin with `a` and texts that end in `b`.
  public var hasTopLevelAlternation: Bool { program.hasTopLevelAlternation }

  /// How large the compiled expression is. Looking through a text of n bytes takes at most about n times as many steps.
  public var size: Int { program.instructions.count }

  let program: Program

  /// Compiles an expression.
  ///
  /// - Throws: what is wrong with the expression, in the words Go has for it.
  public init(_ pattern: String) throws(Problem) {
    var parser = Parser(pattern)
    program = try parser.parse()
    self.pattern = pattern
  }

  /// The largest program an expression may compile to. RE2 draws the line at about the same size.
  public static let maximumSize = 100_000

  /// How deeply groups may be nested; the limit of Go and RE2.
  public static let maximumNesting = 1000

  /// The largest number in `{n,m}`, and the largest product of such numbers where repetitions are nested.
  public static let maximumRepetition = 1000
}

extension RegularExpression {
  /// Why an expression was refused.
  public struct Problem: Error, Sendable, Equatable {
    /// What is wrong. The raw values are Go's descriptions.
    public enum Kind: String, Sendable {
      case invalidRange = "invalid character class range"
      case invalidEscape = "invalid escape sequence"
      case invalidNamedCapture = "invalid named capture"
      case invalidPerlSyntax = "invalid or unsupported Perl syntax"
      case invalidRepetition = "invalid nested repetition operator"
      case invalidRepeatCount = "invalid repeat count"
      case missingBracket = "missing closing ]"
      case missingParenthesis = "missing closing )"
      case missingRepeatArgument = "missing argument to repetition operator"
      case trailingBackslash = "trailing backslash at end of expression"
      case unexpectedParenthesis = "unexpected )"
      case nestingDepth = "expression nests too deeply"
      case tooLarge = "expression too large"
    }

    /// What is wrong.
    public let kind: Kind

    /// The part of the expression that is wrong, as Go quotes it: for some kinds the whole expression.
    public let fragment: String

    /// Where in the expression it is wrong, in bytes of its UTF-8 form.
    public let offset: Int

    /// The description and the part that is wrong, as Go writes them: ``invalid or unsupported Perl syntax: `(?=` ``.
    public var message: String { "\(kind.rawValue): `\(fragment)`" }
  }

  /// A match, and what the groups of the expression captured. Places are bytes of the text's UTF-8 form.
  public struct Match: Sendable, Equatable {
    /// Where the match is.
    public var range: Range<Int>

    /// What each group captured, `nil` where it took no part. Number 0 is the whole match.
    public var groups: [Range<Int>?]
  }

  /// The number of steps allowed for a search was not enough.
  public struct OutOfSteps: Error, Sendable, Equatable {}
}
