import Inspection

/// Help and palette: the same table, with its keys; what cannot run now is dim and says why.
enum CommandListView {
  /// A line of the list: a heading, or a command by its index.
  enum Line: Hashable {
    case heading(String)
    case command(Int)
  }

  static func rect(_ model: Model) -> Rect {
    .centered(width: 86, height: model.size.rows - 4, in: model.size)
  }

  /// The lines shown, from the top of the list's area, and the area itself.
  static func visible(_ model: Model, _ list: CommandList, isPalette: Bool) -> (
    area: Rect, lines: [Line], commands: [Command]
  ) {
    let commands = model.commands(of: list, isPalette: isPalette)
    var lines: [Line] = []
    for (index, command) in commands.enumerated() {
      if !isPalette, index == 0 || commands[index - 1].group != command.group {
        lines.append(.heading(command.group.rawValue))
      }
      lines.append(.command(index))
    }
    var area = rect(model).inside
    // Above the list the text being typed and a blank line, below it the reason line.
    area.row += 2
    area.height = max(0, area.height - 3)
    let selected = lines.firstIndex(of: .command(list.selection)) ?? 0
    var first = max(0, min(selected - area.height / 2, lines.count - area.height))
    if selected <= 1 { first = 0 }
    return (area, Array(lines.dropFirst(first).prefix(area.height)), commands)
  }

  static func draw(_ model: Model, _ list: CommandList, isPalette: Bool, on canvas: inout Canvas) {
    let rect = rect(model)
    let (area, lines, commands) = visible(model, list, isPalette: isPalette)
    let glyphs = canvas.glyphs
    let title = isPalette ? "Commands" : "Help: \(model.currentView?.kind.title ?? model.focus.title)"
    let all = list.query.isEmpty ? commands.count : model.commands(of: CommandList(), isPalette: isPalette).count
    canvas.box(rect, title: title, right: "\(commands.count) of \(all)")
    let inside = rect.inside
    let sign = canvas.put(isPalette ? ": " : "/ ", inside.column, inside.row, width: 2, Style(.accent, bold: true))
    if list.query.isEmpty {
      let text = isPalette ? "type a command's name" : "type to filter; Enter runs what is selected"
      canvas.put(text, inside.column + sign + 1, inside.row, width: inside.width - sign - 1, Style(.muted))
    }
    canvas.put(list.query.text, inside.column + sign, inside.row, width: inside.width - sign)
    let cursor = min(DisplayWidth.of(list.query.beforeCursor), inside.width - sign - 1)
    canvas.frame.cursor = (column: inside.column + sign + max(0, cursor), row: inside.row)

    let keyWidth = min(20, max(8, area.width / 3))
    for (index, line) in lines.enumerated() {
      let row = area.row + index
      switch line {
      case .heading(let heading):
        canvas.put(heading, area.column, row, width: area.width, Style(.accent, bold: true))
      case .command(let number):
        let command = commands[number]
        let isSelected = number == list.selection
        let isBlocked = model.obstacleHere(to: command.id) != nil
        var style = Style(isBlocked ? .muted : .text, reverse: isSelected)
        style.dim = isBlocked
        if isSelected {
          canvas.fill(Rect(column: area.column, row: row, width: area.width, height: 1), style)
          canvas.put(glyphs.selection, area.column, row, width: 1, style)
        }
        let keyStyle = Style(isBlocked ? .muted : .key, bold: !isBlocked, dim: isBlocked, reverse: isSelected)
        canvas.put(
          glyphs.words(model.keysShown(command)), area.column + 2, row, width: keyWidth - 2, keyStyle)
        canvas.put(
          glyphs.words(command.title), area.column + keyWidth + 1, row, width: area.width - keyWidth - 1, style)
      }
    }
    drawReason(model, list, commands, on: &canvas, inside)
  }

  private static func drawReason(
    _ model: Model, _ list: CommandList, _ commands: [Command], on canvas: inout Canvas, _ inside: Rect
  ) {
    let row = inside.row + inside.height - 1
    guard inside.height > 3 else { return }
    if commands.isEmpty {
      let query = Visible.escaped(JSONPreview.prefix(list.query.text, limit: 60))
      let text = canvas.glyphs.words("no command matches “\(query)”; Ctrl-C empties the field")
      canvas.put(text, inside.column, inside.row + 2, width: inside.width, Style(.muted))
    } else if commands.indices.contains(list.selection),
      let reason = model.obstacleHere(to: commands[list.selection].id)
    {
      let text = canvas.glyphs.words("not now: \(reason)")
      canvas.put(text, inside.column, row, width: inside.width, Style(.warning))
    }
  }
}
