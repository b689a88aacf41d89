import Inspection
import TrustPolicy

/// The Trust pane: each policy against the selected token, in a line.
enum TrustPane {
  /// How many lines there are to show.
  static func lineCount(_ model: Model) -> Int { model.trust.rowCount == 0 ? 1 : model.trust.rowCount }

  static func draw(_ model: Model, on canvas: inout Canvas, in area: Rect) {
    let width = area.width - 2
    guard model.trust.rowCount > 0 else {
      canvas.put(empty(model), area.column + 1, area.row, width: width)
      return
    }
    let names = (0..<model.trust.count).map { name(of: $0, model) }
    let label = min(names.reduce(0) { max($0, DisplayWidth.of($1)) }, max(12, width / 3))
    for line in 0..<area.height where model.trust.offset + line < model.trust.rowCount {
      let index = model.trust.offset + line
      let isSelected = model.focus == .trust && index == model.trust.selection
      let row = area.row + line
      if isSelected {
        canvas.fill(
          Rect(column: area.column, row: row, width: area.width, height: 1), Style(reverse: true))
      }
      let text =
        index < names.count
        ? policy(index, names[index], label, model) : problem(model.trust.problems[index - names.count], canvas.glyphs)
      canvas.put(text, area.column + 1, row, width: width, reverse: isSelected)
    }
  }

  /// `aws deploy`
  static func name(of index: Int, _ model: Model) -> String { model.trust.documents?.configurations[index].label ?? "" }

  private static func policy(_ index: Int, _ name: String, _ label: Int, _ model: Model) -> StyledLine {
    let glyphs = model.options.glyphs
    let outcome = model.selected.flatMap { model.trust.outcome(of: index, for: $0) }
    let (sign, role) = look(outcome?.decision, glyphs)
    var line = StyledLine("\(sign) ", Style(role, bold: true))
    line.add(name.padded(to: label) + "  ")
    if let outcome {
      let reason = outcome.reason ?? "would accept this token"
      line.add(
        glyphs.words(Visible.escaped(JSONPreview.prefix(reason, limit: 300))),
        Style(outcome.decision == .accept ? .muted : role))
    } else {
      line.add(waiting(model), Style(.muted))
    }
    return line
  }

  /// Why there is no verdict.
  private static func waiting(_ model: Model) -> String {
    guard let token = model.token else { return "no token yet" }
    return token.presented == nil ? "the token has no claims to decide by" : model.options.glyphs.ellipsis
  }

  /// `nope.json: it cannot be read: No such file or directory`: the folder would only take room.
  private static func problem(_ error: DocumentError, _ glyphs: Glyphs) -> StyledLine {
    let file = error.location.file.split(separator: "/").last.map(String.init) ?? error.location.file
    let words = "\(file):\(error.location.line): \(error.problem)"
    var line = StyledLine("\(glyphs.cross) ", Style(.bad, bold: true))
    line.add(glyphs.words(Visible.escaped(JSONPreview.prefix(words, limit: 300))), Style(.bad))
    return line
  }

  private static func empty(_ model: Model) -> StyledLine {
    let words =
      model.trust.isEmpty
      ? "no trust policy is open; \(model.key(.open)) opens one, “policies:” in config.yaml names them"
      : "reading the trust policies…"
    return StyledLine(model.options.glyphs.words(words), Style(.muted))
  }

  /// The sign and the colour of a decision.
  static func look(_ decision: Decision?, _ glyphs: Glyphs) -> (sign: String, role: Role) {
    switch decision {
    case .accept?: (glyphs.check, .good)
    case .reject?: (glyphs.cross, .bad)
    case .unknown?: ("?", .warning)
    case nil: (glyphs.circle, .muted)
    }
  }
}

/// All policies against the selected token, in a word.
enum TrustSummary {
  /// Nil when no policy is open, or when there is no token.
  static func part(_ model: Model) -> VerdictLine.Part? {
    guard let id = model.selected, let token = model.token, model.trust.rowCount > 0 else { return nil }
    guard model.trust.count > 0 else { return unknown("no policy can be read") }
    guard token.presented != nil else { return unknown("there are no claims to decide by") }
    return VerdictLine.Part(
      policies: (0..<model.trust.count).map { index in
        Check(
          id: "policy", title: TrustPane.name(of: index, model),
          outcome: model.trust.outcome(of: index, for: id).map { Check.Outcome($0.decision) } ?? .unknown)
      })
  }

  private static func unknown(_ detail: String) -> VerdictLine.Part {
    VerdictLine.Part(name: .trust, word: .unknown, detail: detail)
  }
}
