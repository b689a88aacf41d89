import JOSE
import Testing
import TrustPolicy

@testable import TerminalUI

@Suite("Screens with little room")
struct SmallScreenTests {
  /// A verified token, 16 audiences and six policies.
  private func screen(_ columns: Int, _ rows: Int, glyphs: Glyphs = .unicode) throws -> ScreenDriver {
    var screen = ScreenDriver(
      columns: columns, rows: rows, audiences: (1...16).map { "audience-\($0).example.org" }, glyphs: glyphs
    ) {
      $0.policies = ["a"]
    }
    try screen.request()
    screen.send(
      .policiesRead(PolicySet((1...6).map { PolicyFixture.document(PolicyFixture.refusing, "role\($0).json") })))
    for _ in 0..<4 { screen.pass(milliseconds: 1) }
    return screen
  }

  private func heights(_ screen: ScreenDriver) -> [Pane: Int] {
    let layout = Layout(screen.model, size: screen.size)
    return Dictionary(uniqueKeysWithValues: Pane.allCases.map { ($0, layout.height(of: $0)) })
  }

  @Test("the focused pane grows where it has more to show", arguments: [(80, 24), (60, 20), (60, 16), (100, 20)])
  func focusGrows(columns: Int, rows: Int) throws {
    var screen = try screen(columns, rows)
    var unfocused: [Pane: Int] = [:]
    for (key, pane) in [("1", Pane.list), ("3", .claims), ("5", .trust)] {
      try screen.press(key)
      for (other, height) in heights(screen) where other != pane {
        unfocused[other] = max(unfocused[other] ?? 0, height)
      }
    }
    for (key, pane) in [("1", Pane.list), ("3", .claims), ("5", .trust)] {
      try screen.press(key)
      #expect((heights(screen)[pane] ?? 0) >= (unfocused[pane] ?? 0), "\(pane)")
      #expect(heights(screen).values.allSatisfy { $0 > 0 })
    }
  }

  @Test("heights change with the focus alone, not with what is selected")
  func stands() throws {
    var screen = try screen(80, 24)
    for pane in ["1", "3", "5"] {
      try screen.press(pane, "g")
      let before = heights(screen)
      for key in ["down", "down", "pgdn", "G", "up"] {
        try screen.press(key)
        if pane == "1" {
          #expect(heights(screen)[.list] == before[.list], "\(key)")
        } else {
          #expect(heights(screen) == before, "\(pane) \(key)")
        }
      }
    }
  }

  @Test("no pane keeps a blank row that another needs", arguments: [(80, 24), (60, 20), (84, 30)])
  func noBlankRows(columns: Int, rows: Int) throws {
    var screen = try screen(columns, rows)
    for key in ["1", "2", "3", "4", "5"] {
      try screen.press(key)
      let heights = heights(screen)
      let layout = Layout(screen.model, size: screen.size)
      #expect((heights[.signature] ?? 0) <= layout.signatureLines.count)
      #expect((heights[.header] ?? 0) <= 3 && (heights[.trust] ?? 0) <= 6 && (heights[.list] ?? 0) <= 16)
    }
  }

  @Test("where all fits, the focus moves nothing, and nothing is marked", arguments: [(80, 50), (120, 36), (100, 30)])
  func roomy(columns: Int, rows: Int) throws {
    var screen = ScreenDriver(columns: columns, rows: rows)
    try screen.request()
    let first = heights(screen)
    for key in ["1", "2", "3", "4"] {
      try screen.press(key)
      #expect(heights(screen) == first)
      #expect(!screen.text.contains(" more"))
    }
  }

