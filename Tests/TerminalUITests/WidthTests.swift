import Testing

@testable import TerminalUI

@Suite struct WidthTests {
  @Test(arguments: [
    ("", 0), ("idp", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｆｕ", 4), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("👍", 2), ("❤", 1), ("❤\u{FE0F}", 1), ("✔", 1), ("⌛", 2), ("─│╭", 3), ("עברית", 5), ("العربية", 7), ("ไทย", 3),
    ("\u{1F468}\u{200D}\u{1F467}", 2 + 8 + 2), ("\u{1B}[31m", 6 + 4), ("\u{202E}", 8), ("1\u{FE0F}\u{20E3}", 1),
    ("\u{300}", 7), ("\u{1F1E9}", 9), ("\u{2630}", 8),
  ])
  func columnsAreThoseOfATerminal(_ text: String, _ width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test(arguments: [
    "日本 e\u{301}👍 \u{202E}", "👩\u{200D}👩\u{200D}👧❤\u{FE0F}", "zalgo a\u{300}\u{300}\u{300}\u{300}\u{300}",
  ])
  func aFrameUsesAsManyColumnsAsWereTold(_ text: String) {
    for characters in [CharacterSet.unicode, .ascii] {
      var frame = Frame(size: Size(columns: 200, rows: 1), characters: characters)
      #expect(frame.put(text, column: 0, row: 0) == DisplayWidth.of(text, in: characters))
    }
  }

  @Test func inAsciiAllElseIsAsWideAsItsEscape() {
    #expect(DisplayWidth.of("é", in: .ascii) == 6)
    #expect(DisplayWidth.of(Character("日"), in: .ascii) == 8)
  }

  @Test func theTableIsInOrder() {
    // A binary search finds a scalar only then; each range is tried at both of its ends and outside.
    for (scalar, kind) in [
      ("\u{1100}", ScalarClass.wide), ("\u{10FF}", .narrow), ("\u{231A}", .wide), ("\u{231B}", .wide),
      ("\u{231C}", .narrow),
      ("\u{3041}", .wide), ("\u{A4C6}", .wide), ("\u{A4D0}", .narrow), ("\u{FF60}", .wide), ("\u{FF61}", .narrow),
      ("\u{1F004}", .wide), ("\u{1F005}", .narrow), ("\u{1FA70}", .wide), ("\u{20000}", .wide), ("\u{4DC0}", .escaped),
      ("\u{1D300}", .escaped), ("\u{1161}", .combining), ("\u{1160}", .escaped), ("\u{FE0E}", .presentation),
    ] as [(Unicode.Scalar, ScalarClass)] {
      #expect(ScalarClass(scalar) == kind, "U+\(String(scalar.value, radix: 16))")
    }
  }
}
