import Testing

@testable import TerminalUI

@Suite struct FrameTests {
  @Test func textIsPutWhereItIsAskedFor() {
    var frame = Frame(size: Size(columns: 12, rows: 3))
    #expect(frame.put("claims", column: 2, row: 1) == 6)
    #expect(frame.textLines == ["", "  claims", ""])
  }

  @Test func styleIsKeptWithEachCell() {
    var frame = Frame(size: Size(columns: 4, rows: 1))
    let style = Style(.bad, bold: true, dim: true, reverse: true, underline: true)
    frame.put("ab", column: 1, row: 0, style: style)
    #expect(frame[0, 0].style == Style())
    #expect(frame[1, 0].style == style)
    #expect(frame[2, 0].text == "b")
  }

  @Test(arguments: Role.allCases) func everyRoleSurvivesPacking(_ role: Role) {
    #expect(Style(code: Style(role, dim: true).code) == Style(role, dim: true))
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
    ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("日本語", 3, "日…"), ("日本語", 2, "…"),
    ("a\u{301}b\u{301}", 2, "a\u{301}b\u{301}"),
  ])
  func textThatDoesNotFitEndsInAnEllipsis(_ text: String, _ width: Int, _ shown: String) {
    var frame = Frame(size: Size(columns: 10, rows: 1))
    let used = frame.put(text, column: 0, row: 0, width: width)
    // "日本語" in four columns leaves one empty before the ellipsis: half a character is none.
    let line = frame.textLines[0].split(separator: " ").joined()
    #expect(line == shown)
    #expect(used <= width)
    #expect(frame[width, 0] == .blank())
  }

  @Test func anEllipsisOfOursLooksDifferentFromOneInTheText() {
    var frame = Frame(size: Size(columns: 4, rows: 2))
    frame.put("abc…", column: 0, row: 0)
    frame.put("abcde", column: 0, row: 1)
    #expect(frame.textLines == ["abc…", "abc…"])
    #expect(frame[3, 0] != frame[3, 1])
  }

  @Test func cutsAreNotMarkedWhenNobodyWantsIt() {
    var frame = Frame(size: Size(columns: 3, rows: 1))
    frame.put("─────", column: 0, row: 0, marksCut: false)
    #expect(frame.textLines == ["───"])
  }

  @Test(arguments: [(-1, 0), (0, -1), (0, 2), (5, 0), (-9, 0), (100, 100)])
  func nothingIsWrittenOutside(_ column: Int, _ row: Int) {
    var frame = Frame(size: Size(columns: 5, rows: 2))
    frame.put("日本語 text", column: column, row: row)
    frame.fill("x", column: column, row: row, columns: 1)
    frame.restyle(column: column, row: row, columns: 1) { $0.reverse = true }
    #expect(frame.cells.count == 10)
    if column >= 0 || row != 0 { #expect(frame == Frame(size: Size(columns: 5, rows: 2))) }
  }

  @Test func aFrameWithoutCellsTakesEverything() {
    var frame = Frame(size: Size(columns: 0, rows: 0))
    #expect(frame.put("text", column: 0, row: 0) == 0)
    frame.fill(column: 0, row: 0, columns: 5, rows: 5)
    #expect(frame.textLines.isEmpty)
  }

  @Test(arguments: [(0, ["x 語"]), (1, [" x語"]), (2, ["日x"]), (3, ["日 x"])])
  func overwritingHalfOfAWideCharacterBlanksTheOther(_ column: Int, _ expected: [String]) {
    var frame = Frame(size: Size(columns: 4, rows: 1))
    frame.put("日語", column: 0, row: 0)
    frame.put("x", column: column, row: 0)
    #expect(frame.textLines == expected)
    // Each column is still accounted for.
    for (index, cell) in frame.cells.enumerated() where cell.isContinuation {
      #expect(index > 0 && DisplayWidth.of(frame.cells[index - 1].text) == 2)
    }
  }

  @Test(arguments: [
    "\u{1B}[31m", "\u{07}", "\u{0}", "\n", "\r", "\t", "\u{7F}", "\u{85}", "\u{9B}31m", "\u{202E}", "\u{2066}",
    "\u{200B}",
    "\u{200D}", "\u{2028}", "\u{FEFF}", "\u{E0041}", "\u{E000}", "\u{FFFE}", "\u{378}", "\u{3164}", "\u{FE0F}",
    "\u{E0100}",
    "\u{AD}", "\u{301}", "\u{1F1E9}\u{1F1EA}",
  ])
  func whatActsOnTheTerminalOrHidesIsShownEscaped(_ text: String) throws {
    var frame = Frame(size: Size(columns: 60, rows: 1))
    let used = frame.put("a" + text + "b", column: 0, row: 0)
    let line = frame.textLines[0]
    let isMark = text == "\u{301}"
    if !isMark { #expect(line.hasPrefix("a\\u{")) }
    #expect(line.hasSuffix("b"))
    #expect(used == DisplayWidth.of("a" + text + "b"))
    for scalar in line.unicodeScalars where !isMark { #expect((0x20..<0x7F).contains(scalar.value)) }
  }

  @Test func noScalarAtAllReachesACellUnlessItIsPrintable() {
    var frame = Frame(size: Size(columns: 40, rows: 1))
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      frame.put(String(Character(scalar)), column: 0, row: 0)
      let shown = frame[0, 0].text.unicodeScalars
      guard let first = shown.first, shown.count == 1 else {
        Issue.record("U+\(String(value, radix: 16)) fills a cell with \(shown.count) scalars")
        return
      }
      switch first.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
        .nonspacingMark,
        .enclosingMark:
        Issue.record("U+\(String(value, radix: 16)) is shown as it is")
        return
      default: break
      }
    }
  }

  @Test func marksBeyondWhatACellHoldsAreShownEscaped() {
    var frame = Frame(size: Size(columns: 40, rows: 1))
    frame.put("a\u{300}\u{301}\u{302}\u{303}\u{304}b", column: 0, row: 0)
    #expect(frame[0, 0].text == "a\u{300}\u{301}\u{302}\u{303}")
    #expect(frame.textLines[0].hasSuffix("\\u{304}b"))
  }

  @Test func withoutUnicodeEverythingElseIsEscaped() {
    var frame = Frame(size: Size(columns: 40, rows: 1), characters: .ascii)
    frame.put("é日", column: 0, row: 0)
    #expect(frame.textLines == ["\\u{e9}\\u{65e5}"])
    frame.put(String(repeating: "x", count: 41), column: 0, row: 0)
    #expect(frame[39, 0].text == "~")
  }

  @Test func framesAreEqualWhenTheyLookEqual() {
    var one = Frame(size: Size(columns: 3, rows: 1))
    var other = one
    one.put("a", column: 0, row: 0)
    #expect(one != other)
    other.put("a", column: 0, row: 0)
    #expect(one == other)
    one.cursor = (1, 0)
    #expect(one != other)
  }

  @Test func aSelectionBarChangesStylesOnly() {
    var frame = Frame(size: Size(columns: 5, rows: 2))
    frame.put("日ab", column: 0, row: 1, style: Style(.key))
    frame.restyle(column: 0, row: 1, columns: 99) { $0.reverse = true }
    #expect(frame.textLines == ["", "日ab"])
    #expect(frame[0, 1].style == Style(.key, reverse: true))
    #expect(frame.styleLines == ["", "#####"])
  }

  @Test(arguments: [Glyphs.unicode, Glyphs.ascii])
  func theSignsAreOneColumnWideAndShownAsTheyAre(_ glyphs: Glyphs) {
    for child in Mirror(reflecting: glyphs).children {
      let signs = (child.value as? [String]) ?? (child.value as? String).map { [$0] } ?? []
      for sign in signs where child.label != "enter" || glyphs.isUnicode {
        var frame = Frame(size: Size(columns: 9, rows: 1), characters: glyphs.characters)
        #expect(frame.put(sign, column: 0, row: 0) == 1, "\(child.label ?? "")")
        #expect(frame[0, 0].text == sign)
      }
    }
  }
}
