import JOSE
import Testing

@testable import TerminalUI

@Suite("Comparing two tokens")
struct ComparisonTests {
  private static let subject = "repo:acme/app:ref:refs/heads/main:environment:"

  /// Two pasted tokens of one issuer, compared.
  private func compare(
    _ left: String, _ right: String, _ columns: Int = 80, _ rows: Int = 24, glyphs: Glyphs = .unicode
  ) throws -> ScreenDriver {
    var screen = ScreenDriver(columns: columns, rows: rows, audiences: [], glyphs: glyphs)
    screen.paste(TokenFixture.signed(right))
    screen.paste(TokenFixture.signed(left))
    screen.pass(seconds: 7)
    try screen.press("d")
    return screen
  }

  private func subjects(_ columns: Int = 80, _ rows: Int = 24, glyphs: Glyphs = .unicode) throws -> ScreenDriver {
    let now = ScreenDriver.start.seconds
    return try compare(
      #"{"iss":"https://x","iat":\#(now),"sub":"\#(Self.subject)production","n":"語","name":"Jürgen","o":{"a":1,"b":2}}"#,
      #"{"iss":"https://x","iat":\#(now - 60),"sub":"\#(Self.subject)prod-eu","n":"\u8a9e","name":"J\u00fcrgen","o":{"b":2,"a":1}}"#,
      columns, rows, glyphs: glyphs)
  }

  private func view(_ screen: ScreenDriver) -> ComparisonView? {
    if case .comparison(let view)? = screen.model.overlay { view } else { nil }
  }

  private func row(_ name: String, _ screen: ScreenDriver) -> [String] {
    screen.lines.filter { $0.dropFirst(3).hasPrefix(" \(name) ") || $0.dropFirst(4).hasPrefix("\(name) ") }
  }

  @Test("looks as its snapshot", arguments: [(120, 36), (80, 24), (60, 20), (45, 11)])
  func snapshots(columns: Int, rows: Int) throws {
    var screen = try subjects(columns, rows)
    try screen.press("n")
    try expectSnapshot(screen, "compare-parting-\(columns)x\(rows)")
    try screen.press("enter")
    try expectSnapshot(screen, "compare-whole-\(columns)x\(rows)")
  }

  @Test("shows the part of long values that differs, at every width", arguments: [160, 120, 80, 76, 60, 50, 45])
  func parts(_ columns: Int) throws {
    for glyphs in [Glyphs.unicode, .ascii] {
      let screen = try subjects(columns, 24, glyphs: glyphs)
      let row = row("sub", screen).joined()
      #expect(row.contains("uction") && row.contains("-eu"), "\(columns): \(row)")
      // What differs stands out by more than colour.
      let marked = screen.frame.cells.filter { $0.style.underline && $0.style.bold }.map(\.text).joined()
      #expect(marked.contains("uction") && marked.contains("-eu"))
      #expect(!marked.contains("repo"))
    }
  }

