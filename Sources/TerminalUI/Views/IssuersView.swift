import Inspection

/// The list of issuers to choose from: those that cannot be asked for tokens are dim, and say why.
enum IssuersView {
  private static let width = 84

  /// Lines below the list: a blank one, and as many as the longest note needs for how an issuer is asked or why it is
  /// not, so that the list stands still; no more than a third of the screen.
  private static func noteLines(_ model: Model) -> Int {
    let width = Rect.centered(width: width, height: 0, in: model.size).inside.width
    let limit = max(2, model.size.rows / 3 - 1)
    return model.issuers.reduce(2) { lines, choice in
      let words = model.options.glyphs.words(note(choice).0)
      return max(lines, TextWrap.lines(words, width: width, limit: limit).count)
    } + 1
  }

  static func rect(_ model: Model) -> Rect {
    .centered(
      width: width, height: min(model.issuers.count + noteLines(model) + 2, model.size.rows - 3), in: model.size)
  }

  /// How many issuers are on the screen at once.
  static func capacity(_ model: Model) -> Int { max(1, rect(model).inside.height - noteLines(model)) }

  /// The issuer at a cell.
  static func issuer(_ model: Model, _ list: IssuerList, column: Int, row: Int) -> Int? {
    let inside = rect(model).inside
    let index = list.offset + row - inside.row
    guard inside.contains(column: column, row: row), row - inside.row < capacity(model),
      model.issuers.indices.contains(index)
    else { return nil }
    return index
  }

  static func draw(_ model: Model, _ list: IssuerList, on canvas: inout Canvas) {
    let issuers = model.issuers
    let rect = rect(model)
    let inside = rect.inside
    let capacity = capacity(model)
    let isCut = issuers.count > capacity
    let title = issuers.contains(where: \.isSource) ? "Issuers and sources" : "Issuers"
    canvas.box(rect, title: title, right: isCut ? "\(list.selection + 1) of \(issuers.count)" : "")
    for row in 0..<min(capacity, inside.height) where issuers.indices.contains(list.offset + row) {
      let index = list.offset + row
      drawLine(
        model, issuers[index], IssuerID(index), isSelected: index == list.selection, on: &canvas, inside,
        row: inside.row + row)
    }
    guard issuers.indices.contains(list.selection), inside.height > capacity + 1 else { return }
    let (text, role) = note(issuers[list.selection])
    let lines = TextWrap.lines(
      canvas.glyphs.words(text), width: inside.width, limit: inside.height - capacity - 1, mark: canvas.glyphs.ellipsis)
    for (index, line) in lines.enumerated() {
      canvas.put(line, inside.column, inside.row + capacity + 1 + index, width: inside.width, Style(role))
    }
  }

  private static func drawLine(
    _ model: Model, _ choice: IssuerChoice, _ id: IssuerID, isSelected: Bool, on canvas: inout Canvas, _ inside: Rect,
    row: Int
  ) {
    let isBlocked = choice.obstacle != nil
    var style = Style(isBlocked ? .muted : .text, bold: isSelected, reverse: isSelected)
    style.dim = isBlocked
    if isSelected {
      canvas.fill(Rect(column: inside.column, row: row, width: inside.width, height: 1), style)
      canvas.put(canvas.glyphs.selection, inside.column, row, width: 1, style)
    }
    let isCurrent = id == model.issuer
    if isCurrent {
      canvas.put(
        canvas.glyphs.check, inside.column + 1, row, width: 1, Style(isSelected ? .text : .good, reverse: isSelected))
    }
    let facts = inside.width >= 50 ? self.facts(model, choice, id) : ""
    let width = DisplayWidth.of(facts)
    canvas.put(
      Visible.escaped(JSONPreview.prefix(choice.url, limit: 300)), inside.column + 3, row,
      width: inside.width - 4 - (width > 0 ? width + 1 : 0), style)
    canvas.putRight(
      facts, end: inside.column + inside.width - 1, row, width: width,
      Style(isSelected ? .text : .muted, dim: isBlocked, reverse: isSelected))
  }

  /// What kind of issuer it is, and how many tokens of it there are.
  private static func facts(_ model: Model, _ choice: IssuerChoice, _ id: IssuerID) -> String {
    let tokens = model.entries.count { $0.audience != nil && $0.issuer == id && $0.token != nil }
    let count = tokens == 0 ? "" : tokens == 1 ? ", 1 token" : ", \(tokens) tokens"
    return choice.note + count
  }

  private static func note(_ choice: IssuerChoice) -> (String, Role) {
    if let obstacle = choice.obstacle { return ("cannot be chosen: \(Visible.escaped(obstacle))", .warning) }
    if choice.isSource {
      return ("found here: \(Visible.escaped(JSONPreview.prefix(choice.access, limit: 300)))", .muted)
    }
    return ("asked \(Visible.escaped(JSONPreview.prefix(choice.access, limit: 300)))", .muted)
  }
}
