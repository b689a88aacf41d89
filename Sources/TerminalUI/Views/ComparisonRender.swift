import Inspection
import JOSE

/// Two tokens' headers and claims beside each other, or merged where it is narrow.
struct ComparisonRender {
  struct Line {
    var text: StyledLine
    /// The row of `Comparison.rows`; nil for what cannot be selected.
    let row: Int?
  }

  private let model: Model
  private let label: Int
  private let column: Int
  private let isWide: Bool
  private var glyphs: Glyphs { model.options.glyphs }

  /// The names of the two tokens, which stay, and what scrolls below them.
  static func text(_ model: Model, _ view: ComparisonView) -> (head: [StyledLine], lines: [Line]) {
    guard let comparison = model.comparison(view), let left = model.index(of: view.left).map({ model.entries[$0] }),
      let right = model.index(of: view.right).map({ model.entries[$0] })
    else { return ([], [Line(text: StyledLine("One of the tokens is gone.", Style(.muted)), row: nil)]) }
    let render = ComparisonRender(model, comparison.rows, width: OverlayView.textWidth(model.size))
    var lines: [Line] = []
    var first = 0
    for part in comparison.parts {
      lines.append(Line(text: render.heading(part), row: nil))
      for (index, row) in part.rows.enumerated() where !view.onlyDifferences || row.differs {
        lines += render.lines(row).map { Line(text: $0, row: first + index) }
      }
      first += part.rows.count
    }
    return (render.head(left, right), lines)
  }

  private init(_ model: Model, _ rows: [Comparison.Row], width: Int) {
    self.model = model
    let widest = rows.reduce(4) {
      max(
        $0,
        DisplayWidth.of(Visible.escaped(JSONPreview.prefix($1.name, limit: 200)), in: model.options.glyphs.characters))
    }
    label = min(widest, max(8, width / 4))
    isWide = width >= 76
    column = max(1, isWide ? (width - label - 6) / 2 : width - label - 4)
  }

  static func draw(_ model: Model, _ view: ComparisonView, on canvas: inout Canvas) {
    if view.wholeOffset != nil { return ComparedRow.draw(model, view, on: &canvas) }
    let size = canvas.frame.size
    let rect = Rect(column: 0, row: 1, width: size.columns, height: size.rows - 3)
    let (head, lines) = text(model, view)
    let height = max(1, OverlayView.textHeight(size) - head.count)
    let first = max(0, min(view.offset, lines.count - height))
    let right = [view.onlyDifferences ? "only differences" : "", supposed(model, view) ? "as signed" : ""]
    canvas.box(rect, title: "Compare", right: right.filter { !$0.isEmpty }.joined(separator: ", "))
    let inside = rect.inside
    for (index, line) in head.enumerated() {
      canvas.put(line, inside.column, inside.row + index, width: inside.width)
    }
    for row in 0..<height where lines.indices.contains(first + row) {
      let line = lines[first + row]
      let place = inside.row + head.count + row
      let isSelected = line.row != nil && line.row == view.selection
      if isSelected {
        canvas.put(canvas.glyphs.selection, rect.column + 1, place, width: 1, Style(.accent, bold: true))
        canvas.fill(Rect(column: inside.column, row: place, width: inside.width, height: 1), Style(reverse: true))
      }
      canvas.put(line.text, inside.column, place, width: inside.width, reverse: isSelected)
    }
    canvas.markCut(rect, below: lines.count - first - height)
  }

  /// Whether something is supposed of one of the tokens: what is compared is what was signed.
  private static func supposed(_ model: Model, _ view: ComparisonView) -> Bool {
    [view.left, view.right].contains { id in model.index(of: id).map { model.entries[$0].token?.whatIf != nil } == true
    }
  }

  // MARK: - What stands above

  private func head(_ left: Entry, _ right: Entry) -> [StyledLine] {
    let (one, other) = Self.titles(model, left, right, width: isWide ? column : column + label + 2)
    if isWide {
      var head = StyledLine(String(repeating: " ", count: label + 4))
      head.add(one.fitted(to: column, glyphs))
      head.add("  ")
      head.add(other)
      return [head]
    }
    return [("- ", Role.warning, one), ("+ ", .accent, other)].map { sign, role, title in
      var line = StyledLine(sign, Style(role, bold: true))
      line.add(title)
      return line
    }
  }

  /// What the two tokens are called; what tells them apart stands with it when that alone does not.
  static func titles(_ model: Model, _ left: Entry, _ right: Entry, width: Int) -> (StyledLine, StyledLine) {
    let glyphs = model.options.glyphs
    func title(_ entry: Entry, _ width: Int) -> StyledLine {
      let line = StyledLine(model.fullLabel(of: entry), Style(bold: true))
      return DisplayWidth.of(line.text, in: glyphs.characters) > width ? line.fitted(to: width, glyphs) : line
    }
    if title(left, width) != title(right, width) { return (title(left, width), title(right, width)) }
    func titleAndMore(_ entry: Entry, _ other: Entry) -> StyledLine {
      let more = ", " + model.distinction(of: entry, from: [other])
      var line = title(entry, max(1, width - more.count))
      line.add(more, Style(bold: true))
      return line
    }
    return (titleAndMore(left, right), titleAndMore(right, left))
  }

