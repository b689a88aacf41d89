import Inspection
import JOSE

/// The rows of Header and Claims: name, value, meaning.
enum FieldsView {
  private struct Columns {
    var label: Int
    var value: Int
    var meaning: Int
  }

  static func draw(_ model: Model, _ pane: Pane, on canvas: inout Canvas, in area: Rect) {
    guard let tree = model.tree(pane), !tree.rows.isEmpty else {
      EmptyPane.draw(model, pane, on: &canvas, in: area)
      return
    }
    let columns = columns(tree, model, width: area.width - 2)
    let offset = Scroll.offset(tree.offset, showing: tree.selection, of: tree.rows.count, in: area.height)
    for line in 0..<area.height {
      let index = offset + line
      guard tree.rows.indices.contains(index) else { break }
      let isSelected = index == tree.selection && model.focus == pane
      drawRow(model, tree.rows[index], columns, on: &canvas, area, row: area.row + line, isSelected: isSelected)
    }
  }

  private static func columns(_ tree: FieldTree, _ model: Model, width: Int) -> Columns {
    let label = min(tree.widestLabel, max(8, width * 2 / 5))
    let room = max(0, width - label - 2)
    var meaning = 0
    if !model.isRaw, width >= 54, tree.widestMeaning > 0 {
      // A value gets up to 34 columns, a time with its date, before a meaning gets more than 16; 20 it gets in any case.
      meaning = min(tree.widestMeaning, max(16, room - 2 - min(tree.widestValue, 34)), room - 22)
      if meaning < 8 { meaning = 0 }
    }
    guard meaning > 0 else { return Columns(label: label, value: room, meaning: 0) }
    // Where there is room to spare, the meanings stand near the values and not at the far edge.
    let isShort = tree.widestValue < FieldTree.valueLimit
    let value = min(room - meaning - 2, isShort ? max(tree.widestValue + 2, 40) : room)
    return Columns(label: label, value: value, meaning: room - value - 2)
  }

  private static func drawRow(
    _ model: Model, _ row: FieldRow, _ columns: Columns, on canvas: inout Canvas, _ area: Rect, row line: Int,
    isSelected: Bool
  ) {
    let glyphs = canvas.glyphs
    func style(_ role: Role, bold: Bool = false) -> Style {
      Style(isSelected ? .text : role, bold: bold, reverse: isSelected)
    }
    var start = area.column
    if isSelected {
      canvas.fill(Rect(column: start, row: line, width: area.width, height: 1), style(.text))
      canvas.put(glyphs.selection, start, line, width: 1, style(.accent, bold: true))
    }
    start += 1
    let indent = min(row.depth * 2, max(0, columns.label - 6))
    var used = indent
    if row.hasChildren {
      let sign = row.isExpanded ? glyphs.unfolded : glyphs.folded
      canvas.put(sign, start + used, line, width: 2, style(.accent))
      used += 2
    }
    let isFound = row.isMatch && !(model.tree(model.focus == .header ? .header : .claims)?.filter.isEmpty ?? true)
    canvas.put(row.label, start + used, line, width: columns.label - used, style(.key, bold: isFound))
    start += columns.label + 2
    let meaning = columns.meaning > 0 ? FieldMeaning.of(row, model) : nil
    let valueWidth = columns.value + (meaning == nil && columns.meaning > 0 ? columns.meaning + 2 : 0)
    let value = FieldValue.line(row, model, width: valueWidth)
    canvas.put(value, start, line, width: valueWidth, reverse: isSelected)
    if let meaning {
      canvas.put(meaning, start + columns.value + 2, line, width: columns.meaning, reverse: isSelected)
    }
  }
}

/// The value of a row in one line.
enum FieldValue {
  static func line(_ row: FieldRow, _ model: Model, width: Int) -> StyledLine {
    if row.isMasked, !model.showsMasked, row.count == nil {
      return StyledLine(
        "\(String(repeating: model.options.glyphs.mask, count: 8))  hidden, \(model.key(.toggleMask)) shows it",
        Style(.muted))
    }
    // Twice the columns are enough for any text, escapes included.
    let limit = max(8, width * 2)
    if let count = row.count {
      if row.isExpanded { return StyledLine(counted(count, row.value), Style(.muted)) }
      let masks = !model.showsMasked
      return StyledLine(JSONPreview.compact(row.value, limit: limit, masks: masks), Style(role(of: row.value)))
    }
    let text = JSONPreview.scalar(row.value, raw: model.isRaw, limit: limit)
    guard let time = row.field?.time, !model.isRaw else { return StyledLine(text, Style(role(of: row.value))) }
    let human = model.dateAndTime(time)
    if DisplayWidth.of(text) + DisplayWidth.of(human) + 2 > width { return StyledLine(human) }
    var line = StyledLine(text, Style(.number))
    line.add("  ")
    line.add(human)
    return line
  }

  static func role(of value: JSON) -> Role {
    switch value {
    case .string: .string
    case .number: .number
    case .null, .bool: .accent
    case .array, .object: .text
    }
  }

  private static func counted(_ count: Int, _ value: JSON) -> String {
    if case .array = value { return count == 1 ? "1 element" : "\(count) elements" }
    return count == 1 ? "1 member" : "\(count) members"
  }
}

/// What a row means, in the column on the right.
enum FieldMeaning {
  /// Columns that the meaning of a field needs; times count down and need the most.
  static func width(_ field: Field) -> Int {
    if !field.marks.isEmpty { return 16 }
    if field.time != nil { return 16 }
    return field.meaning.map { DisplayWidth.of($0) } ?? 0
  }

  static func of(_ row: FieldRow, _ model: Model) -> StyledLine? {
    guard let field = row.field else { return nil }
    if let mark = field.marks.first {
      return StyledLine("\(model.options.glyphs.warning) \(mark.words)", Style(.warning))
    }
    if let time = field.time, let text = TimeText.meaning(of: field.name, time, model) { return text }
    return field.meaning.map { StyledLine($0, Style(.muted)) }
  }
}

extension Field.Mark {
  /// The mark in words, as nothing rests on a sign alone.
  var words: String {
    switch self {
    case .duplicate: "a duplicate"
    case .controlCharacters: "hidden text"
    case .bidi: "bidi, escaped"
    case .loneSurrogate: "lone surrogate"
    case .wrongType: "wrong type"
    }
  }
}
