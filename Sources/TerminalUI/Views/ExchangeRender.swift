import Inspection

/// An exchange on the screen: its form, the wait, and what came of it.
enum ExchangeRender {
  static func draw(_ model: Model, _ view: ExchangeView, on canvas: inout Canvas) {
    switch view.stage {
    case .form: drawForm(model, view, on: &canvas)
    case .running(_, let since, let note): drawWait(model, view, since, note, on: &canvas)
    case .done(let outcome): drawOutcome(model, view, outcome, on: &canvas)
    }
  }

  // MARK: The form

  private static let labelWidth = 17

  private static func drawForm(_ model: Model, _ view: ExchangeView, on canvas: inout Canvas) {
    let form = view.form
    let size = canvas.frame.size
    let width = min(92, size.columns - 2)
    let (text, role): (String, Role) = form.problem.map { ($0, .warning) } ?? (note(model, view), .muted)
    let room = max(1, size.rows - 5 - form.count)
    let notes = TextWrap.lines(
      canvas.glyphs.words(Visible.escaped(JSONPreview.prefix(text, limit: 1000))), width: width - 4,
      limit: min(4, room),
      mark: canvas.glyphs.ellipsis
    )
    let rect = Rect.centered(width: width, height: min(form.count + notes.count + 3, size.rows - 2), in: size)
    canvas.box(rect, title: "Exchange the token", right: canvas.glyphs.words(label(model, view)))
    let inside = rect.inside
    let lines = max(1, inside.height - notes.count - 1)
    let first = Scroll.offset(0, showing: form.selection, of: form.count, in: lines)
    for row in 0..<min(lines, form.count - first) {
      drawLine(form, first + row, on: &canvas, inside, row: inside.row + row)
    }
    for (index, line) in notes.enumerated() {
      canvas.put(
        line, inside.column, rect.row + rect.height - 1 - notes.count + index, width: inside.width, Style(role))
    }
  }

  private static func drawLine(
    _ form: ExchangeForm, _ line: Int, on canvas: inout Canvas, _ inside: Rect, row: Int
  ) {
    let isSelected = line == form.selection
    if isSelected { canvas.put(canvas.glyphs.selection, inside.column, row, width: 1, Style(.accent, bold: true)) }
    let label: String
    if line == 0 {
      label = "with"
    } else if form.inputs.indices.contains(line - 1) {
      label = form.inputs[line - 1].label
    } else {
      label = "pin"
    }
    let start = inside.column + 2
    let column = start + min(labelWidth, max(8, inside.width / 3))
    canvas.put(label, start, row, width: column - start - 1, Style(isSelected ? .accent : .muted, bold: isSelected))
    let width = inside.column + inside.width - column
    if line == 0 {
      let arrows = isSelected ? canvas.glyphs.words("  ←→ another") : ""
      let used = canvas.put(name(form.party), column, row, width: width, Style(bold: true))
      canvas.put(arrows, column + used, row, width: width - used, Style(.muted))
    } else if form.inputs.indices.contains(line - 1) {
      let field = form.field(line - 1)
      if isSelected {
        PromptView.drawField(field, on: &canvas, column, row, width: width)
        if field.isEmpty {
          canvas.put(
            canvas.glyphs.words(form.inputs[line - 1].note), column + 1, row, width: width - 1,
            Style(.muted, underline: true))
        }
      } else if field.isEmpty {
        canvas.put(canvas.glyphs.words(form.inputs[line - 1].note), column, row, width: width, Style(.muted))
      } else {
        canvas.put(Visible.escaped(JSONPreview.prefix(field.text, limit: 300)), column, row, width: width)
      }
    } else {
      let words = form.pins ? "yes, a token that opens this role alone" : "no, the token as it is"
      canvas.put(words + (isSelected ? "  (space)" : ""), column, row, width: width)
    }
  }

  private static func note(_ model: Model, _ view: ExchangeView) -> String {
    let whatIf = model.index(of: view.entry).flatMap { model.entries[$0].token?.whatIf }
    return sent(model, view) + (whatIf.map { " What is supposed of \($0.names) is not sent." } ?? "")
  }

