import Testing

@testable import CEL

@Suite("No regular expression and no text takes more than its share")
struct RegularExpressionLimitTests {
  @Test(
    "expressions that cost a backtracking engine exponential time",
    .timeLimit(.minutes(1)),
    arguments: [
      "(a*)*b", "(a|a)*b", "(a|aa)+$b", "(x+x+)+y", "(?:a?){30}a{30}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*.*.*)b",
    ])
  func takesLinearTime(pattern: String) throws {
    let expression = try RegularExpression(pattern)
    #expect(!expression.containsMatch(in: String(repeating: "a", count: 20_000)))
  }

  @Test("a text of a mebibyte", .timeLimit(.minutes(1)))
  func readsMegabytes() throws {
    let text = String(repeating: "a", count: 1 << 20)
    #expect(try !RegularExpression("(a*)*b").containsMatch(in: text))
    #expect(try RegularExpression("a+$").firstMatch(in: text)?.range == 0..<(1 << 20))
    #expect(try !RegularExpression("b").containsMatch(in: text))
  }

  @Test("nesting")
  func limitsNesting() throws {
    func nested(_ count: Int, _ opening: String) -> String {
      String(repeating: opening, count: count) + "a" + String(repeating: ")", count: count)
    }
    for opening in ["(", "(?:", "(?i:", "(?P<n>"] {
      #expect(try RegularExpression(nested(1000, opening)).containsMatch(in: "a"))
      let problem = #expect(throws: RegularExpression.Problem.self) {
        try RegularExpression(nested(100_000, opening))
      }
      #expect(problem?.kind == .nestingDepth)
    }
    let starred = String(repeating: "(?:", count: 1000) + "a" + String(repeating: ")*", count: 1000)
    #expect(try RegularExpression(starred).matchesWhole("aaa"))
    let open = #expect(throws: RegularExpression.Problem.self) {
      try RegularExpression(String(repeating: "(", count: 500))
    }
    #expect(open?.kind == .missingParenthesis)
  }

  @Test(
    "programs and classes that are too large",
    arguments: [
      String(repeating: "a", count: 100_001),
      String(repeating: "a{1000}", count: 200),
      String(repeating: "(?:", count: 900) + "a{1000}" + String(repeating: "b{1000})", count: 900),
      String(repeating: "|", count: 60_000),
      String(repeating: "\\p{Common}", count: 60_000),
    ])
  func limitsSize(pattern: String) {
    let problem = #expect(throws: RegularExpression.Problem.self) { try RegularExpression(pattern) }
    #expect(problem?.kind == .tooLarge)
  }

  @Test("thousands of groups", .timeLimit(.minutes(1)))
  func bearsManyGroups() throws {
    let expression = try RegularExpression(String(repeating: "(a?)", count: 2_000))
    let match = try #require(expression.firstMatch(in: "aab"))
    #expect(match.range == 0..<2)
    #expect(match.groups.count == 2_001)
    #expect(match.groups[2] == 1..<2)
    #expect(match.groups[3] == 2..<2)
    #expect(match.groups.last == 2..<2)
  }

  @Test("large classes without regard to case", .timeLimit(.minutes(1)))
  func bearsLargeClasses() throws {
    let expression = try RegularExpression(String(repeating: "(?i)[\\x{80}-\\x{1FFFF}]", count: 200))
    #expect(!expression.containsMatch(in: String(repeating: "é", count: 100)))
  }

  @Test("a search ends when its steps are spent")
  func stopsWhenStepsRunOut() throws {
    let expression = try RegularExpression("(a*)*b")
    let text = String(repeating: "a", count: 10_000)
    var steps = 1_000
    #expect(throws: RegularExpression.OutOfSteps.self) { try expression.containsMatch(in: text, spending: &steps) }
    #expect(steps < 0)
    steps = 1_000_000
    #expect(try !expression.containsMatch(in: text, spending: &steps))
    #expect((800_000..<1_000_000).contains(steps))
  }

  @Test("searches for all matches, which can take the square of the length, end as well")
  func stopsSearchesThatTakeTheSquareOfTheLength() throws {
    // Each match is found only after looking through the rest of the text.
    let expression = try RegularExpression("a.*b|a")
    var steps = 1_000_000
    #expect(throws: RegularExpression.OutOfSteps.self) {
      try expression.allMatches(in: String(repeating: "a", count: 10_000), spending: &steps)
    }
  }

  @Test("a larger program spends more")
  func spendsMoreOnLargerPrograms() throws {
    var few = 1_000_000
    var many = 1_000_000
    let text = String(repeating: "a", count: 500)
    _ = try RegularExpression("(?:a?){5}b").containsMatch(in: text, spending: &few)
    _ = try RegularExpression("(?:a?){50}b").containsMatch(in: text, spending: &many)
    #expect(many < few)
  }
}
