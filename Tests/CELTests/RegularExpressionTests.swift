import Testing

@testable import CEL

@Suite("Regular expressions mean what RE2's syntax page says")
struct RegularExpressionTests {
  /// An expression, a text, and where the match and the groups are: `0-3 1-2 -`, or nothing where nothing matches.
  struct Example: CustomTestStringConvertible {
    var pattern: String
    var text: String
    var found: String

    init(_ pattern: String, _ text: String, _ found: String) {
      (self.pattern, self.text, self.found) = (pattern, text, found)
    }

    var testDescription: String { "\(pattern) in \(text)" }
  }

  static func described(_ groups: [Range<Int>?]) -> String {
    groups.map { $0.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "-" }.joined(separator: " ")
  }

  static let single: [Example] = [
    Example("a", "xay", "1-2"), Example(".", "\n", ""), Example("(?s).", "\n", "0-1"), Example(".", "é", "0-2"),
    Example("^.$", "😀", "0-4"), Example("", "", "0-0"), Example("", "a", "0-0"), Example("a||b", "xb", "0-0"),
    Example("[xyz]", "ay", "1-2"), Example("[^xyz]", "xa", "1-2"), Example("[^a]", "\n", "0-1"),
    Example("[a-c]+", "xabcd", "1-4"), Example("[]a]+", "]a", "0-2"), Example("[^]a]", "]ab", "2-3"),
    Example("[a-]+", "-a", "0-2"), Example("[-a]+", "-a", "0-2"), Example("[a\\-z]+", "-az", "0-3"),
    Example("[--/]+", "-./", "0-3"), Example("[\\d_-]+", "1-_", "0-3"), Example("[a-b-c]+", "a-c", "0-3"),
    Example("[é-ü]", "ö", "0-2"), Example("[[:alpha:]]+", "1ab2", "1-3"), Example("[[:^alpha:]]+", "a12b", "1-3"),
    Example("[[:word:]-]+", " a_1-", "1-5"), Example("[[:space:]]", "\u{0B}", "0-1"), Example("\\s", "\u{0B}", ""),
    Example("[[:foo]", ":", "0-1"), Example("[[:alpha:]\\d]+", "a1", "0-2"), Example("[[:ascii:]]", "é", ""),
    Example("\\d\\D\\w\\W\\s\\S", "1aA- x", "0-6"), Example("\\w", "é", ""), Example("[^\\D]", "a5", "1-2"),
    Example("\\pL", "1é", "1-3"), Example("\\PL", "é1", "2-3"), Example("\\p{Lu}", "aÉ", "1-3"),
    Example("\\p{^Lu}", "Aa", "1-2"), Example("\\P{^Lu}", "aA", "1-2"), Example("\\p{Greek}+", "aλόγος", "1-11"),
    Example("[\\p{Han}a]+", "b漢a", "1-5"), Example("[^\\pL]", "é1", "2-3"), Example("\\p{Any}", "\n", "0-1"),
    Example("\\pN", "½", "0-2"), Example("\\p{Cyrillic}", "Ж", "0-2"), Example("\\P{Latin}", "aЖ", "1-3"),
  ]

  static let escapes: [Example] = [
    Example("\\a\\f\\t\\n\\r\\v", "\u{07}\u{0C}\t\n\r\u{0B}", "0-6"), Example("\\x41\\x{1F600}", "A😀", "0-5"),
    Example("\\x{00000041}", "A", "0-1"), Example("\\123", "S", "0-1"), Example("\\0", "\0", "0-1"),
    Example("\\07", "\u{07}", "0-1"), Example("\\018", "\u{01}8", "0-2"), Example("\\.\\_\\/\\-\\ ", "._/- ", "0-5"),
    Example("\\Qa.b*\\E+", "a.b**", "0-5"), Example("\\Q\\", "\\", "0-1"), Example("\\Q\\E", "x", "0-0"),
    Example("a\\Q|\\Eb", "a|b", "0-3"), Example("\\x{D800}", "\u{FFFD}", ""),
    Example("{", "{", "0-1"), Example("a{,2}", "a{,2}", "0-5"), Example("a{1", "a{1", "0-3"),
    Example("a{01}", "a{01}", "0-5"), Example("a{1, 2}", "a{1, 2}", "0-7"), Example("]}", "]}", "0-2"),
  ]