  @Test("every pane that is cut says how much stands below", arguments: [(80, 24), (60, 20), (45, 11), (120, 24)])
  func marks(columns: Int, rows: Int) throws {
    for glyphs in [Glyphs.unicode, .ascii] {
      var screen = try screen(columns, rows, glyphs: glyphs)
      for key in ["1", "2", "3", "4", "5"] {
        try screen.press(key, "g")
        let layout = Layout(screen.model, size: screen.size)
        let needs: [Pane: Int] = [
          .list: 16, .header: 3, .claims: 11, .signature: layout.signatureLines.count, .trust: 6,
        ]
        for (pane, need) in needs {
          guard let section = layout.section(.pane(pane)), section.content.height < need else { continue }
          let more = "\(need - section.content.height) more"
          #expect(screen.lines[section.titleRow].contains(more), "\(key) \(pane): \(screen.lines[section.titleRow])")
        }
      }
    }
  }

  @Test("looks as its snapshot", arguments: [(80, 24), (60, 20)])
  func snapshots(columns: Int, rows: Int) throws {
    var screen = try screen(columns, rows)
    try expectSnapshot(screen, "small-list-\(columns)x\(rows)")
    try screen.press("3")
    try expectSnapshot(screen, "small-claims-\(columns)x\(rows)")
    try screen.press("5")
    try expectSnapshot(screen, "small-trust-\(columns)x\(rows)")
  }

  // MARK: - Text that is cut

  private func field(_ text: String, cursor: Int, width: Int, _ glyphs: Glyphs = .unicode) -> (
    text: String, column: Int
  ) {
    var field = TextField(text)
    for _ in 0..<(field.characters.count - cursor) { _ = field.handle(.left) }
    var canvas = Canvas(size: Size(columns: width, rows: 1), glyphs: glyphs)
    PromptView.drawField(field, on: &canvas, 0, 0, width: width)
    return (canvas.frame.textLines[0], canvas.frame.cursor?.column ?? -1)
  }

  @Test("a field marks each side that is cut, and the cursor stands on its character")
  func fields() throws {
    let arn = "arn:aws:iam::111122223333:role/deploy"
    #expect(field(arn, cursor: arn.count, width: 13).text == "…role/deploy")
    for width in [10, 21, 36, 37, 38, 60] {
      for cursor in 0...arn.count {
        let (shown, column) = field(arn, cursor: cursor, width: width)
        #expect((0..<width).contains(column), "\(width) \(cursor)")
        let cells = Array(shown)
        if cursor < arn.count {
          #expect(cells[column] == Array(arn)[cursor], "\(width) \(cursor): \(shown) \(column)")
        } else {
          #expect(column == cells.count)
        }
        let plain = shown.filter { $0 != "…" }
        let range = try #require(arn.range(of: plain))
        #expect(shown.hasPrefix("…") == (range.lowerBound > arn.startIndex), "\(width) \(cursor): \(shown)")
        #expect(shown.hasSuffix("…") == (range.upperBound < arn.endIndex), "\(width) \(cursor): \(shown)")
      }
    }
    #expect(field(arn, cursor: 0, width: 10, .ascii).text == "arn:aws:i~")
    #expect(field("東京都港区", cursor: 5, width: 6).text == "…港区")
  }

  @Test("an exchange shows that the role is cut", arguments: [(60, 20), (45, 11)])
  func exchange(columns: Int, rows: Int) throws {
    var screen = ScreenDriver(columns: columns, rows: rows)
    try screen.request()
    try screen.press("x", "down")
    screen.type("arn:aws:iam::111122223333:role/deploy")
    let line = try #require(screen.lines.first { $0.contains("role/deploy") })
    #expect(line.contains("…"))
  }

  @Test("one character is one")
  func singular() throws {
    var screen = ScreenDriver()
    try screen.request(TokenFixture.token(audience: "sts.amazonaws.com", extra: #","x":"y""#))
    try screen.press("3", "G", "enter")
    #expect(screen.text.contains("a string of 1 character") && !screen.text.contains("1 characters"))
  }

  @Test("text that has more lines than there is room for ends in a mark")
  func wrapping() {
    let text = "one two three four five six seven"
    #expect(TextWrap.lines(text, width: 9, limit: 2, mark: "…") == ["one two", "three…"])
    #expect(TextWrap.lines(text, width: 9, limit: 9, mark: "…").last == "six seven")
  }
}
