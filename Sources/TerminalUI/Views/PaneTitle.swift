import Inspection

/// What stands in the frame above each part: its name, and what is to be known about all of it.
enum PaneTitle {
  static func of(
    _ section: Layout.Section, _ model: Model, _ layout: Layout
  ) -> (left: StyledLine, right: StyledLine, isFocused: Bool) {
    switch section.kind {
    case .timeLeft:
      let supposed =
        model.token?.supposesTimes != true ? StyledLine() : StyledLine("supposed", Style(.warning, bold: true))
      return (StyledLine("Time left"), supposed, false)
    case .pane(let pane):
      let isFocused = model.focus == pane
      let cut = cut(pane, model, layout, height: section.content.height)
      var right = right(of: pane, model)
      if !cut.spans.isEmpty {
        let room = section.content.width - 2 - pane.title.count - 4
        if right.spans.isEmpty || right.width + 2 + cut.width > room {
          right = cut
        } else {
          right.add(", ", Style(.muted))
          right.add(cut)
        }
      }
      return (StyledLine(pane.title, Style(bold: isFocused)), right, isFocused)
    }
  }

  /// How many lines stand below what a pane shows.
  private static func cut(_ pane: Pane, _ model: Model, _ layout: Layout, height: Int) -> StyledLine {
    let (count, offset): (Int, Int) =
      switch pane {
      case .list: (model.listed.count, model.listOffset)
      case .header, .claims:
        if let tree = model.tree(pane), !tree.rows.isEmpty {
          (tree.rows.count, Scroll.offset(tree.offset, showing: tree.selection, of: tree.rows.count, in: height))
        } else {
          (EmptyPane.lineCount(model, pane, width: layout.section(.pane(pane))?.content.width ?? 0), 0)
        }
      case .signature:
        (
          layout.signatureLines.count,
          min(model.token?.signatureOffset ?? 0, max(0, layout.signatureLines.count - height))
        )
      case .trust: (model.trust.rowCount, model.trust.offset)
      }
    let below = count - offset - height
    return below > 0 ? StyledLine("\(model.options.glyphs.down) \(below) more", Style(.accent)) : StyledLine()
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
