import Inspection
import JOSE

/// What a pane says that has no rows: what belongs there, the key that fills it, an example; or why it is empty.
enum EmptyPane {
  static func draw(_ model: Model, _ pane: Pane, on canvas: inout Canvas, in area: Rect) {
    let lines = lines(model, pane, width: area.width - 2)
    for (index, line) in lines.prefix(area.height).enumerated() {
      canvas.put(line, area.column + 1, area.row + index, width: area.width - 2)
    }
  }

  /// How many lines there are to show in a pane of a width.
  static func lineCount(_ model: Model, _ pane: Pane, width: Int) -> Int {
    lines(model, pane, width: width - 2).count
  }

  private static func lines(_ model: Model, _ pane: Pane, width: Int) -> [StyledLine] {
    guard let token = model.token else {
      if pane == .header { return [StyledLine("no token yet", Style(.muted))] }
      return welcome(model, width: width)
    }
    let tree = pane == .header ? token.header : token.claims
    var text = Paragraphs(width: width, glyphs: model.options.glyphs)
    if !tree.filter.isEmpty, !tree.fields.isEmpty {
      let query = Visible.escaped(JSONPreview.prefix(tree.filter.query, limit: 60))
      text.add("", "no \(pane == .header ? "header field" : "claim") matches “\(query)”; Esc clears the filter", .muted)
      return text.lines
    }
    return pane == .header ? unreadable(token, .header, &text) : noClaims(token, &text, model)
  }

  private static func noClaims(_ token: TokenView, _ text: inout Paragraphs, _ model: Model) -> [StyledLine] {
    switch token.inspection.token.kind {
    case .jwe:
      text.add(text.glyphs.circle, "The token is encrypted (JWE): only who holds the key can read its claims.", .text)
      text.add("", "Its header, above, tells how it is encrypted and for which key.", .muted)
      return text.lines
    case .jws, .unknown: break
    }
    if token.inspection.token.payload?.json?.objectValue?.members.isEmpty == true {
      text.add("", "The token carries no claims: its payload is an empty object.", .muted)
      return text.lines
    }
    return unreadable(token, .payload, &text)
  }

  /// What is wrong, where, and the bytes as far as they are text.
  private static func unreadable(
    _ token: TokenView, _ part: TokenProblem.Part, _ text: inout Paragraphs
  ) -> [StyledLine] {
    let problems = token.inspection.token.problems.filter { $0.part == part || $0.part == .whole }
    for problem in problems.prefix(4) {
      text.add(text.glyphs.cross, problem.description, .bad)
      if !problem.hint.isEmpty { text.add(text.glyphs.arrow, problem.hint, .text) }
    }
    let bytes = part == .header ? token.inspection.token.header.bytes : token.inspection.token.payload?.bytes ?? []
    guard !bytes.isEmpty else {
      if problems.isEmpty { text.add("", "There is nothing here.", .muted) }
      return text.lines
    }
    if problems.isEmpty { text.add(text.glyphs.warning, "The payload is no JSON object.", .warning) }
    text.add("", "What can be read of it:", .muted)
    text.add("", String(decoding: bytes.prefix(1500), as: UTF8.self), .string)
    return text.lines
  }

  /// The first thing that a newcomer sees: what this is about, and the keys that lead on.
  private static func welcome(_ model: Model, width: Int) -> [StyledLine] {
    let glyphs = model.options.glyphs
    var lines: [StyledLine] = [StyledLine()]
    func say(_ text: String, _ role: Role = .text) {
      lines += TextWrap.lines(glyphs.words(text), width: width, limit: 6).map { StyledLine($0, Style(role)) }
    }
    func key(_ id: CommandID, _ text: String) {
      let name = glyphs.words(model.key(id))
      var line = StyledLine("  " + name, Style(.key, bold: true))
      line.add(String(repeating: " ", count: max(1, 8 - DisplayWidth.of(name))))
      line.add(glyphs.words(text))
      lines.append(line)
    }
    guard let entry = model.selectedEntry else {
      say("Nothing is in the list. Two ways to fill it:")
      lines.append(StyledLine())
      key(.add, "add an audience, for example sts.amazonaws.com")
      key(.open, "open a token: a file's path, or paste it anywhere")
      return lines
    }
    if let pending = entry.pending, let seconds = pending.visibleSeconds(at: model.now) {
      var line = StyledLine(Spinner.frame(since: pending.since, now: model.now, glyphs) + " ", Style(.accent))
      line.add("requesting a token for ")
      line.add(entry.label, Style(bold: true))
      line.add(", \(seconds)s")
      lines.append(line)
      lines.append(StyledLine("  Esc cancels", Style(.muted)))
      return lines
    }
    if let problem = entry.problem {
      var text = Paragraphs(width: width, glyphs: glyphs)
      text.add(glyphs.cross, "No token for \(entry.label): \(problem.text)", .bad)
      if let hint = problem.hint { text.add(glyphs.arrow, hint, .text) }
      lines += text.lines
      lines.append(StyledLine())
      key(.activate, "try again")
      return lines
    }
    var first = StyledLine(entry.label, Style(bold: true))
    first.add(" has no token yet.")
    lines.append(first)
    lines.append(StyledLine())
    key(.activate, "request one; its claims are shown here, its signature is checked")
    key(.open, "open a token that you have; a paste is taken anywhere")
    key(.add, "add an audience, for example https://vault.example.org")
    key(.help, "all keys")
    return lines
  }
}
