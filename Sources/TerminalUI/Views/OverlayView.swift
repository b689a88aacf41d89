import Inspection

/// What lies over the main screen.
enum OverlayView {
  static func draw(_ model: Model, on canvas: inout Canvas) {
    // What is below one that takes the whole body cannot be seen.
    let lowest = model.overlays.lastIndex(where: \.coversBody) ?? 0
    for overlay in model.overlays[lowest...] { draw(overlay, model, on: &canvas) }
    ToastView.draw(model, on: &canvas)
  }

  private static func draw(_ overlay: Overlay, _ model: Model, on canvas: inout Canvas) {
    switch overlay {
    case .filter: break
    case .help(let list): CommandListView.draw(model, list, isPalette: false, on: &canvas)
    case .palette(let list): CommandListView.draw(model, list, isPalette: true, on: &canvas)
    case .prompt(let prompt): PromptView.draw(prompt, on: &canvas)
    case .confirm(let confirmation): PromptView.draw(confirmation, on: &canvas)
    case .copyMenu: CopyMenuView.draw(model, on: &canvas)
    case .messages(let offset):
      let title = model.log.toasts.isEmpty ? "" : "\(model.log.toasts.count), newest first"
      text(
        MessagesView.lines(model, width: textWidth(canvas.frame.size)), offset, "Messages", right: title, on: &canvas)
    case .detail(let detail):
      text(
        DetailView.lines(model, detail, width: textWidth(canvas.frame.size)), detail.offset,
        DetailView.title(detail), on: &canvas)
    case .comparisonPicker(let selection): ComparisonRender.drawPicker(model, selection, on: &canvas)
    case .issuers(let list): IssuersView.draw(model, list, on: &canvas)
    case .comparison(let view): ComparisonRender.draw(model, view, on: &canvas)
    case .trust(let view): TrustRender.draw(model, view, on: &canvas)
    case .exchange(let view): ExchangeRender.draw(model, view, on: &canvas)
    case .matrix(let view): MatrixRender.draw(model, view, on: &canvas)
    }
  }

  /// The box of an overlay that a click outside closes; nil for those that take the whole body, and for those in which
  /// something is typed or asked.
  static func popup(_ overlay: Overlay, _ model: Model) -> Rect? {
    switch overlay {
    case .help, .palette: CommandListView.rect(model)
    case .copyMenu: CopyMenuView.rect(model.size)
    case .comparisonPicker: ComparisonRender.pickerRect(model, size: model.size)
    case .issuers: IssuersView.rect(model)
    case .prompt, .filter, .confirm, .messages, .detail, .comparison, .trust, .matrix, .exchange: nil
    }
  }

  /// Columns for text in an overlay that takes the whole body.
  static func textWidth(_ size: Size) -> Int { max(1, size.columns - 4) }

  /// Rows for text in such an overlay.
  static func textHeight(_ size: Size) -> Int { max(1, size.rows - 5) }

  private static func text(
    _ lines: [StyledLine], _ offset: Int, _ title: String, right: String = "", on canvas: inout Canvas
  ) {
    let size = canvas.frame.size
    let rect = Rect(column: 0, row: 1, width: size.columns, height: size.rows - 3)
    let height = textHeight(size)
    let first = max(0, min(offset, lines.count - height))
    let place = lines.count > height ? "\(first + 1)-\(min(lines.count, first + height)) of \(lines.count)" : ""
    canvas.box(rect, title: title, right: [right, place].filter { !$0.isEmpty }.joined(separator: ", "))
    for row in 0..<height where lines.indices.contains(first + row) {
      canvas.put(lines[first + row], rect.inside.column, rect.inside.row + row, width: rect.inside.width)
    }
  }
}

extension Overlay {
  /// Whether it takes the whole body, and is no box over what is below it.
  fileprivate var coversBody: Bool {
    switch self {
    case .messages, .detail, .comparison, .trust, .matrix: true
    case .exchange(let view): if case .done = view.stage { true } else { false }
    case .help, .palette, .prompt, .filter, .confirm, .copyMenu, .comparisonPicker, .issuers: false
    }
  }
}

/// How far the text of an overlay can be scrolled.
enum OverlayExtent {
  static func lastOffset(_ model: Model) -> Int {
    let width = OverlayView.textWidth(model.size)
    let count: Int
    switch model.overlay {
    case .messages?: count = MessagesView.lines(model, width: width).count
    case .detail(let detail)?: count = DetailView.lines(model, detail, width: width).count
    case .exchange(let view)?:
      if case .done(let outcome) = view.stage {
        count = ExchangeRender.lines(model, view, outcome, width: width).count
      } else {
        count = 0
      }
    default: count = 0
    }
    return max(0, count - OverlayView.textHeight(model.size))
  }
}

/// All messages of the session, the newest first.
enum MessagesView {
  static func lines(_ model: Model, width: Int) -> [StyledLine] {
    let glyphs = model.options.glyphs
    guard !model.log.toasts.isEmpty else {
      return [StyledLine("No messages yet. What the program says is kept here until it ends.", Style(.muted))]
    }
    var lines: [StyledLine] = []
    for toast in model.log.toasts.reversed() {
      let role: Role = toast.level == .info ? .text : toast.level == .warning ? .warning : .bad
      let time = model.clock(toast.at.timestamp)
      let level = toast.level.rawValue.padded(to: 8)
      let indent = time.count + 2 + 8
      for (index, part) in TextWrap.lines(glyphs.words(toast.text), width: max(10, width - indent)).enumerated() {
        var line = StyledLine()
        if index == 0 {
          line.add(time + "  ", Style(.muted))
          line.add(level, Style(role, bold: toast.level != .info))
        } else {
          line.add(String(repeating: " ", count: indent))
        }
        line.add(part, Style(role))
        lines.append(line)
      }
    }
    return lines
  }
}

extension String {
  /// With spaces at the end, to a number of columns; for text of our own.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - DisplayWidth.of(self)))
  }
}
