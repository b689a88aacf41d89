import Testing

@testable import CEL

@Suite("What RE2 does not take is refused in the words of Go")
struct RegularExpressionProblemTests {
  @Test(
    "message and place",
    arguments: [
      ("a(?=b)", "invalid or unsupported Perl syntax: `(?=`", 1),
      ("a(?!b)", "invalid or unsupported Perl syntax: `(?!`", 1),
      ("(?<=a)b", "invalid named capture: `(?<=a)b`", 0),
      ("(?>a)", "invalid or unsupported Perl syntax: `(?>`", 0),
      ("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`", 0),
      ("(?i--s)a", "invalid or unsupported Perl syntax: `(?i--`", 0),
      ("(?x)a", "invalid or unsupported Perl syntax: `(?x`", 0),
      ("(?", "invalid or unsupported Perl syntax: `(?`", 0),
      ("(?P=n)", "invalid or unsupported Perl syntax: `(?P`", 0),
      ("(?P<n", "invalid named capture: `(?P<n`", 0),
      ("(?P<n-1>a)", "invalid named capture: `(?P<n-1>`", 0),
      ("(?<>a)", "invalid named capture: `(?<>`", 0),
      ("(?P<\u{212A}>a)", "invalid named capture: `(?P<\u{212A}>`", 0),
      ("(a)\\1", "invalid escape sequence: `\\1`", 3),
      ("a\\8", "invalid escape sequence: `\\8`", 1),
      ("\\k<n>", "invalid escape sequence: `\\k`", 0),
      ("\\Z", "invalid escape sequence: `\\Z`", 0),
      ("\\C", "invalid escape sequence: `\\C`", 0),
      ("\\E", "invalid escape sequence: `\\E`", 0),
      ("\\é", "invalid escape sequence: `\\é`", 0),
      ("[\\b]", "invalid escape sequence: `\\b`", 1),
      ("\\x{110000}", "invalid escape sequence: `\\x{110000`", 0),
      ("\\x{}", "invalid escape sequence: `\\x{}`", 0),
      ("\\x4", "invalid escape sequence: `\\x4`", 0),
      ("\\xg0", "invalid escape sequence: `\\xg0`", 0),
      ("a\\", "trailing backslash at end of expression: ``", 1),
      ("é(b", "missing closing ): `é(b`", 2),
      ("ab)", "unexpected ): `ab)`", 2),
      ("a[b", "missing closing ]: `[b`", 1),
      ("[]", "missing closing ]: `[]`", 0),
      ("[a-", "missing closing ]: `[a-`", 0),
      ("x[b-a]", "invalid character class range: `b-a`", 2),
      ("[a-\\d]", "invalid escape sequence: `\\d`", 3),
      ("[[:foo:]]", "invalid character class range: `[:foo:]`", 1),
      ("\\pX", "invalid character class range: `\\pX`", 0),
      ("\\p{Klingon}", "invalid character class range: `\\p{Klingon}`", 0),
      ("\\p{\u{212A}annada}", "invalid character class range: `\\p{\u{212A}annada}`", 0),
      ("\\p{Greek", "invalid character class range: `\\p{Greek`", 0),
      ("\\p", "invalid character class range: `\\p`", 0),
      ("*a", "missing argument to repetition operator: `*`", 0),
      ("a|+?", "missing argument to repetition operator: `+?`", 2),
      ("(?i){2}", "missing argument to repetition operator: `{2}`", 4),
      ("a**", "invalid nested repetition operator: `**`", 1),
      ("a+*?b", "invalid nested repetition operator: `+*?`", 1),
      ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`", 1),
      ("a{1001}", "invalid repeat count: `{1001}`", 1),
      ("a{2,1}", "invalid repeat count: `{2,1}`", 1),
      ("a{1,99999999999999999999}", "invalid repeat count: `{1,99999999999999999999}`", 1),
      ("(a{1000}){1000}", "invalid repeat count: `{1000}`", 9),
      ("((a{100}){100}){100}", "invalid repeat count: `{100}`", 9),
      ("(?:a{2}|b{300}){4}", "invalid repeat count: `{4}`", 15),
    ])
  func refuses(pattern: String, message: String, offset: Int) {
    let problem = #expect(throws: RegularExpression.Problem.self) { try RegularExpression(pattern) }
    #expect(problem?.message == message)
    #expect(problem?.offset == offset)
  }

  @Test("a long expression is not quoted in full")
  func quotesAPartOfALongExpression() {
    let pattern = "(" + String(repeating: "ab", count: 5_000)
    let problem = #expect(throws: RegularExpression.Problem.self) { try RegularExpression(pattern) }
    #expect(problem?.kind == .missingParenthesis)
    #expect((problem?.message.utf8.count ?? 0) < 300)
  }
}