  /// What will be sent.
  private static func sent(_ model: Model, _ view: ExchangeView) -> String {
    let entry = model.index(of: view.entry).map { model.entries[$0] }
    let length = entry?.token?.compact.utf8.count ?? 0
    if view.form.isPinned {
      return "A new token is made for it, pinned to the role by the claim https://aws.amazon.com/roles, and sent."
    }
    if entry?.audience != nil, entry?.issuer == .embedded, entry?.state(at: model.now.timestamp) == .expired {
      return "The token has ended: a new one is made for it, and sent."
    }
    return "The token is sent as it is, \(length) characters. Nothing is sent before \(model.options.glyphs.enter)."
  }

  private static func label(_ model: Model, _ view: ExchangeView) -> String {
    model.index(of: view.entry).map { model.entries[$0].label } ?? ""
  }

  private static func name(_ party: ExchangeParty) -> String {
    party == .rfc8693 ? "any RFC 8693 endpoint" : party.name
  }

  // MARK: The wait

  private static func drawWait(
    _ model: Model, _ view: ExchangeView, _ since: Moment, _ note: String, on canvas: inout Canvas
  ) {
    let size = canvas.frame.size
    let width = min(92, size.columns - 2)
    let notes = TextWrap.lines(
      canvas.glyphs.words(Visible.escaped(note)), width: width - 4, limit: 3, mark: canvas.glyphs.ellipsis)
    let rect = Rect.centered(width: width, height: notes.count + 3, in: size)
    canvas.box(rect, title: "Exchange the token", right: canvas.glyphs.words(label(model, view)))
    let inside = rect.inside
    let spinner = Spinner.frame(since: since, now: model.now, canvas.glyphs)
    let seconds = model.now.seconds(since: since)
    let used = canvas.put(spinner + " ", inside.column, inside.row, width: 4, Style(.accent, bold: true))
    canvas.put(
      "exchanging with \(view.form.party.name)", inside.column + used, inside.row, width: inside.width - used)
    canvas.putRight("\(seconds) s", end: inside.column + inside.width, inside.row, width: 12, Style(.muted))
    for (index, line) in notes.enumerated() {
      canvas.put(line, inside.column, inside.row + 1 + index, width: inside.width, Style(.muted))
    }
  }

  // MARK: What came of it

  private static func drawOutcome(
    _ model: Model, _ view: ExchangeView, _ outcome: ExchangeView.Outcome, on canvas: inout Canvas
  ) {
    let size = canvas.frame.size
    let rect = Rect(column: 0, row: 1, width: size.columns, height: size.rows - 3)
    let lines = lines(model, view, outcome, width: OverlayView.textWidth(size))
    let height = OverlayView.textHeight(size)
    let (sign, role) = look(outcome.report, canvas.glyphs)
    // What is faster than anybody sees says nothing.
    let took = outcome.duration < 100 ? "" : "\(outcome.duration / 1000).\(outcome.duration % 1000 / 100) s"
    canvas.box(
      rect, title: "\(sign) Exchange with \(view.form.party.name)", right: took, role: role)
    let first = max(0, min(view.offset, lines.count - height))
    for row in 0..<height where lines.indices.contains(first + row) {
      canvas.put(lines[first + row], rect.inside.column, rect.inside.row + row, width: rect.inside.width)
    }
    let below = lines.count - first - height
    canvas.markCut(rect, below: below)
  }

  private static func look(_ report: ExchangeReport, _ glyphs: Glyphs) -> (sign: String, role: Role) {
    switch report.result {
    case .gave: (glyphs.check, .good)
    case .refused: (glyphs.cross, .bad)
    case .failed: ("?", .warning)
    }
  }

  static func lines(
    _ model: Model, _ view: ExchangeView, _ outcome: ExchangeView.Outcome, width: Int
  ) -> [StyledLine] {
    var text = ExchangeLines(width: max(20, width), glyphs: model.options.glyphs)
    let report = outcome.report
    let (sign, role) = look(report, model.options.glyphs)
    let now = model.now.timestamp
    text.add("\(sign) ", report.summary(at: now, utcOffset: model.offset(at: now)), role, isBold: true)
    switch report.result {
    case .gave: break
    case .refused(let refusal, let explanation):
      for line in refusal.lines { text.add("  ", line, .text) }
      text.space()
      if let explanation {
        text.add("It means: ", explanation.meaning, .text)
        text.add("Try: ", explanation.remedy, .accent)
      }
    case .failed(let problem, let hint):
      text.add("  ", problem, .text)
      if let hint { text.add("Try: ", hint, .accent) }
    }
    for note in report.notes { text.add("\(model.options.glyphs.warning) ", note, .warning) }
    if let foresight = outcome.foresight { write(foresight, model, to: &text) }
    // What was sent and what came back stand in one column.
    var all = report.sent.flatMap(\.fields)
    if case .gave(let fields, _) = report.result { all += fields }
    text.column(for: all)
    for sent in report.sent {
      text.space()
      text.heading("Sent to ", sent.url, sent.attempts > 1 ? ", \(sent.attempts) times" : "")
      text.add(sent.fields, hides: true)
    }
    if case .gave(let fields, _) = report.result {
      text.space()
      text.heading("Came back", "", "")
      text.add(fields, hides: !view.showsSecrets)
    }
    return text.lines
  }

