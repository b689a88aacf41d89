/// Moving within and between panes.
extension Model {
  mutating func move(_ id: CommandID) {
    let page = max(1, Layout(self, size: size).height(of: focus) - 1)
    switch id {
    case .up: move(by: -1)
    case .down: move(by: 1)
    case .pageUp: move(by: -page)
    case .pageDown: move(by: page)
    case .halfPageUp: move(by: -max(1, page / 2))
    case .halfPageDown: move(by: max(1, page / 2))
    case .first: move(by: -1_000_000)
    case .last: move(by: 1_000_000)
    default: break
    }
  }

  /// Moves the selection of the focused pane, or scrolls it when it has none.
  mutating func move(by rows: Int) {
    switch focus {
    case .list:
      let shown = listed
      guard !shown.isEmpty else { return }
      let index = shown.firstIndex { $0.id == selected } ?? 0
      select(shown[min(max(0, index + rows), shown.count - 1)].id)
    case .header, .claims: withTree(focus) { $0.select($0.selection + rows) }
    case .signature: withToken { $0.signatureOffset = max(0, $0.signatureOffset + rows) }
    case .trust: trust.selection = max(0, min(trust.selection + rows, trust.rowCount - 1))
    }
  }

  mutating func fold() {
    guard let row = selectedRow else {
      focus = .list
      return
    }
    if row.isExpanded, tree(focus)?.filter.isEmpty == true {
      withTree(focus) { $0.setExpanded(false, at: row.path) }
    } else if row.path.parent != nil {
      withTree(focus) { $0.selectParent() }
    } else {
      focus = .list
    }
  }

  mutating func unfold() {
    guard focus != .list else {
      if token != nil { focus = .claims }
      return
    }
    guard let row = selectedRow, row.hasChildren else { return }
    if row.isExpanded {
      withTree(focus) { $0.select($0.selection + 1) }
    } else {
      withTree(focus) { $0.setExpanded(true, at: row.path) }
    }
  }

  /// The wheel: scrolls a pane; the selection moves only as far as it must to stay in sight.
  mutating func scroll(_ pane: Pane, by rows: Int) {
    let height = Layout(self, size: size).height(of: pane)
    func moved(_ offset: Int, _ selection: Int, _ count: Int) -> (offset: Int, selection: Int) {
      let first = max(0, min(offset + rows, count - height))
      return (first, min(max(selection, first), max(first, first + height - 1)))
    }
    switch pane {
    case .list:
      let shown = listed
      guard !shown.isEmpty else { return }
      let target = moved(listOffset, shown.firstIndex { $0.id == selected } ?? 0, shown.count)
      listOffset = target.offset
      select(shown[min(target.selection, shown.count - 1)].id)
    case .header, .claims:
      withTree(pane) { tree in
        let target = moved(tree.offset, tree.selection, tree.rows.count)
        tree.offset = target.offset
        tree.select(target.selection)
      }
    case .signature: withToken { $0.signatureOffset = max(0, $0.signatureOffset + rows) }
    case .trust: move(by: rows)
    }
  }
}
