/// A rectangle of cells.
struct Rect: Sendable, Hashable {
  var column: Int
  var row: Int
  var width: Int
  var height: Int

  func contains(column: Int, row: Int) -> Bool {
    column >= self.column && column < self.column + width && row >= self.row && row < self.row + height
  }
}

/// Where everything stands on a screen of a size: drawing, the mouse and paging all ask this one.
struct Layout {
  enum Kind: Hashable {
    case pane(Pane)
    case timeLeft
  }

  /// One part of a stack: a line with its title, then its content.
  struct Section {
    let kind: Kind
    /// The cells within the frame, with a blank column on either side.
    let content: Rect
    var titleRow: Int { content.row - 1 }
  }

  /// Panes on top of each other in one frame.
  struct Stack {
    let frame: Rect
    let sections: [Section]
  }

  /// Below this nothing useful fits.
  static let smallest = Size(columns: 40, rows: 10)

  let size: Size
  let stacks: [Stack]
  let signatureLines: [StyledLine]

  /// From so many rows on, panes beside a list stand still whatever has the focus.
  private static let roomyRows = 30

  static func isTooSmall(_ size: Size) -> Bool {
    size.columns < smallest.columns || size.rows < smallest.rows
  }

  /// Whether there is room for the focused pane only.
  static func showsOnePane(_ size: Size) -> Bool {
    size.columns < 60 || size.rows < 16
  }

  var topRow: Int { 0 }
  var verdictRow: Int { size.rows - 2 }
  var hintRow: Int { size.rows - 1 }

  init(_ model: Model, size: Size) {
    self.size = size
    let body = Rect(column: 0, row: 1, width: size.columns, height: max(0, size.rows - 3))
    let isWide = size.columns >= 85
    let isSingle = Self.showsOnePane(size)
    let showsOne = isSingle || (model.isZoomed && (!isWide || model.focus == .list))
    let leftWidth = isWide ? max(30, min(40, size.columns * 32 / 100)) : 0
    let rightWidth = showsOne ? body.width : body.width - leftWidth
    let lines = SignatureText.lines(model, width: rightWidth - 4)
    signatureLines = lines

    if showsOne {
      stacks = [Self.stack([(.pane(model.focus), nil)], in: body)]
      return
    }
    // Frame lines: one above each part and one below the last.
    func room(_ parts: Int) -> Int { body.height - parts - 1 }
    let trustRows = Self.trustRows(model, isWide: isWide, room: body.height)
    let trust: [(Kind, Int?)] = trustRows.map { [(.pane(.trust), $0)] } ?? []
    let headerRows = max(3, model.token?.header.rows.count ?? 3)
    /// What each pane has to show. Claims count without what is unfolded, so that folding moves nothing.
    func shares(_ panes: [Pane], in rows: Int) -> [(Kind, Int?)] {
      let parts = panes.map { pane in
        let need =
          switch pane {
          case .list: max(2, model.listed.count)
          case .header: model.token.map { max(1, $0.header.rows.count) } ?? 3
          case .claims: max(8, model.token?.claims.fields.count ?? 0)
          case .signature: max(1, lines.count)
          case .trust: TrustPane.lineCount(model)
          }
        return StackShares.Part(pane: pane, need: need)
      }
      let rows = StackShares.rows(rows, among: parts, focus: model.focus)
      return zip(panes, rows).map { (.pane($0), $1) }
    }
    let trustPane: [Pane] = trustRows == nil ? [] : [.trust]
    func heights(_ room: Int) -> (header: Int, signature: Int) {
      let header = min(headerRows, max(1, room / 4))
      // The claims come first; what they leave over is for what there is to say about the signature. Counted without
      // what is unfolded, so that folding moves nothing.
      let left = room - header - max(6, model.token?.claims.fields.count ?? 6)
      return (header, min(max(2, lines.count), max(2, room / 4, left)))
    }
    if isWide {
      let left = Rect(column: 0, row: body.row, width: leftWidth, height: body.height)
      let right = Rect(column: leftWidth, row: body.row, width: rightWidth, height: body.height)
      let parts: [(Kind, Int?)]
      if model.isZoomed {
        parts = [(.pane(model.focus), nil)]
      } else if size.rows < Self.roomyRows {
        let panes = [Pane.header, .claims, .signature] + trustPane
        parts = shares(panes, in: room(panes.count))
      } else {
        let heights = heights(room(3 + trust.count) - (trustRows ?? 0))
        parts =
          [(.pane(.header), heights.header), (.pane(.claims), nil), (.pane(.signature), heights.signature)] + trust
      }
      stacks = [
        Self.stack([(.pane(.list), nil), (.timeLeft, 2)], in: left),
        Self.stack(parts, in: right),
      ]
    } else {
      let panes = [Pane.list, .header, .claims, .signature] + trustPane
      stacks = [Self.stack(shares(panes, in: room(panes.count)), in: body)]
    }
  }

  /// Rows of the Trust pane: as many as there are policies, up to a quarter of the room; nil where it would take the room
  /// from the claims and has nothing to show.
  private static func trustRows(_ model: Model, isWide: Bool, room: Int) -> Int? {
    if model.trust.isEmpty, model.focus != .trust, !isWide || room < 24 { return nil }
    return min(TrustPane.lineCount(model), max(1, room / 5))
  }

  /// Places parts below each other; the one without a height gets the room that is left.
  private static func stack(_ parts: [(Kind, Int?)], in frame: Rect) -> Stack {
    let fixed = parts.reduce(0) { $0 + ($1.1 ?? 0) }
    let rest = max(0, frame.height - parts.count - 1 - fixed)
    var row = frame.row + 1
    var sections: [Section] = []
    for (kind, height) in parts {
      let height = height ?? rest
      let content = Rect(column: frame.column + 1, row: row, width: max(0, frame.width - 2), height: height)
      sections.append(Section(kind: kind, content: content))
      row += height + 1
    }
    return Stack(frame: frame, sections: sections)
  }

  func section(_ kind: Kind) -> Section? {
    for stack in stacks {
      if let section = stack.sections.first(where: { $0.kind == kind }) { return section }
    }
    return nil
  }

  /// Rows that a pane shows, 0 when it is not on the screen.
  func height(of pane: Pane) -> Int {
    section(.pane(pane))?.content.height ?? 0
  }

  /// The pane at a cell, its title line included.
  func pane(column: Int, row: Int) -> (pane: Pane, content: Rect)? {
    for stack in stacks {
      for section in stack.sections {
        guard case .pane(let pane) = section.kind else { continue }
        var area = section.content
        area.row -= 1
        area.height += 1
        if area.contains(column: column, row: row) { return (pane, section.content) }
      }
    }
    return nil
  }
}
