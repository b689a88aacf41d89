import Inspection

/// The last line: what can be done here, cut by priority and never wrapped; or a message; or the filter being typed.
struct HintLine {
  /// What a click on a hint does.
  enum Action: Sendable, Hashable {
    case command(CommandID)
    case key(Key)
  }

  struct Item: Sendable {
    var key: String
    var label: String
    var action: Action
    /// The place in line when there is no room: 1 goes last.
    var priority: Int
    var column = 0

    var width: Int { DisplayWidth.of(key) + 1 + DisplayWidth.of(label) }
  }

  private(set) var items: [Item]
  /// The message that takes the line's place, if it fits on it.
  let message: StyledLine?

  init(_ model: Model, width: Int) {
    let glyphs = model.options.glyphs
    var start = 1
    if case .filter(let field)? = model.overlay {
      message = Self.filterLine(field, model)
      start += (message?.width ?? 0) + 3
    } else if let toast = model.log.current {
      let line = ToastView.line(toast, glyphs)
      message = line.width <= width - 2 ? line : nil
      start += message == nil ? 0 : line.width + 3
    } else {
      message = nil
    }
    var items = Self.items(model).map { item in
      var item = item
      item.key = glyphs.words(item.key)
      item.label = glyphs.words(item.label)
      return item
    }
    func total() -> Int { items.reduce(0) { $0 + $1.width + 2 } - 2 }
    while !items.isEmpty, start + total() > width - 1 {
      guard let last = items.indices.max(by: { items[$0].priority < items[$1].priority }) else { break }
      items.remove(at: last)
    }
    for index in items.indices {
      items[index].column = start
      start += items[index].width + 2
    }
    self.items = items
  }

  /// The action of the hint at a column.
  func action(at column: Int) -> Action? {
    items.first { column >= $0.column && column < $0.column + $0.width }?.action
  }

  func draw(_ model: Model, on canvas: inout Canvas, row: Int) {
    let width = canvas.frame.size.columns
    if let message {
      canvas.put(message, 1, row, width: width - 1)
      if case .filter(let field)? = model.overlay {
        let before = 2 + DisplayWidth.of(field.beforeCursor)
        canvas.frame.cursor = (column: min(before, width - 1), row: row)
      }
    }
    for item in items {
      let used = canvas.put(item.key, item.column, row, width: item.width, Style(.key, bold: true))
      canvas.put(item.label, item.column + used + 1, row, width: item.width - used, Style(.muted))
    }
  }

  private static func filterLine(_ field: TextField, _ model: Model) -> StyledLine {
    var line = StyledLine("/", Style(.accent, bold: true))
    line.add(field.text + " ")
    let (count, total): (Int, Int)
    if model.focus == .list {
      (count, total) = (model.listed.count, model.shown.count)
    } else {
      let trees = [model.token?.header, model.token?.claims].compactMap { $0 }
      (count, total) = (trees.reduce(0) { $0 + $1.matchCount }, trees.reduce(0) { $0 + $1.totalCount })
    }
    if field.isEmpty {
      line.add(" type what to look for", Style(.muted))
    } else if count == 0 {
      line.add(" no match among \(total)", Style(.warning))
    } else {
      line.add(" \(count) of \(total) match", Style(.muted))
    }
    return line
  }

  // MARK: - What is offered where