  private static func write(_ foresight: ExchangeView.Foresight, _ model: Model, to text: inout ExchangeLines) {
    let name = TrustPane.name(of: foresight.index, model)
    text.space()
    text.add(
      "\(foresight.isForeseen ? model.options.glyphs.check : model.options.glyphs.circle) ",
      "\(foresight.sentence) (\(name)).", foresight.isForeseen ? .good : .warning)
    if let reason = foresight.reason { text.add("  ", reason, .text) }
    text.add("  ", "\(model.key(.trust)) shows it, check by check.", .muted)
  }
}

/// Lines of text about an exchange. What comes from outside is escaped here.
private struct ExchangeLines {
  let width: Int
  let glyphs: Glyphs
  private(set) var lines: [StyledLine] = []
  private var column = 8

  init(width: Int, glyphs: Glyphs) {
    self.width = width
    self.glyphs = glyphs
  }

  mutating func space() {
    if lines.last?.spans.isEmpty == false { lines.append(StyledLine()) }
  }

  /// A sentence behind its first words, wrapped and indented under itself.
  mutating func add(_ start: String, _ text: String, _ role: Role, isBold: Bool = false) {
    let indent = min(DisplayWidth.of(start), 10)
    let shown = glyphs.words(Visible.escaped(JSONPreview.prefix(text, limit: 4000)))
    for (index, part) in TextWrap.lines(shown, width: max(10, width - indent), limit: 20, mark: glyphs.ellipsis)
      .enumerated()
    {
      var line = StyledLine(index == 0 ? start : String(repeating: " ", count: indent), Style(role, bold: true))
      line.add(part, Style(role, bold: isBold))
      lines.append(line)
    }
  }

  mutating func heading(_ words: String, _ url: String, _ rest: String) {
    var line = StyledLine(words, Style(.text, bold: true))
    if !url.isEmpty { line.add(Visible.escaped(JSONPreview.prefix(url, limit: 500)), Style(.accent)) }
    if !rest.isEmpty { line.add(rest, Style(.muted)) }
    lines.append(line)
  }

  /// Sets where the values of these fields begin.
  mutating func column(for fields: [ExchangeField]) {
    column = min((fields.map { DisplayWidth.of(Self.name($0)) }.max() ?? 0) + 4, max(8, width / 3))
  }

  mutating func add(_ fields: [ExchangeField], hides: Bool) {
    for field in fields {
      let name = Self.name(field)
      let isHidden = hides && field.isSecret
      let value = isHidden ? glyphs.words(field.shown) : Visible.escaped(JSONPreview.prefix(field.text, limit: 8000))
      for (index, part) in TextWrap.lines(value, width: max(10, width - column), limit: 80, mark: glyphs.ellipsis)
        .enumerated()
      {
        var line = StyledLine()
        if index == 0 {
          line.add("  ")
          line.add(cut(name, column - 4), Style(.key))
        }
        line.add(String(repeating: " ", count: max(1, column - line.width)))
        line.add(part, Style(isHidden ? .muted : field.isSecret ? .warning : .text))
        lines.append(line)
      }
    }
  }

  private static func name(_ field: ExchangeField) -> String {
    Visible.escaped(JSONPreview.prefix(field.name, limit: 100))
  }

  private func cut(_ name: String, _ room: Int) -> String {
    guard DisplayWidth.of(name) > room else { return name }
    return String(name.prefix(max(1, room - DisplayWidth.of(glyphs.ellipsis)))) + glyphs.ellipsis
  }
}