  static let repetitions: [Example] = [
    Example("a*", "aaa", "0-3"), Example("a+?", "aaa", "0-1"), Example("a??", "a", "0-0"),
    Example("a*?b", "aab", "0-3"),
    Example("a{2}", "aaa", "0-2"), Example("a{2,}", "aaaa", "0-4"), Example("a{2,3}", "aaaa", "0-3"),
    Example("a{2,3}?", "aaaa", "0-2"), Example("a{0}", "a", "0-0"), Example("a{0,1}", "a", "0-1"),
    Example("(?U)a+", "aa", "0-1"), Example("(?U)a+?", "aa", "0-2"), Example("(a){2}", "aa", "0-2 1-2"),
    Example("(a*)+", "b", "0-0 0-0"), Example("(a*)*", "b", "0-0 0-0"), Example("(|a)*", "aa", "0-0 0-0"),
    Example("(|a)+", "aa", "0-0 0-0"), Example("(a|)+", "aa", "0-2 1-2"), Example("(?:a{2}){2}", "aaaaa", "0-4"),
    Example("(a{0,2}){2}", "aaa", "0-3 2-3"), Example("x*", "y", "0-0"), Example("(?:)*", "y", "0-0"),
    Example("(?:^)*a", "ba", "1-2"), Example("^*", "", "0-0"), Example("a(?i)*", "aA", "0-1"),
  ]

  static let groups: [Example] = [
    Example("(a)(b)?", "a", "0-1 0-1 -"), Example("(a)|(b)", "b", "0-1 - 0-1"), Example("(?:a)(b)", "ab", "0-2 1-2"),
    Example("(?P<x>a)(?<y>b)", "ab", "0-2 0-1 1-2"), Example("a|ab", "ab", "0-1"),
    Example("(a|ab)(c|bcd)", "abcd", "0-4 0-1 1-4"),
    Example("(a+)(a*)", "aaa", "0-3 0-3 3-3"), Example("(a+?)(a*)", "aaa", "0-3 0-1 1-3"),
    Example("()", "a", "0-0 0-0"),
    Example("(?:(a)|b)*", "ab", "0-2 0-1"), Example("(a|b)*", "ab", "0-2 1-2"),
    Example("((a)b)+", "abab", "0-4 2-4 2-3"),
    Example("b|a|c", "cab", "0-1"), Example("(foo|foobar)$", "foobar", "0-6 0-6"), Example("é(.)ü", "aéßü", "1-7 3-5"),
  ]

  static let flags: [Example] = [
    Example("(?i)straße", "STRAßE", "0-7"), Example("(?i)straße", "STRAẞE", "0-8"), Example("(?i)k", "\u{212A}", "0-3"),
    Example("(?i)\u{212A}", "k", "0-1"), Example("(?i)ς", "Σ", "0-2"), Example("(?i)[a-c]+", "aBC", "0-3"),
    Example("(?i)[^a]", "A", ""), Example("(?i)[k]", "\u{212A}", "0-3"), Example("(?i)\\W", "\u{212A}", ""),
    Example("(?i)\\p{Lu}", "a", "0-1"), Example("(?i)\\P{Lu}", "a1", "1-2"), Example("(?i)I", "ı", ""),
    Example("(?i)\\x{10400}", "\u{10428}", "0-4"), Example("(?i)ΐ", "\u{1FD3}", "0-3"),
    Example("a(?i)b", "aB", "0-2"), Example("a(?i)b", "AB", ""), Example("(?i:a)b", "Ab", "0-2"),
    Example("(?i:a)b", "AB", ""), Example("((?i)a)b", "AB", ""), Example("(?i)a(?-i)b", "Ab", "0-2"),
    Example("(?i)a|b", "B", "0-1"), Example("(?is-m:A.)", "a\n", "0-2"), Example("a$", "a\n", ""),
    Example("(?m)a$", "a\nb", "0-1"), Example("(?m)^b", "a\nb", "2-3"), Example("^b", "a\nb", ""),
    Example("(?m)\\Ab", "a\nb", ""), Example("(?m)a\\z", "a\nb", ""), Example("(?i)é", "É", "0-2"),
  ]