  private static func items(_ model: Model) -> [Item] {
    func key(_ shown: String, _ label: String, _ key: Key, _ priority: Int) -> Item {
      Item(key: shown, label: label, action: .key(key), priority: priority)
    }
    func command(_ id: CommandID, _ label: String, _ priority: Int) -> Item {
      Item(key: model.key(id), label: label, action: .command(id), priority: priority)
    }
    let enter = model.options.glyphs.enter
    let close = close(model)
    let help = command(.help, "help", 2)
    switch model.overlay {
    case nil: return mainItems(model)
    case .help?, .palette?: return [key(enter, "run", .enter, 2), key("↑↓", "select", .down, 3), close]
    case .prompt?: return [key(enter, "done", .enter, 2), key("Esc", "cancel", .escape, 1)]
    case .filter?: return [key(enter, "keep", .enter, 2), key("Esc", "clear", .escape, 1)]
    case .confirm?: return [key("y", "yes", "y", 2), key("n", "no", "n", 1)]
    case .copyMenu?: return [key("Esc", "cancel", .escape, 1)]
    case .messages?: return [key("↑↓", "scroll", .down, 3), help, close]
    case .detail?:
      return [key("↑↓", "scroll", .down, 4), command(.copyMenu, "copy value", 3), help, close]
    case .comparisonPicker?: return [key(enter, "compare", .enter, 3), key("↑↓", "select", .down, 4), help, close]
    case .issuers?: return [key(enter, "choose", .enter, 3), key("↑↓", "select", .down, 4), help, close]
    case .comparison(let view)?:
      let copy = command(.copyMenu, "copy both", 6)
      if view.wholeOffset != nil {
        return [command(.nextMatch, "next difference", 3), key("↑↓", "scroll", .down, 4), copy, help, close]
      }
      let label = view.onlyDifferences ? "all claims" : "only differences"
      return [
        key(enter, "whole", .enter, 2), command(.compare, label, 3), command(.nextMatch, "next difference", 5), copy,
        key("↑↓", "select", .down, 7), help, close,
      ]
    case .trust(let view)?: return trustItems(model, view)
    case .exchange(let view)?: return exchangeItems(model, view)
    case .matrix?:
      return [key(enter, "why", .enter, 3), key("↑↓←→", "select", .down, 4), help, close]
    }
  }

  /// The way out: to the main screen, or to the view below.
  private static func close(_ model: Model) -> Item {
    Item(key: "Esc", label: model.overlays.count > 1 ? "back" : "close", action: .key(.escape), priority: 1)
  }

  private static func exchangeItems(_ model: Model, _ view: ExchangeView) -> [Item] {
    func key(_ shown: String, _ label: String, _ key: Key, _ priority: Int) -> Item {
      Item(key: shown, label: label, action: .key(key), priority: priority)
    }
    func command(_ id: CommandID, _ label: String, _ priority: Int) -> Item {
      Item(key: model.key(id), label: label, action: .command(id), priority: priority)
    }
    switch view.stage {
    case .form:
      let turn = view.form.selection == 0 ? [key("←→", "another party", .right, 3)] : []
      return [key(model.options.glyphs.enter, "exchange", .enter, 2)] + turn
        + [key("↑↓", "next line", .down, 4), key("Esc", "cancel", .escape, 1)]
    case .running: return [key("Esc", "cancel", .escape, 1)]
    case .done(let outcome):
      var items: [Item] = []
      if case .gave = outcome.report.result {
        items.append(command(.toggleMask, view.showsSecrets ? "hide" : "show secrets", 3))
        items.append(command(.copyToken, outcome.report.party == .aws ? "copy as export lines" : "copy the token", 4))
      }
      if outcome.foresight != nil { items.append(command(.trust, "why", 3)) }
      return items
        + [
          command(.exchange, "form", 5), command(.renew, "again", 6), key("↑↓", "scroll", .down, 7),
          command(.help, "help", 2), close(model),
        ]
    }
  }

  private static func trustItems(_ model: Model, _ view: TrustView) -> [Item] {
    func command(_ id: CommandID, _ label: String, _ priority: Int) -> Item {
      Item(key: model.key(id), label: label, action: .command(id), priority: priority)
    }
    let help = command(.help, "help", 2)
    let close = close(model)
    guard view.verdict != nil else {
      let request = Item(key: model.options.glyphs.enter, label: "request", action: .key(.enter), priority: 3)
      let canRequest = model.token == nil && model.selectedEntry?.audience != nil && model.trust.count > 0
      return (canRequest ? [request] : []) + [command(.open, "open", 3), help, close]
    }
    var items = view.failureObstacle == nil ? [command(.nextMatch, "next failure", 3)] : []
    if view.suggestion != nil {
      items.append(Item(key: "yy", label: "copy suggestion", action: .command(.copyMenu), priority: 5))
    }
    if view.location != nil { items.append(command(.editClaim, "edit document", 4)) }
    if model.trust.count > 1 { items.append(command(.nextPolicy, "next policy", 6)) }
    items.append(command(.matrix, "matrix", 7))
    if model.token?.whatIf != nil { items.append(command(.dropWhatIf, "drop what-if", 3)) }
    return items + [Item(key: "←→", label: "fold", action: .key(.left), priority: 8), help, close]
  }

