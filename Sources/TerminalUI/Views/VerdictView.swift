import Inspection

/// The line that is always there: shape, signature and time, each ok, bad, not checked or unknown, in words.
enum VerdictView {
  static func draw(_ model: Model, on canvas: inout Canvas, row: Int) {
    let width = canvas.frame.size.columns
    let parts = parts(model)
    for detail in Detail.allCases {
      let line = line(parts, detail, model)
      if line.width <= (detail.hasSigns ? width - 1 : width) || detail == .bare {
        canvas.put(line, line.width < width ? 1 : 0, row, width: width)
        return
      }
    }
  }

  /// How much is said: all; what is wrong, and the time; only the time; the countdown alone; that without signs; signs and
  /// words; words alone.
  private enum Detail: CaseIterable {
    case all, important, time, countdown, short, words, bare

    var hasSigns: Bool { self != .short && self != .bare }
    var gap: String {
      switch self {
      case .bare: " "
      case .short: "  "
      default: "   "
      }
    }
  }

  private static func parts(_ model: Model) -> [VerdictLine.Part] {
    guard let token = model.token else { return [] }
    // What fails of issuer and audience stands in the Signature pane; trust is what the open policies say.
    var parts = VerdictLine.of(token.shown, at: model.now.timestamp).filter { $0.name != .trust }
    // What nobody signed has no signature to speak of.
    if token.whatIf != nil { parts.removeAll { $0.name == .signature } }
    if let trust = TrustSummary.part(model) { parts.append(trust) }
    return parts
  }

  private static func line(_ parts: [VerdictLine.Part], _ detail: Detail, _ model: Model) -> StyledLine {
    let glyphs = model.options.glyphs
    var line = StyledLine()
    guard !parts.isEmpty else {
      if detail == .bare { return StyledLine("shape, signature, time: not checked", Style(.muted)) }
      for name in ["shape", "signature", "time"] {
        if !line.spans.isEmpty { line.add("   ") }
        line.add("\(name) not checked", Style(.muted))
      }
      return line
    }
    if model.token?.whatIf != nil {
      line.add(detail == .bare ? "what if" : "\(glyphs.warning) what if, unsigned", Style(.warning, bold: true))
    }
    for part in parts {
      if !line.spans.isEmpty { line.add(detail.gap) }
      let (sign, role) = look(part.word, glyphs)
      if detail.hasSigns { line.add("\(sign) ", Style(role)) }
      line.add("\(part.name.rawValue) ")
      line.add(part.word.rawValue, Style(role, bold: true))
      let says =
        switch detail {
        case .all: true
        case .important: part.word == .bad || part.name == .time
        case .time, .countdown, .short: part.name == .time
        case .words, .bare: false
        }
      var words = part.name == .time ? TimeText.verdict(model) : part.detail
      if detail == .countdown || detail == .short { words = TimeText.countdown(model) ?? words }
      if says, !words.isEmpty {
        line.add(": " + glyphs.words(JSONPreview.prefix(words, limit: 200)), Style(detailRole(part, role, model)))
      }
    }
    return line
  }

  /// The countdown has the colour of the time that is left.
  private static func detailRole(_ part: VerdictLine.Part, _ role: Role, _ model: Model) -> Role {
    if role == .bad { return .bad }
    guard part.name == .time, let token = model.token else { return .muted }
    return token.shown.times.expiresSoon(at: model.now.timestamp) ? .warning : .muted
  }

  private static func look(_ word: VerdictLine.Word, _ glyphs: Glyphs) -> (sign: String, role: Role) {
    switch word {
    case .ok: (glyphs.check, .good)
    case .bad: (glyphs.cross, .bad)
    case .notChecked, .unknown: (glyphs.circle, .muted)
    }
  }
}
