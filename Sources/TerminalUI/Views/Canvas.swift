import Inspection

/// A frame being drawn, with the few strokes that all views share.
struct Canvas {
  var frame: Frame
  let glyphs: Glyphs

  init(size: Size, glyphs: Glyphs) {
    frame = Frame(size: size, characters: glyphs.characters)
    self.glyphs = glyphs
  }

  /// Writes text, cut to `width` with a mark, and returns the columns that it took.
  @discardableResult
  mutating func put(_ text: String, _ column: Int, _ row: Int, width: Int, _ style: Style = Style()) -> Int {
    guard width > 0, row >= 0, row < frame.size.rows, column >= 0, column < frame.size.columns else { return 0 }
    return frame.put(text, column: column, row: row, width: min(width, frame.size.columns - column), style: style)
  }

  /// Writes a line in pieces. The selected row is one bar: reversed colours of several roles would make it a patchwork.
  @discardableResult
  mutating func put(_ line: StyledLine, _ column: Int, _ row: Int, width: Int, reverse: Bool = false) -> Int {
    var used = 0
    for (index, span) in line.spans.enumerated() {
      var style = span.style
      if reverse { style = Style(bold: style.bold, reverse: true, underline: style.underline) }
      let room = width - used
      guard room > 0 else { break }
      used += put(span.text, column + used, row, width: room, style)
      guard used >= width else { continue }
      // A piece may end at the edge with more of them to come: that is a cut, too.
      let isEven = DisplayWidth.of(span.text, in: glyphs.characters) == room
      if isEven, line.spans[(index + 1)...].contains(where: { $0.text.contains { $0 != " " } }) {
        put(glyphs.ellipsis, column + width - 1, row, width: 1, Style(.accent, bold: true, reverse: reverse))
      }
    }
    return used
  }

  /// Writes text so that it ends before `end`.
  mutating func putRight(_ text: String, end: Int, _ row: Int, width: Int, _ style: Style = Style()) {
    let needed = min(DisplayWidth.of(text), width)
    put(text, end - needed, row, width: needed, style)
  }

  mutating func fill(_ rect: Rect, _ style: Style = Style()) {
    guard rect.width > 0 else { return }
    let blank = String(repeating: " ", count: rect.width)
    for row in rect.row..<max(rect.row, rect.row + rect.height) {
      put(blank, rect.column, row, width: rect.width, style)
    }
  }

  // MARK: - Frames

  /// The frame of a stack; each part's title stands in the line above it. The part with the focus is told by the sign
  /// before its title and by reverse video, so that it is seen without colour.
  mutating func frame(_ stack: Layout.Stack, titles: [(left: StyledLine, right: StyledLine, isFocused: Bool)]) {
    let rect = stack.frame
    guard rect.width >= 2, rect.height >= 2 else { return }
    for (index, section) in stack.sections.enumerated() where index < titles.count {
      let title = titles[index]
      let edge = Style(title.isFocused ? .accent : .muted)
      let isFirst = index == 0
      horizontal(
        rect, row: section.titleRow, left: isFirst ? glyphs.topLeft : glyphs.teeLeft,
        right: isFirst ? glyphs.topRight : glyphs.teeRight, edge)
      label(title.left, title.right, rect, row: section.titleRow, isFocused: title.isFocused)
      for row in section.content.row..<(section.content.row + section.content.height) {
        put(glyphs.vertical, rect.column, row, width: 1, edge)
        put(glyphs.vertical, rect.column + rect.width - 1, row, width: 1, edge)
      }
    }
    let isLastFocused = titles.last?.isFocused ?? false
    horizontal(
      rect, row: rect.row + rect.height - 1, left: glyphs.bottomLeft, right: glyphs.bottomRight,
      Style(isLastFocused ? .accent : .muted))
  }

  /// An empty box over what was there.
  mutating func box(
    _ rect: Rect, title: String, right: String = "", role: Role = .accent, rightRole: Role = .muted
  ) {
    guard rect.width >= 2, rect.height >= 2 else { return }
    fill(rect)
    let edge = Style(role)
    horizontal(rect, row: rect.row, left: glyphs.topLeft, right: glyphs.topRight, edge)
    for row in (rect.row + 1)..<(rect.row + rect.height - 1) {
      put(glyphs.vertical, rect.column, row, width: 1, edge)
      put(glyphs.vertical, rect.column + rect.width - 1, row, width: 1, edge)
    }
    horizontal(
      rect, row: rect.row + rect.height - 1, left: glyphs.bottomLeft, right: glyphs.bottomRight, edge)
    label(
      StyledLine(title, Style(role, bold: true)), StyledLine(right, Style(rightRole)), rect, row: rect.row,
      isFocused: false)
  }

  /// Says on the lower edge of a box how many lines stand below what it shows.
  mutating func markCut(_ rect: Rect, below: Int) {
    guard below > 0 else { return }
    let text = " \(glyphs.down) \(below) more "
    putRight(
      text, end: rect.column + rect.width - 2, rect.row + rect.height - 1, width: DisplayWidth.of(text), Style(.accent))
  }

  private mutating func horizontal(_ rect: Rect, row: Int, left: String, right: String, _ style: Style) {
    let line = left + String(repeating: glyphs.horizontal, count: rect.width - 2) + right
    put(line, rect.column, row, width: rect.width, style)
  }

  private mutating func label(_ left: StyledLine, _ right: StyledLine, _ rect: Rect, row: Int, isFocused: Bool) {
    let room = rect.width - 4
    guard room > 2, !left.spans.isEmpty else { return }
    let titleStyle = Style(isFocused ? .accent : .text, bold: isFocused)
    put(isFocused ? glyphs.selection : " ", rect.column + 1, row, width: 1, titleStyle)
    let used = put(left, rect.column + 2, row, width: room, reverse: isFocused)
    put(" ", rect.column + 2 + used, row, width: 1)
    let needed = right.width
    if needed > 0, used + needed + 4 <= room {
      let start = rect.column + rect.width - 2 - needed - 1
      put(" ", start, row, width: 1)
      put(right, start + 1, row, width: needed)
      put(" ", start + 1 + needed, row, width: 1)
    }
  }
}

extension Rect {
  /// A rectangle of at most this size in the middle of a screen.
  static func centered(width: Int, height: Int, in size: Size) -> Rect {
    let width = min(width, size.columns - 2)
    let height = min(height, size.rows - 2)
    return Rect(
      column: (size.columns - width) / 2, row: max(0, (size.rows - height) / 2), width: width, height: max(0, height))
  }

  /// The cells within a frame and a blank column.
  var inside: Rect {
    Rect(column: column + 2, row: row + 1, width: max(0, width - 4), height: max(0, height - 2))
  }
}
