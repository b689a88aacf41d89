import Inspection

/// The audiences and the opened tokens, each with its state and the time that it has left.
enum ListView {
  static func draw(_ model: Model, on canvas: inout Canvas, in area: Rect) {
    let shown = model.listed
    guard !shown.isEmpty else {
      drawEmpty(model, on: &canvas, in: area)
      return
    }
    for line in 0..<area.height {
      let index = model.listOffset + line
      guard shown.indices.contains(index) else { break }
      drawRow(model, shown[index], on: &canvas, area, row: area.row + line)
    }
  }

  private static func drawRow(_ model: Model, _ entry: Entry, on canvas: inout Canvas, _ area: Rect, row: Int) {
    let isSelected = entry.id == model.selected
    let reverse = isSelected && model.focus == .list
    if reverse {
      canvas.fill(Rect(column: area.column, row: row, width: area.width, height: 1), Style(reverse: true))
    }
    let sign = sign(of: entry, model)
    let time = timeLeft(of: entry, model)
    let timeWidth = DisplayWidth.of(time.text)
    if isSelected {
      canvas.put(
        canvas.glyphs.selection, area.column, row, width: 1,
        Style(reverse ? .text : .accent, bold: true, reverse: reverse))
    }
    canvas.put(sign.text, area.column + 1, row, width: 2, Style(reverse ? .text : sign.role, reverse: reverse))
    let labelStart = area.column + 3
    let labelWidth = area.width - 4 - (timeWidth > 0 ? timeWidth + 1 : 0)
    canvas.put(entry.label, labelStart, row, width: labelWidth, Style(bold: isSelected, reverse: reverse))
    canvas.putRight(
      time.text, end: area.column + area.width - 1, row, width: timeWidth,
      Style(reverse ? .text : time.role, reverse: reverse))
  }

  /// The sign of an entry, with its role. Every sign has words beside it in the verdict line.
  static func sign(of entry: Entry, _ model: Model) -> (text: String, role: Role) {
    let glyphs = model.options.glyphs
    if let pending = entry.pending, pending.visibleSeconds(at: model.now) != nil {
      return (Spinner.frame(since: pending.since, now: model.now, glyphs), .accent)
    }
    switch entry.state(at: model.now.timestamp) {
    case nil: return entry.problem == nil ? (glyphs.dot, .muted) : (glyphs.cross, .bad)
    case .verified?: return (glyphs.check, .good)
    case .expiringSoon?: return (glyphs.hourglass, .warning)
    case .expired?: return (glyphs.expired, .bad)
    case .notYetValid?: return (glyphs.hourglass, .warning)
    case .refused?, .malformed?: return (glyphs.cross, .bad)
    case .notChecked?, .encrypted?: return (glyphs.circle, .muted)
    }
  }

  /// Time left in one unit, so that the list changes once a minute and not each second.
  private static func timeLeft(of entry: Entry, _ model: Model) -> (text: String, role: Role) {
    if let pending = entry.pending, let seconds = pending.visibleSeconds(at: model.now) {
      return ("\(seconds)s", .muted)
    }
    guard let token = entry.token else { return ("", .muted) }
    let now = model.now.timestamp
    if let start = token.inspection.times.notBefore, start > now {
      return ("in " + Countdown.short(now.distance(to: start)), .warning)
    }
    guard let left = token.inspection.times.remaining(at: now) else { return ("", .muted) }
    if left <= 0 { return ("expired", .bad) }
    return (Countdown.short(left), token.inspection.times.expiresSoon(at: now) ? .warning : .muted)
  }

  private static func drawEmpty(_ model: Model, on canvas: inout Canvas, in area: Rect) {
    let text: String
    if !model.listFilter.isEmpty, !model.shown.isEmpty {
      let query = Visible.escaped(JSONPreview.prefix(model.listFilter.query, limit: 40))
      text = "no audience matches “\(query)”; Esc clears the filter"
    } else {
      text =
        "Here stand the audiences that you request tokens for. \(model.key(.add)) adds one, for example "
        + "sts.amazonaws.com; \(model.key(.open)) opens a token that you have."
    }
    for (index, line) in TextWrap.lines(text, width: area.width - 2, limit: area.height).enumerated() {
      canvas.put(line, area.column + 1, area.row + index, width: area.width - 2, Style(.muted))
    }
  }
}

/// The sign of something under way.
enum Spinner {
  static let milliseconds: Int64 = 120

  static func frame(since: Moment, now: Moment, _ glyphs: Glyphs) -> String {
    let frames = glyphs.spinner
    guard !frames.isEmpty else { return "" }
    let step = max(0, now.milliseconds - since.milliseconds) / milliseconds
    return frames[Int(step % Int64(frames.count))]
  }
}
