/// The mouse: a click focuses and selects, a second one on the same row runs Enter, the wheel scrolls what it is over,
/// a click on a hint runs it.
extension Model {
  mutating func receive(_ mouse: Mouse) -> [Effect] {
    // Shift leaves the mouse to the terminal.
    guard usesMouse, !mouse.shift, !Layout.isTooSmall(size) else { return [] }
    switch mouse.kind {
    case .press(.left): return click(column: mouse.column, row: mouse.row)
    case .wheelUp: return wheel(-3, column: mouse.column, row: mouse.row)
    case .wheelDown: return wheel(3, column: mouse.column, row: mouse.row)
    case .press, .release: return []
    }
  }

  private mutating func click(column: Int, row: Int) -> [Effect] {
    let layout = Layout(self, size: size)
    if row == layout.hintRow {
      switch HintLine(self, width: size.columns).action(at: column) {
      case .command(let id)?:
        return overlay == nil ? run(id) : pressInOverlay(options.keyMap.keys(for: id).first ?? .enter, id)
      case .key(let key)?: return press(key)
      case nil: return []
      }
    }
    if let overlay, let box = OverlayView.popup(overlay, self), !box.contains(column: column, row: row) {
      return pressInOverlay(.escape, .cancel)
    }
    switch overlay {
    case nil: break
    case .help(let list)?: return click(in: list, isPalette: false, column: column, row: row)
    case .palette(let list)?: return click(in: list, isPalette: true, column: column, row: row)
    case .issuers(let list)?:
      return IssuersView.issuer(self, list, column: column, row: row).map { choose(IssuerID($0)) } ?? []
    case .confirm(let confirmation)?:
      let key = PromptView.answer(to: confirmation, self, column: column, row: row)
      return key.map { press($0) } ?? []
    case .copyMenu?:
      let key = CopyMenuView.key(size, column: column, row: row)
      return key.map { press($0) } ?? []
    case .matrix(let view)?: return click(in: view, column: column, row: row)
    default: return []
    }
    guard let (pane, content) = layout.pane(column: column, row: row) else { return [] }
    let wasFocused = focus == pane
    focus = pane
    let line = row - content.row
    guard line >= 0 else { return [] }
    switch pane {
    case .list:
      let shown = listed
      guard shown.indices.contains(listOffset + line) else { return [] }
      let id = shown[listOffset + line].id
      if wasFocused, id == selected { return run(.activate) }
      select(id)
    case .header, .claims:
      guard let tree = tree(pane), tree.rows.indices.contains(tree.offset + line) else { return [] }
      let index = tree.offset + line
      if wasFocused, index == tree.selection { return run(.activate) }
      withTree(pane) { $0.select(index) }
    case .signature: break
    case .trust:
      guard trust.offset + line < trust.rowCount else { return [] }
      let isSelected = trust.selection == trust.offset + line
      trust.selection = trust.offset + line
      if wasFocused, isSelected { return run(.activate) }
    }
    return []
  }

  private mutating func click(in list: CommandList, isPalette: Bool, column: Int, row: Int) -> [Effect] {
    let (area, lines, _) = CommandListView.visible(self, list, isPalette: isPalette)
    guard area.contains(column: column, row: row), lines.indices.contains(row - area.row),
      case .command(let index) = lines[row - area.row]
    else { return [] }
    var list = list
    list.selection = index
    overlay = isPalette ? .palette(list) : .help(list)
    return runSelected(in: list, isPalette: isPalette)
  }

  private mutating func click(in view: MatrixView, column: Int, row: Int) -> [Effect] {
    guard let cell = MatrixRender.cell(self, view, column: column, row: row) else { return [] }
    if cell == (view.row, view.column) { return press(.activate, in: view) }
    var view = view
    view.row = cell.row
    view.select(column: cell.column, of: matrixEntries)
    overlay = .matrix(view)
    return []
  }

  private mutating func wheel(_ rows: Int, column: Int, row: Int) -> [Effect] {
    guard overlay == nil else {
      let key: Key = rows < 0 ? .up : .down
      var effects: [Effect] = []
      for _ in 0..<abs(rows) { effects += pressInOverlay(key, rows < 0 ? .up : .down) }
      return effects
    }
    if let (pane, _) = Layout(self, size: size).pane(column: column, row: row) { scroll(pane, by: rows) }
    return []
  }
}