  @Test("a value that only goes on is marked where the other one ends")
  func goesOn() throws {
    let screen = try compare(#"{"sub":"https://github.com/acme/app"}"#, #"{"sub":"https://github.com/acme/app/x"}"#)
    let marked = screen.frame.cells.filter { $0.style.underline }.map(\.text).joined()
    #expect(marked == "\"/x")
  }

  @Test("of a number all digits from the first other one on are marked")
  func numbers() throws {
    let screen = try compare(#"{"n":1795435248}"#, #"{"n":1795435188}"#)
    let marked = screen.frame.cells.filter { $0.style.underline }.map(\.text).joined()
    #expect(marked == "248188")
  }

  @Test("values that are only written otherwise are no difference, and it is said")
  func respelled() throws {
    var screen = try subjects()
    #expect(screen.text.contains("Claims  2 of 6 differ, 3 only in how they are written"))
    for name in ["n", "name", "o"] { #expect(row(name, screen).first?.contains("= \(name)") == true) }
    try screen.press("d")
    #expect(row("name", screen).isEmpty && !row("sub", screen).isEmpty)
    try screen.press("d", "G", "enter")
    #expect(screen.text.contains("The same value in both; only how it is written differs."))
  }

  @Test("another order of all members is said where nothing differs")
  func otherOrder() throws {
    let screen = try compare(#"{"iss":"https://x","sub":"y"}"#, #"{"sub":"y","iss":"https://x"}"#)
    #expect(screen.text.contains("Claims  the same in both, in another order or spacing"))
  }

  @Test("names are compared byte for byte, and duplicates one by one")
  func names() throws {
    let screen = try compare(#"{"é":1,"sub":"a","sub":"b"}"#, #"{"e\u0301":1,"sub":"b"}"#)
    #expect(screen.text.contains("Claims  4 of 4 differ"))
  }

  @Test("Enter and Right show a row whole with where it parts; Esc, q, Left and Enter lead back")
  func whole() throws {
    for (open, close) in [("enter", "esc"), ("right", "q"), ("enter", "left"), ("enter", "enter")] {
      var screen = try subjects(60, 20)
      try screen.press("n", open)
      #expect(screen.text.contains("Compare .sub") && screen.text.contains("they part here"))
      try screen.press(close)
      #expect(view(screen) != nil && !screen.text.contains("they part here"))
      try screen.press("esc")
      #expect(screen.model.overlay == nil)
    }
  }

  @Test("a long value scrolls while it is whole")
  func longValues() throws {
    let long = String(repeating: "permission:read ", count: 400)
    var screen = try compare(#"{"scope":"\#(long)"}"#, #"{"scope":"\#(long)x"}"#)
    #expect(row("scope", screen).first?.contains("…") == true)
    try screen.press("enter")
    #expect(screen.text.contains("more") && !screen.text.contains("they part here"))
    try screen.press("G")
    #expect(screen.text.contains("they part here"))
  }

  @Test("y copies both values; n and N go between differences")
  func keys() throws {
    var screen = try subjects()
    let first = try #require(view(screen)?.selection)
    try screen.press("n")
    let second = try #require(view(screen)?.selection)
    #expect(first != second)
    try screen.press("y")
    #expect(
      screen.effects.last
        == .copy(
          "\"\(Self.subject)production\"\n\"\(Self.subject)prod-eu\"", what: "both values of .sub"))
    try screen.press("N")
    #expect(view(screen)?.selection == first)
  }

  @Test("d leads back from differences where there are none")
  func noDifferences() throws {
    var screen = try compare(#"{"iss":"https://x","sub":"y"}"#, #"{"sub":"y","iss":"https://x"}"#)
    try screen.press("d", "enter", "y")
    #expect(view(screen)?.onlyDifferences == true)
    try screen.press("d")
    #expect(view(screen)?.onlyDifferences == false)
  }

  @Test("tokens that are called alike are told apart by when they were issued, or by their place")
  func titles() throws {
    var screen = try subjects()
    #expect(screen.text.contains("issued 12:00:48Z") && screen.text.contains("issued 11:59:48Z"))
    screen = try compare(#"{"iss":"https://x","sub":"a"}"#, #"{"iss":"https://x","sub":"b"}"#)
    #expect(screen.text.contains("number 1") && screen.text.contains("number 2"))
    try screen.press("esc")
    screen.paste(TokenFixture.signed(#"{"iss":"https://x","sub":"c"}"#))
    try screen.press("d")
    #expect(screen.text.contains("number 1") && screen.text.contains("number 2"))
  }

  @Test("the selection stays in sight, at the smallest size too")
  func scrolling() throws {
    let claims = (0..<60).map { #""claim\#($0)":"\#($0)""# }.joined(separator: ",")
    var screen = try compare(
      "{\(claims)}", "{\(claims),\"x\":1}", 40, 10)
    for key in ["G", "g", "pgdn", "down", "up", "G"] {
      try screen.press(key)
      let selected = screen.frame.cells.contains { $0.style.reverse }
      #expect(selected, "\(key)")
    }
    #expect(screen.text.contains("x"))
  }

  @Test("what is masked stays hidden, and hostile values bring nothing to the terminal")
  func hidden() throws {
    var screen = try compare(
      #"{"client_secret":"hunter2","a":"\u001b]0;x\u0007\u202e1"}"#,
      #"{"client_secret":"hunter3","a":"\u001b]0;x\u0007\u202e2"}"#)
    #expect(!screen.text.contains("hunter"))
    try screen.press("g", "n", "enter")
    #expect(!screen.text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x202E) })
    try screen.press("esc", "G", "N", "enter")
    #expect(!screen.text.contains("hunter"))
  }
}