  private func heading(_ part: Comparison.Part) -> StyledLine {
    let differing = part.rows.count { $0.differs }
    let respelled = part.rows.count { $0.kind == .respelled }
    var words = differing == 0 ? "the same in both" : "\(differing) of \(part.rows.count) differ"
    if respelled > 0 {
      words += ", \(respelled) only in how \(respelled == 1 ? "it is" : "they are") written"
    } else if differing == 0, !part.hasSameBytes {
      words += ", in another order or spacing"
    }
    var line = StyledLine(part.title, Style(.accent, bold: true))
    line.add("  \(words)", Style(.muted))
    return line
  }

  // MARK: - Rows

  private func lines(_ row: Comparison.Row) -> [StyledLine] {
    let (left, right) = cells(row)
    if isWide {
      let (sign, role): (String, Role) =
        switch row.kind {
        case .same: (" ", .muted)
        case .respelled: ("=", .muted)
        case .changed: ("~", .warning)
        case .onlyLeft: ("-", .warning)
        case .onlyRight: ("+", .accent)
        }
      var line = start(sign, role, row)
      line.add(left)
      line.add("  ")
      line.add(right)
      return [line]
    }
    func one(_ sign: String, _ role: Role, _ cell: StyledLine) -> StyledLine {
      var line = start(sign, role, row)
      line.add(cell)
      return line
    }
    return switch row.kind {
    case .same: [one(" ", .muted, left)]
    case .respelled: [one("=", .muted, left)]
    case .onlyLeft: [one("-", .warning, left)]
    case .onlyRight: [one("+", .accent, right)]
    case .changed: [one("-", .warning, left), one("+", .accent, right)]
    }
  }

  private func start(_ sign: String, _ role: Role, _ row: Comparison.Row) -> StyledLine {
    var line = StyledLine("\(sign) ", Style(role, bold: true))
    let name = Visible.escaped(JSONPreview.prefix(row.name, limit: 200))
    line.add(StyledLine(name, Style(.key)).fitted(to: label, glyphs))
    line.add("  ")
    return line
  }

  private func cells(_ row: Comparison.Row) -> (StyledLine, StyledLine) {
    let style = Style(row.differs ? .text : .muted)
    if row.kind == .changed, let left = row.left, let right = row.right, !isHidden(row) {
      return Parting(left, right, limit: column * 2, masks: !model.showsMasked)
        .cells(width: column, style: style, glyphs: glyphs)
    }
    return (cell(row.left, row, style), cell(row.right, row, style))
  }

  private func isHidden(_ row: Comparison.Row) -> Bool { ComparedRow.isHidden(row, model) }

  private func cell(_ value: JSON?, _ row: Comparison.Row, _ style: Style) -> StyledLine {
    guard let value else { return StyledLine(glyphs.words("–"), Style(.muted)).fitted(to: column, glyphs) }
    let text =
      isHidden(row)
      ? String(repeating: glyphs.mask, count: 8)
      : Visible.escaped(JSONPreview.compact(value, limit: max(8, column * 2), masks: !model.showsMasked))
    return StyledLine(text, style).fitted(to: column, glyphs)
  }

  // MARK: - With which one

  static func pickerRect(_ model: Model, size: Size) -> Rect {
    .centered(width: 60, height: model.comparable.count + 2, in: size)
  }

  static func drawPicker(_ model: Model, _ selection: Int, on canvas: inout Canvas) {
    let others = model.comparable
    let rect = pickerRect(model, size: canvas.frame.size)
    canvas.box(rect, title: "Compare with")
    let inside = rect.inside
    let first = Scroll.offset(0, showing: selection, of: others.count, in: inside.height)
    for row in 0..<inside.height where others.indices.contains(first + row) {
      let entry = others[first + row]
      let isSelected = first + row == selection
      let place = inside.row + row
      if isSelected {
        canvas.fill(Rect(column: inside.column, row: place, width: inside.width, height: 1), Style(reverse: true))
        canvas.put(canvas.glyphs.selection, inside.column, place, width: 1, Style(.accent, reverse: true))
      }
      let alike = others.filter { $0.id != entry.id && model.fullLabel(of: $0) == model.fullLabel(of: entry) }
      let more = alike.isEmpty ? "" : model.distinction(of: entry, from: alike)
      canvas.put(
        model.fullLabel(of: entry), inside.column + 2, place,
        width: inside.width - 2 - (more.isEmpty ? 0 : more.count + 2), Style(bold: isSelected, reverse: isSelected))
      canvas.putRight(
        more, end: inside.column + inside.width, place, width: more.count,
        Style(isSelected ? .text : .muted, reverse: isSelected))
    }
  }
}
