import Inspection
import JOSE

/// A row of a comparison whole: both values one above the other, with where they part.
enum ComparedRow {
  static func draw(_ model: Model, _ view: ComparisonView, on canvas: inout Canvas) {
    let size = canvas.frame.size
    let rect = Rect(column: 0, row: 1, width: size.columns, height: size.rows - 3)
    let lines = lines(model, view)
    let height = OverlayView.textHeight(size)
    let first = max(0, min(view.wholeOffset ?? 0, lines.count - height))
    let path = row(model, view).map { ClaimPath([.member($0.name, occurrence: 0)]).text } ?? ""
    canvas.box(rect, title: "Compare \(Visible.escaped(JSONPreview.prefix(path, limit: 200)))")
    for row in 0..<height where lines.indices.contains(first + row) {
      canvas.put(lines[first + row], rect.inside.column, rect.inside.row + row, width: rect.inside.width)
    }
    canvas.markCut(rect, below: lines.count - first - height)
  }

  static func isHidden(_ row: Comparison.Row, _ model: Model) -> Bool {
    !model.showsMasked
      && [row.left, row.right].contains { $0.map { Masking.hides(name: row.name, value: $0, in: nil) } ?? false }
  }

  private static func row(_ model: Model, _ view: ComparisonView) -> Comparison.Row? {
    guard let rows = model.comparison(view)?.rows, let selection = view.selection, rows.indices.contains(selection)
    else { return nil }
    return rows[selection]
  }

  static func lines(_ model: Model, _ view: ComparisonView) -> [StyledLine] {
    let width = OverlayView.textWidth(model.size)
    let glyphs = model.options.glyphs
    guard let row = row(model, view), let left = model.index(of: view.left).map({ model.entries[$0] }),
      let right = model.index(of: view.right).map({ model.entries[$0] })
    else { return [StyledLine("One of the tokens is gone.", Style(.muted))] }
    let (one, other) = ComparisonRender.titles(model, left, right, width: width - 2)
    var lines: [StyledLine] = []
    func add(_ sign: String, _ role: Role, _ title: StyledLine, _ value: [StyledLine]) {
      if !lines.isEmpty { lines.append(StyledLine()) }
      var head = StyledLine("\(sign) ", Style(role, bold: true))
      head.add(title)
      lines.append(head)
      lines += value
    }
    func whole(_ value: JSON?) -> [StyledLine] {
      guard let value else { return [StyledLine("  " + glyphs.words("–"), Style(.muted))] }
      if isHidden(row, model) {
        let words = "  \(String(repeating: glyphs.mask, count: 8))  hidden; \(model.key(.toggleMask)) shows it"
        return [StyledLine(words, Style(.muted))]
      }
      let text = JSONPreview.compact(value, limit: limit, masks: !model.showsMasked)
      let side = Parting.Side(before: Visible.escaped(text), differing: "", after: "")
      return wrapped(side, width: width, glyphs)
    }
    if row.kind == .changed, let one = row.left, let other = row.right, !isHidden(row, model) {
      let parting = Parting(one, other, limit: limit, masks: !model.showsMasked)
      let titles = ComparisonRender.titles(model, left, right, width: width - 2)
      add("-", .warning, titles.0, wrapped(parting.left, width: width, glyphs))
      add("+", .accent, titles.1, wrapped(parting.right, width: width, glyphs))
    } else {
      add("-", .warning, one, whole(row.left))
      add("+", .accent, other, whole(row.right))
    }
    guard let sentence = sentence(row) else { return lines }
    lines.append(StyledLine())
    var facts = Paragraphs(width: width, glyphs: glyphs)
    facts.add("", sentence, .muted)
    return lines + facts.lines
  }

  private static let limit = 20_000

  private static func sentence(_ row: Comparison.Row) -> String? {
    switch row.kind {
    case .same: "The same in both."
    case .respelled: "The same value in both; only how it is written differs."
    case .onlyLeft: "Only the first token has it."
    case .onlyRight: "Only the second token has it."
    case .changed:
      if let left = row.left?.kindName, let right = row.right?.kindName, left != right {
        "The first is \(left), the second \(right)."
      } else {
        nil
      }
    }
  }

  /// A value in lines, with a pointer below the place where it parts from the other.
  private static func wrapped(_ side: Parting.Side, width: Int, _ glyphs: Glyphs) -> [StyledLine] {
    let room = max(10, width - 2)
    var lines: [StyledLine] = []
    var line = StyledLine()
    var used = 0
    /// The line and the column where the values part.
    var place: (line: Int, column: Int)?
    func add(_ text: String, _ style: Style, isPart: Bool = false) {
      var part = ""
      for character in text {
        let wide = DisplayWidth.of(character, in: glyphs.characters)
        if used + wide > room {
          line.add(part, style)
          lines.append(line)
          line = StyledLine()
          (part, used) = ("", 0)
        }
        if isPart, place == nil { place = (lines.count, used) }
        part.append(character)
        used += wide
      }
      line.add(part, style)
    }
    let ellipsis = Style(.accent, bold: true)
    if side.lacksStart { add(glyphs.ellipsis, ellipsis) }
    add(side.before, Style())
    add(side.differing, Parting.emphasis, isPart: true)
    add(side.after, Style())
    if side.lacksEnd { add(glyphs.ellipsis, ellipsis) }
    lines.append(line)
    var shown = lines.map { line in
      var indented = StyledLine("  ")
      indented.add(line)
      return indented
    }
    if let place { shown.insert(pointer(at: place.column + 2, width: width, glyphs), at: place.line + 1) }
    return shown
  }

  private static func pointer(at column: Int, width: Int, _ glyphs: Glyphs) -> StyledLine {
    let words = "they part here"
    let text =
      column + words.count + 2 <= width
      ? "\(String(repeating: " ", count: column))\(glyphs.bottomLeft) \(words)"
      : "\(String(repeating: " ", count: max(0, column - words.count - 1)))\(words) \(glyphs.bottomRight)"
    return StyledLine(text, Style(.warning))
  }
}
