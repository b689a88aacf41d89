import Inspection
import TrustPolicy

/// The matrix: a row for each policy, a column for each token.
enum MatrixRender {
  /// Columns of a cell, with the blanks behind it: as many as the names of the tokens need, if there is room.
  private static func cellWidth(_ model: Model) -> Int {
    let names = model.matrixEntries.map { DisplayWidth.of(heading($0)) + 2 }
    let room = OverlayView.textWidth(model.size) - labelWidth(model)
    return max(12, min(names.max() ?? 12, room / max(1, names.count), 40))
  }

  /// A token's name without what many have in common, which would take the room of what tells them apart.
  private static func heading(_ entry: Entry) -> String {
    var name = entry.label[...]
    for prefix in ["pasted: ", "https://"] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
    return String(name)
  }

  private static func labelWidth(_ model: Model) -> Int {
    let names = (0..<min(model.trust.count, 200)).map { DisplayWidth.of(TrustPane.name(of: $0, model)) }
    return min(names.max() ?? 0, max(12, model.size.columns / 3)) + 2
  }

  /// How many rows and columns fit on the screen.
  static func capacity(_ model: Model) -> (rows: Int, columns: Int) {
    let room = OverlayView.textWidth(model.size) - labelWidth(model)
    return (max(1, OverlayView.textHeight(model.size) - 3), max(1, room / cellWidth(model)))
  }

  /// Which rows and columns are on the screen.
  static func visible(_ model: Model, _ view: MatrixView) -> (rows: Range<Int>, columns: Range<Int>) {
    let (rows, columns) = capacity(model)
    let count = model.matrixEntries.count
    return (
      min(view.offset, model.trust.count)..<min(view.offset + rows, model.trust.count),
      min(view.firstColumn, count)..<min(view.firstColumn + columns, count)
    )
  }

  static func draw(_ model: Model, _ view: MatrixView, on canvas: inout Canvas) {
    let size = canvas.frame.size
    let rect = Rect(column: 0, row: 1, width: size.columns, height: size.rows - 3)
    let entries = model.matrixEntries
    let (rows, columns) = visible(model, view)
    canvas.box(
      rect, title: "Who accepts what",
      right: share(rows, of: model.trust.count, "policy", "policies") + ", "
        + share(columns, of: entries.count, "token", "tokens"))
    let inside = rect.inside
    guard !entries.isEmpty else {
      let words = canvas.glyphs.words("There is no token yet: \(model.key(.activate)) requests one.")
      canvas.put(words, inside.column, inside.row, width: inside.width, Style(.muted))
      return
    }
    let label = labelWidth(model)
    let cellWidth = cellWidth(model)
    for (place, column) in columns.enumerated() {
      canvas.put(
        heading(entries[column]), inside.column + label + place * cellWidth, inside.row, width: cellWidth - 2,
        Style(.key, bold: true, reverse: column == view.column))
    }
    for (place, row) in rows.enumerated() {
      let line = inside.row + 1 + place
      let isSelected = row == view.row
      canvas.put(
        TrustPane.name(of: row, model), inside.column, line, width: label - 2,
        Style(bold: isSelected, reverse: isSelected))
      for (cell, column) in columns.enumerated() {
        let outcome = model.trust.outcome(of: row, for: entries[column].id)
        let (sign, role) = TrustPane.look(outcome?.decision, canvas.glyphs)
        let word = outcome.map { " \(Self.word($0.decision))" } ?? ""
        let isCursor = isSelected && column == view.column
        canvas.put(
          sign + word, inside.column + label + cell * cellWidth, line, width: cellWidth - 2,
          Style(role, bold: isCursor, reverse: isCursor))
      }
    }
    drawReason(model, view, entries, on: &canvas, inside)
  }

  private static func word(_ decision: Decision) -> String {
    switch decision {
    case .accept: "accepts"
    case .reject: "refuses"
    case .unknown: "unknown"
    }
  }

  /// `6 policies`, or `policies 1–14 of 30` when not all of them are on the screen.
  private static func share(_ visible: Range<Int>, of count: Int, _ one: String, _ several: String) -> String {
    guard visible.count < count else { return "\(count) \(count == 1 ? one : several)" }
    return "\(several) \(visible.lowerBound + 1)-\(visible.upperBound) of \(count)"
  }

  /// The cell of the matrix at a cell of the screen; in a policy's name that of the selected token.
  static func cell(_ model: Model, _ view: MatrixView, column: Int, row: Int) -> (row: Int, column: Int)? {
    let (rows, columns) = visible(model, view)
    let inside = Rect(column: 0, row: 1, width: model.size.columns, height: model.size.rows - 3).inside
    let line = rows.lowerBound + row - inside.row - 1
    guard rows.contains(line), inside.contains(column: column, row: row) else { return nil }
    let left = column - inside.column - labelWidth(model)
    if left < 0 { return (line, view.column) }
    let place = columns.lowerBound + left / cellWidth(model)
    return columns.contains(place) ? (line, place) : nil
  }

  private static func drawReason(
    _ model: Model, _ view: MatrixView, _ entries: [Entry], on canvas: inout Canvas, _ inside: Rect
  ) {
    guard entries.indices.contains(view.column), view.row < model.trust.count, inside.height > 3,
      let outcome = model.trust.outcome(of: view.row, for: entries[view.column].id)
    else { return }
    // The names above are cut where there are many.
    let (policy, token) = (TrustPane.name(of: view.row, model), entries[view.column].label)
    let areWhole =
      DisplayWidth.of(policy) <= labelWidth(model) - 2 && DisplayWidth.of(token) <= cellWidth(model) - 2
    let names = areWhole ? "" : "\(policy) against \(token): "
    let text = outcome.reason ?? "would accept this token"
    let words = canvas.glyphs.words(names + Visible.escaped(JSONPreview.prefix(text, limit: 300)))
    let lines = TextWrap.lines(words, width: inside.width, limit: 2)
    for (index, line) in lines.enumerated() {
      canvas.put(
        line, inside.column, inside.row + inside.height - lines.count + index, width: inside.width,
        Style(TrustPane.look(outcome.decision, canvas.glyphs).role))
    }
  }
}
