import Inspection

/// Questions: one answered with a line of text, one with yes or no.
enum PromptView {
  static func draw(_ prompt: Prompt, on canvas: inout Canvas) {
    let glyphs = canvas.glyphs
    let size = canvas.frame.size
    let (title, note): (String, String)
    switch prompt.purpose {
    case .addAudience:
      title = "Add an audience"
      note = "Who the token is for, exactly as they want it: sts.amazonaws.com, https://vault.example.org"
    case .open:
      title = "Open a token or a trust policy"
      note =
        "The path of a file with a token or a trust policy; or paste one. A token may be in quotes, wrapped, or in JSON"
    case .editClaim(let path, _):
      title = "What if \(Visible.escaped(JSONPreview.prefix(path.text, limit: 60))) were"
      note = "JSON, or a plain word. Nobody signs it: the verdicts answer as if the issuer had."
    }
    let width = min(78, size.columns - 2)
    let notes = TextWrap.lines(
      glyphs.words(prompt.problem ?? note), width: width - 4, limit: 3, mark: glyphs.ellipsis)
    let rect = Rect.centered(width: width, height: notes.count + 4, in: size)
    canvas.box(rect, title: title)
    let inside = rect.inside
    drawField(prompt.field, on: &canvas, inside.column, inside.row, width: inside.width)
    for (index, line) in notes.enumerated() where index + 2 < inside.height + 1 {
      let style = Style(prompt.problem == nil ? .muted : .warning)
      canvas.put(line, inside.column, inside.row + 2 + index, width: inside.width, style)
    }
  }

  /// A field shows the part of its text that the cursor is in, with a mark on each side that is cut: the end of an ARN
  /// would read as another one.
  static func drawField(_ field: TextField, on canvas: inout Canvas, _ column: Int, _ row: Int, width: Int) {
    guard width > 2 else { return }
    canvas.fill(Rect(column: column, row: row, width: width, height: 1), Style(underline: true))
    let columns = field.characters.map { DisplayWidth.of($0, in: canvas.glyphs.characters) }
    var first = 0
    var before = columns[..<field.cursor].reduce(0, +)
    let after = columns[field.cursor...].reduce(0, +)
    /// Columns without the mark on the left.
    var room: Int { width - (first > 0 ? 1 : 0) }
    // The cursor needs a column, too: that of the character below it, and then one for the mark on the right.
    while first < field.cursor,
      before + min(after, (columns[field.cursor...].first ?? 0) + 1) + (after == 0 ? 1 : 0) > room
    {
      before -= columns[first]
      first += 1
    }
    if first > 0 {
      canvas.put(canvas.glyphs.ellipsis, column, row, width: 1, Style(.accent, bold: true, underline: true))
    }
    let start = column + width - room
    let shown = String(field.characters[first...].prefix(width + 1))
    canvas.put(shown, start, row, width: room, Style(underline: true))
    canvas.frame.cursor = (column: start + before, row: row)
  }

  static func draw(_ confirmation: Confirmation, on canvas: inout Canvas) {
    let (rect, question, note) = layout(confirmation, size: canvas.frame.size, canvas.glyphs)
    canvas.box(rect, title: "Please confirm", role: .warning)
    let inside = rect.inside
    var row = inside.row
    for line in question {
      canvas.put(line, inside.column, row, width: inside.width, Style(bold: true))
      row += 1
    }
    for line in note {
      canvas.put(line, inside.column, row, width: inside.width, Style(.muted))
      row += 1
    }
    var answer = StyledLine("y", Style(.key, bold: true))
    answer.add(yes + gap)
    answer.add("n", Style(.key, bold: true))
    answer.add(no)
    canvas.put(answer, inside.column, rect.row + rect.height - 2, width: inside.width)
  }

  private static let (yes, gap, no) = (" yes", "    ", " no, also Enter and Esc")

  private static func layout(
    _ confirmation: Confirmation, size: Size, _ glyphs: Glyphs
  ) -> (rect: Rect, question: [String], note: [String]) {
    let width = min(78, size.columns - 2)
    let question = TextWrap.lines(confirmation.question, width: width - 4, limit: 4, mark: glyphs.ellipsis)
    let note = TextWrap.lines(glyphs.words(confirmation.note), width: width - 4, limit: 3, mark: glyphs.ellipsis)
    return (.centered(width: width, height: question.count + note.count + 4, in: size), question, note)
  }

  /// The key of the answer at a cell.
  static func answer(to confirmation: Confirmation, _ model: Model, column: Int, row: Int) -> Key? {
    let rect = layout(confirmation, size: model.size, model.options.glyphs).rect
    guard row == rect.row + rect.height - 2, rect.inside.contains(column: column, row: row) else { return nil }
    let left = column - rect.inside.column
    if left < 1 + yes.count { return "y" }
    let start = 1 + yes.count + gap.count
    return left >= start && left < start + 1 + no.count ? "n" : nil
  }
}

/// What `y` waits for.
enum CopyMenuView {
  static func rect(_ size: Size) -> Rect { .centered(width: 46, height: Command.copyChoices.count + 2, in: size) }

  /// The key of the choice at a cell.
  static func key(_ size: Size, column: Int, row: Int) -> Key? {
    let inside = rect(size).inside
    let choice = row - inside.row
    guard inside.contains(column: column, row: row), Command.copyChoices.indices.contains(choice) else { return nil }
    return .character(Command.copyChoices[choice].key)
  }

  static func draw(_ model: Model, on canvas: inout Canvas) {
    let choices = Command.copyChoices
    let rect = rect(canvas.frame.size)
    canvas.box(rect, title: "Copy what?")
    let inside = rect.inside
    for (index, choice) in choices.enumerated() where index < inside.height {
      let row = inside.row + index
      let obstacle = model.obstacle(to: choice.id)
      let style = Style(obstacle == nil ? .text : .muted, dim: obstacle != nil)
      canvas.put(
        String(choice.key), inside.column, row, width: 1, Style(obstacle == nil ? .key : .muted, bold: obstacle == nil))
      canvas.put(choice.label, inside.column + 3, row, width: 14, style)
      let detail = obstacle == nil ? preview(choice.id, model) : "not now"
      canvas.put(canvas.glyphs.words(detail), inside.column + 18, row, width: inside.width - 18, Style(.muted))
    }
  }

  /// What would be copied, never a secret: the token only by its length.
  private static func preview(_ id: CommandID, _ model: Model) -> String {
    switch id {
    case .copyToken: "\(model.token?.compact.utf8.count ?? 0) characters"
    case .copyValue:
      model.selectedRow.map { "of " + Visible.escaped(JSONPreview.prefix($0.path.text, limit: 60)) } ?? ""
    case .copyKey: model.selectedRow?.label ?? ""
    case .copyPath: model.selectedRow.map { Visible.escaped(JSONPreview.prefix($0.path.text, limit: 60)) } ?? ""
    case .copyBearer: "Authorization: Bearer …"
    case .copyExport: "export ID_TOKEN=…"
    default: ""
    }
  }
}
