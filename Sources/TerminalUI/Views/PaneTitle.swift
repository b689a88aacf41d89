import Inspection

/// What stands in the frame above each part: its name, and what is to be known about all of it.
enum PaneTitle {
  static func of(_ kind: Layout.Kind, _ model: Model) -> (left: StyledLine, right: StyledLine, isFocused: Bool) {
    switch kind {
    case .timeLeft: return (StyledLine("Time left"), StyledLine(), false)
    case .pane(let pane):
      return (StyledLine(pane.title, Style(bold: model.focus == pane)), right(of: pane, model), model.focus == pane)
    }
  }

  private static func right(of pane: Pane, _ model: Model) -> StyledLine {
    switch pane {
    case .list:
      if !model.listFilter.isEmpty { return matches(model.listed.count, model.shown.count, model.listFilter) }
      let shown = model.shown
      guard shown.count > 9, let index = shown.firstIndex(where: { $0.id == model.selected }) else {
        return StyledLine()
      }
      return StyledLine("\(index + 1)/\(shown.count)", Style(.muted))
    case .header, .claims:
      guard let tree = model.tree(pane) else { return StyledLine() }
      if !tree.filter.isEmpty { return matches(tree.matchCount, tree.totalCount, tree.filter) }
      if pane == .claims, let whatIf = model.token?.whatIf {
        let names = Visible.escaped(JSONPreview.prefix(whatIf.changed.joined(separator: ", "), limit: 40))
        return StyledLine("what if: \(names); unsigned", Style(.warning, bold: true))
      }
      var line = pane == .claims ? freshness(model) : StyledLine()
      let height = tree.rows.count
      if height > 0, pane == .claims || model.focus == pane {
        if !line.spans.isEmpty { line.add(", ", Style(.muted)) }
        line.add("\(tree.selection + 1)/\(height)", Style(.muted))
      }
      return line
    case .signature: return StyledLine()
    case .trust:
      guard model.trust.rowCount > 0 else { return StyledLine() }
      if model.trust.readingSince != nil { return StyledLine("reading", Style(.accent)) }
      return StyledLine("\(model.key(.trust)) says why", Style(.muted))
    }
  }

  private static func matches(_ count: Int, _ total: Int, _ filter: Filter) -> StyledLine {
    let query = JSONPreview.prefix(filter.query, limit: 20)
    return StyledLine("/\(Visible.escaped(query))  \(count) of \(total) match", Style(count == 0 ? .warning : .accent))
  }

  /// While a renewal is under way, or after one failed, the last good token stays and says how old it is.
  private static func freshness(_ model: Model) -> StyledLine {
    guard let entry = model.selectedEntry, let token = entry.token else { return StyledLine() }
    let age = Countdown.short(model.now.seconds(since: token.receivedAt))
    if let pending = entry.pending, let seconds = pending.visibleSeconds(at: model.now) {
      let what = pending.work == .token ? "renewing" : "fetching keys"
      return StyledLine("\(what), \(seconds)s", Style(.warning))
    }
    if entry.problem != nil, entry.audience != nil, model.isTicking {
      return StyledLine("\(model.options.glyphs.warning) last good token, \(age) old", Style(.warning))
    }
    return StyledLine()
  }
}

extension Entry.Pending {
  /// Whole seconds that the request has run, once it is worth showing: nothing flickers for the first 150 ms.
  func visibleSeconds(at now: Moment) -> Int64? {
    now.milliseconds - since.milliseconds >= 150 ? now.seconds(since: since) : nil
  }
}
