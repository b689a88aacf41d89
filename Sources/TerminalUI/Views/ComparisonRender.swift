import Inspection
import JOSE

/// Two tokens' headers and claims, member by member.
enum ComparisonRender {
  /// A member of either token.
  struct Row: Hashable {
    enum Kind: Hashable { case same, changed, onlyLeft, onlyRight }
    var name: String
    var left: JSON?
    var right: JSON?

    var kind: Kind {
      guard let left else { return .onlyRight }
      guard let right else { return .onlyLeft }
      return left.compact() == right.compact() ? .same : .changed
    }
  }

  /// The members of two lists of fields, in the left one's order, then what only the right one has.
  static func rows(_ left: [Field], _ right: [Field]) -> [Row] {
    var rest: [String: [JSON]] = [:]
    for field in right { rest[field.name, default: []].append(field.value) }
    var rows: [Row] = []
    for field in left {
      let others = rest[field.name] ?? []
      rest[field.name] = Array(others.dropFirst())
      rows.append(Row(name: field.name, left: field.value, right: others.first))
    }
    for field in right {
      guard var others = rest[field.name], !others.isEmpty else { continue }
      rows.append(Row(name: field.name, left: nil, right: others.removeFirst()))
      rest[field.name] = others
    }
    return rows
  }

  static func lines(_ model: Model, _ view: ComparisonView, width: Int) -> [StyledLine] {
    guard let left = model.index(of: view.left).map({ model.entries[$0] }), let leftToken = left.token,
      let right = model.index(of: view.right).map({ model.entries[$0] }), let rightToken = right.token
    else { return [StyledLine("One of the tokens is gone.", Style(.muted))] }
    let parts = [
      ("Header", rows(leftToken.inspection.header, rightToken.inspection.header)),
      ("Claims", rows(leftToken.inspection.claims, rightToken.inspection.claims)),
    ]
    let all = parts.flatMap(\.1)
    let label = min(all.reduce(4) { max($0, DisplayWidth.of(Visible.escaped($1.name))) }, max(8, width / 4))
    let isWide = width >= 76
    let column = isWide ? (width - label - 6) / 2 : width - label - 4
    var lines: [StyledLine] = []
    if isWide {
      var head = StyledLine(String(repeating: " ", count: label + 4))
      head.add(fitted(model.fullLabel(of: left), column, model), Style(bold: true))
      head.add("  ")
      head.add(model.fullLabel(of: right), Style(bold: true))
      lines.append(head)
    } else {
      lines.append(StyledLine("- \(model.fullLabel(of: left))", Style(.warning, bold: true)))
      lines.append(StyledLine("+ \(model.fullLabel(of: right))", Style(.accent, bold: true)))
    }
    for (title, rows) in parts {
      let shown = rows.filter { !view.onlyDifferences || $0.kind != .same }
      let differing = rows.filter { $0.kind != .same }.count
      var heading = StyledLine(title, Style(.accent, bold: true))
      heading.add(differing == 0 ? "  the same in both" : "  \(differing) of \(rows.count) differ", Style(.muted))
      lines.append(heading)
      for row in shown {
        lines += isWide ? [wide(row, label, column, model)] : narrow(row, label, column, model)
      }
    }
    return lines
  }

  private static func wide(_ row: Row, _ label: Int, _ column: Int, _ model: Model) -> StyledLine {
    var line = start(row, label, model)
    let style = Style(row.kind == .same ? .muted : .text)
    line.add(
      fitted(text(row.left, row.name, column, model), column, model), row.kind == .onlyRight ? Style(.muted) : style)
    line.add("  ")
    line.add(fitted(text(row.right, row.name, column, model), column, model), style)
    return line
  }

  private static func narrow(_ row: Row, _ label: Int, _ column: Int, _ model: Model) -> [StyledLine] {
    func one(_ sign: String, _ role: Role, _ value: JSON?) -> StyledLine {
      var line = StyledLine("\(sign) ", Style(role, bold: true))
      line.add(fitted(Visible.escaped(row.name), label, model) + "  ", Style(.key))
      line.add(fitted(text(value, row.name, column, model), column, model), Style(role))
      return line
    }
    switch row.kind {
    case .same: return [one(" ", .muted, row.left)]
    case .onlyLeft: return [one("-", .warning, row.left)]
    case .onlyRight: return [one("+", .accent, row.right)]
    case .changed: return [one("-", .warning, row.left), one("+", .accent, row.right)]
    }
  }

  private static func start(_ row: Row, _ label: Int, _ model: Model) -> StyledLine {
    let (sign, role): (String, Role) =
      switch row.kind {
      case .same: ("  ", .muted)
      case .changed: ("~ ", .warning)
      case .onlyLeft: ("- ", .warning)
      case .onlyRight: ("+ ", .accent)
      }
    var line = StyledLine(sign, Style(role, bold: true))
    line.add(fitted(Visible.escaped(row.name), label, model) + "  ", Style(.key))
    return line
  }

  private static func text(_ value: JSON?, _ name: String, _ column: Int, _ model: Model) -> String {
    guard let value else { return model.options.glyphs.words("–") }
    if !model.showsMasked, Masking.hides(name: name, value: value, in: nil) {
      return String(repeating: model.options.glyphs.mask, count: 8)
    }
    return Visible.escaped(JSONPreview.compact(value, limit: max(8, column * 2), masks: !model.showsMasked))
  }

  /// Exactly so many columns of text, so that what follows stands straight.
  private static func fitted(_ text: String, _ width: Int, _ model: Model) -> String {
    let columns = DisplayWidth.of(text, in: model.options.glyphs.characters)
    if columns <= width { return text + String(repeating: " ", count: width - columns) }
    var shown = ""
    var used = 0
    for character in text {
      let wide = DisplayWidth.of(character, in: model.options.glyphs.characters)
      if used + wide > width - 1 { break }
      shown.append(character)
      used += wide
    }
    return shown + model.options.glyphs.ellipsis + String(repeating: " ", count: max(0, width - used - 1))
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
      let isSelected = first + row == selection
      if isSelected {
        canvas.fill(
          Rect(column: inside.column, row: inside.row + row, width: inside.width, height: 1), Style(reverse: true))
        canvas.put(canvas.glyphs.selection, inside.column, inside.row + row, width: 1, Style(.accent, reverse: true))
      }
      canvas.put(
        model.fullLabel(of: others[first + row]), inside.column + 2, inside.row + row, width: inside.width - 2,
        Style(bold: isSelected, reverse: isSelected))
    }
  }
}