  private static func mainItems(_ model: Model) -> [Item] {
    var items: [Item] = []
    if let entry = model.selectedEntry, entry.pending != nil {
      items.append(Item(key: "Esc", label: "cancel", action: .command(.cancel), priority: 3))
    }
    for command in Command.all {
      guard let hint = command.hint, let label = label(of: command.id, model, default: hint.label) else { continue }
      guard let key = model.options.keyMap.keys(for: command.id).first else { continue }
      let shown = key == .enter ? model.options.glyphs.enter : KeyName.shown(key)
      // Where one pane hides the others, the way to them comes before all but help and quit.
      let priority = command.id == .nextPane && Layout.showsOnePane(model.size) ? 3 : hint.priority
      items.append(Item(key: shown, label: label, action: .command(command.id), priority: priority))
    }
    return items
  }

  /// The words of a hint here and now; nil when there is nothing to do with it.
  private static func label(of id: CommandID, _ model: Model, default words: String) -> String? {
    if model.obstacle(to: id) != nil { return nil }
    switch id {
    case .activate:
      if model.focus == .list {
        guard let entry = model.selectedEntry else { return nil }
        if entry.token == nil { return "request" }
        return entry.audience != nil && entry.state(at: model.now.timestamp) == .expired ? "renew" : "claims"
      }
      if model.focus == .trust { return model.trust.selection < model.trust.count ? "why" : "show" }
      guard let row = model.selectedRow else { return nil }
      return row.hasChildren ? (row.isExpanded ? "fold" : "unfold") : "show"
    case .renew: return model.token == nil ? nil : words
    case .add: return model.focus == .list ? words : nil
    case .toggleTime: return model.token == nil ? nil : model.usesLocalTime ? "UTC" : words
    case .toggleRaw: return model.token == nil ? nil : model.isRaw ? "explained" : words
    case .zoom: return model.isZoomed ? "unzoom" : words
    case .filter: return model.token == nil && model.shown.count < 2 ? nil : words
    case .issuers: return model.options.otherIssuers.contains { $0.obstacle == nil } ? words : nil
    case .back: return model.isAtRoot ? words : "back"
    default: return words
    }
  }
}

/// A message to the person, with a sign and its level in words where it is no plain information.
enum ToastView {
  static func line(_ toast: Toast, _ glyphs: Glyphs) -> StyledLine {
    let text = glyphs.words(toast.text)
    switch toast.level {
    case .info: return StyledLine(text, Style(.accent))
    case .warning: return StyledLine("\(glyphs.warning) \(text)", Style(.warning, bold: true))
    case .error: return StyledLine("\(glyphs.cross) \(text)", Style(.bad, bold: true))
    }
  }

  /// A message that is too long for the last line stands in a box above it; nothing moves for it.
  static func draw(_ model: Model, on canvas: inout Canvas) {
    let size = canvas.frame.size
    guard let toast = model.log.current else { return }
    if case .filter? = model.overlay { return }
    let line = line(toast, canvas.glyphs)
    guard line.width > size.columns - 2 else { return }
    let role: Role = toast.level == .info ? .accent : toast.level == .warning ? .warning : .bad
    let width = min(size.columns, 76)
    let lines = TextWrap.lines(line.text, width: width - 4, limit: 5)
    let rect = Rect(
      column: size.columns - width, row: size.rows - 4 - lines.count, width: width, height: lines.count + 2)
    canvas.box(rect, title: toast.level == .info ? "Note" : toast.level == .warning ? "Warning" : "Error", role: role)
    for (index, line) in lines.enumerated() {
      canvas.put(line, rect.inside.column, rect.inside.row + index, width: rect.inside.width, Style(role))
    }
  }
}
