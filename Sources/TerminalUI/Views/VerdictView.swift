import Inspection

/// The line that is always there: shape, signature and time, each ok, bad, not checked or unknown, in words.
enum VerdictView {
  static func draw(_ model: Model, on canvas: inout Canvas, row: Int) {
    let width = canvas.frame.size.columns
    let parts = parts(model)
    for detail in Detail.allCases {
      let line = line(parts, detail, model)
      if line.width <= width - 1 || detail == .none {
        canvas.put(line, detail == .none ? 0 : 1, row, width: width)
        return
      }
    }
  }

  /// How much is said: all, what is wrong and the time, only the time, or the words alone.
  private enum Detail: CaseIterable {
    case all, important, none
  }

  private static func parts(_ model: Model) -> [VerdictLine.Part] {
    guard let token = model.token else { return [] }
    // Trust has no place of its own yet: what fails of issuer and audience stands in the Signature pane.
    return VerdictLine.of(token.inspection, at: model.now.timestamp).filter { $0.name != .trust }
  }

  private static func line(_ parts: [VerdictLine.Part], _ detail: Detail, _ model: Model) -> StyledLine {
    let glyphs = model.options.glyphs
    var line = StyledLine()
    guard !parts.isEmpty else {
      if detail == .none { return StyledLine("shape, signature, time: not checked", Style(.muted)) }
      for name in ["shape", "signature", "time"] {
        if !line.spans.isEmpty { line.add("   ") }
        line.add("\(name) not checked", Style(.muted))
      }
      return line
    }
    for part in parts {
      if !line.spans.isEmpty { line.add(detail == .none ? " " : "   ") }
      let (sign, role) = look(part.word, glyphs)
      if detail != .none { line.add("\(sign) ", Style(role)) }
      line.add("\(part.name.rawValue) ")
      line.add(part.word.rawValue, Style(role, bold: true))
      let says = detail == .all || (detail == .important && (part.word == .bad || part.name == .time))
      let words = part.name == .time ? TimeText.verdict(model) : part.detail
      if says, !words.isEmpty {
        line.add(": " + glyphs.words(JSONPreview.prefix(words, limit: 200)), Style(role == .bad ? .bad : .muted))
      }
    }
    return line
  }

  private static func look(_ word: VerdictLine.Word, _ glyphs: Glyphs) -> (sign: String, role: Role) {
    switch word {
    case .ok: (glyphs.check, .good)
    case .bad: (glyphs.cross, .bad)
    case .notChecked, .unknown: (glyphs.circle, .muted)
    }
  }
}