  static let assertions: [Example] = [
    Example("^a", "ba", ""), Example("a^", "aa", ""), Example("$", "ab", "2-2"), Example("^$", "", "0-0"),
    Example("\\bfoo\\b", "a foo.", "2-5"), Example("\\bfoo\\b", "afoo", ""), Example("\\b", "", ""),
    Example("\\B", "", "0-0"), Example("\\Bb", "ab", "1-2"), Example("é\\b", "éa", "0-2"), Example("\\bé", "éa", ""),
    Example("(?:^|,)b", "a,b", "1-3"), Example("\\z", "é", "2-2"), Example("^^a$$", "a", "0-1"),
  ]

  @Test(
    "the leftmost match and its groups", arguments: [single, escapes, repetitions, groups, flags, assertions].joined())
  func finds(_ example: Example) throws {
    let expression = try RegularExpression(example.pattern)
    let match = expression.firstMatch(in: example.text)
    #expect(Self.described(match?.groups ?? []) == example.found)
    #expect(expression.containsMatch(in: example.text) == (match != nil))
    #expect((match?.groups.first ?? nil) == match?.range)
    if match?.range == 0..<example.text.utf8.count { #expect(expression.matchesWhole(example.text)) }
  }

  @Test("canonically equivalent texts are different texts")
  func comparesScalars() throws {
    let composed = try RegularExpression("^\u{E9}$")
    #expect(composed.containsMatch(in: "\u{E9}"))
    #expect(!composed.containsMatch(in: "e\u{301}"))
  }

  @Test(
    "all matches that do not overlap; no empty one right behind another",
    arguments: [
      Example("a", "banana", "1-2 3-4 5-6"), Example("a*", "baac", "0-0 1-3 4-4"), Example("", "é", "0-0 2-2"),
      Example("a|", "ab", "0-1 2-2"), Example("\\b", "ab cd", "0-0 2-2 3-3 5-5"), Example("^a", "aa", "0-1"),
      Example("[0-9]+", "10.0.0.1", "0-2 3-4 5-6 7-8"), Example("x", "abc", ""),
    ])
  func findsAll(_ example: Example) throws {
    let matches = try RegularExpression(example.pattern).allMatches(in: example.text)
    #expect(Self.described(matches.map(\.range)) == example.found)
  }

  @Test("a limit on the number of matches")
  func findsNoMoreThanAskedFor() throws {
    let expression = try RegularExpression("a")
    #expect(expression.allMatches(in: "aaa", limit: 2).count == 2)
    #expect(expression.allMatches(in: "aaa", limit: 0).isEmpty)
  }

  @Test("the whole text is matched if any way through the expression does it")
  func matchesTheWholeText() throws {
    let expression = try RegularExpression("a|ab")
    #expect(expression.matchesWhole("ab"))
    #expect(!expression.matchesWhole("abc"))
    #expect(!expression.matchesWhole("xa"))
    #expect(try RegularExpression("^a|b$").matchesWhole("b"))
  }

  @Test("names of groups")
  func namesGroups() throws {
    let expression = try RegularExpression("(?P<first>a)(b)(?<third>c)")
    #expect(expression.groupNames == [nil, "first", nil, "third"])
  }

  @Test(
    "alternatives outside of every group are noted",
    arguments: [
      ("a|b", true), ("(a|b)", false), ("[|]", false), ("\\|", false), ("\\Q|\\E", false), ("(?:a)|b", true),
      ("(?i)a|b", true), ("(a)(?:b|c)", false), ("a|", true),
    ])
  func seesTopLevelAlternation(pattern: String, expected: Bool) throws {
    #expect(try RegularExpression(pattern).hasTopLevelAlternation == expected)
  }

  @Test("the forms of a letter are rings, and a range's closure holds the rings of its members")
  func foldsCase() {
    for value in UInt32(0)...0x1FFFF {
      var ring = [value]
      while let last = ring.last, CaseFolding.next(after: last) != value, ring.count < 6 {
        ring.append(CaseFolding.next(after: last))
      }
      guard ring.count > 1 else { continue }
      let closure = Set(CaseFolding.closure(of: value...value).flatMap { $0 })
      if ring.count > 4 || closure != Set(ring) { Issue.record("\(value): \(ring), \(closure)") }
    }
  }
}
