/// A screen as it should look: a grid of styled cells. Tests compare it as text, the painter writes what changed.
///
/// Nothing but printable characters ever gets into a cell, whatever text is put: controls and all that would break
/// columns are shown escaped.
public struct Frame: Sendable, Equatable {
  public let size: Size
  /// Whether other characters than ASCII can be shown.
  public let characters: CharacterSet
  /// The cells, row by row.
  public private(set) var cells: [Cell]
  /// Where the terminal's cursor stands; nil when it is hidden.
  public var cursor: (column: Int, row: Int)?

  /// An empty frame.
  public init(size: Size, characters: CharacterSet = .unicode) {
    self.size = size
    self.characters = characters
    cells = Array(repeating: .blank(), count: size.columns * size.rows)
  }

  /// The cell at a place inside the frame.
  public subscript(column: Int, row: Int) -> Cell {
    cells[row * size.columns + column]
  }

  /// Writes text from a place to the right and returns the columns that it used.
  ///
  /// Text that does not fit is cut, and the last column then holds an ellipsis in a style of its own, so that nobody
  /// takes it for a part of the text.
  ///
  /// - Parameters:
  ///   - width: The columns that the text may use; up to the right edge when nil.
  ///   - marksCut: Whether cut text ends in an ellipsis; otherwise it just stops.
  @discardableResult
  public mutating func put(
    _ text: String, column: Int, row: Int, width: Int? = nil, style: Style = Style(), marksCut: Bool = true
  ) -> Int {
    guard row >= 0, row < size.rows, column < size.columns else { return 0 }
    let limit = width.map { min(size.columns - column, max(0, $0)) } ?? size.columns - column
    guard limit > 0 else { return 0 }
    var used = 0
    var lastBase: Int?
    var isCut = false
    TextColumns.forEachPiece(of: text, in: characters) { piece in
      switch piece {
      case .base(let scalar, let isWide):
        let columns = isWide ? 2 : 1
        guard used + columns <= limit else {
          isCut = true
          return false
        }
        lastBase = column + used
        set(Cell(scalar, style), isWide: isWide, column: column + used, row: row)
        used += columns
      case .mark(let scalar):
        if let lastBase, lastBase >= 0 { _ = cells[row * size.columns + lastBase].combine(scalar) }
      }
      return true
    }
    if isCut {
      // A wide character that has half the room it needs leaves its column empty.
      while used < limit {
        set(.blank(style), isWide: false, column: column + used, row: row)
        used += 1
      }
      if marksCut { putEllipsis(column: column + limit - 1, row: row, style: style) }
    }
    return used
  }

  /// Fills an area with one character, which must be narrow; a space clears it.
  public mutating func fill(
    _ character: Unicode.Scalar = " ", column: Int, row: Int, columns: Int, rows: Int = 1, style: Style = Style()
  ) {
    guard ScalarClass(character) == .narrow, characters == .unicode || character.isASCII else { return }
    let cell = Cell(character, style)
    for row in max(0, row)..<max(0, row, min(size.rows, row + rows)) {
      for column in max(0, column)..<max(0, column, min(size.columns, column + columns)) {
        set(cell, isWide: false, column: column, row: row)
      }
    }
  }

  /// Changes the style of cells and leaves their text: for a selection bar or a dimmed background.
  public mutating func restyle(column: Int, row: Int, columns: Int, rows: Int = 1, _ change: (inout Style) -> Void) {
    for row in max(0, row)..<max(0, row, min(size.rows, row + rows)) {
      for column in max(0, column)..<max(0, column, min(size.columns, column + columns)) {
        change(&cells[row * size.columns + column].style)
      }
    }
  }

  /// The rows as text, without the spaces at their ends.
  public var textLines: [String] {
    lines { $0.text }
  }

  /// The rows with one letter for the style of each cell, for tests: `.` text, `g` good, `b` bad, `w` warning, `m` muted,
  /// `a` accent, `k` key, `s` string, `n` number; upper case when bold, `#` when reversed.
  public var styleLines: [String] {
    let letters: [Role: String] = [
      .text: " ", .good: "g", .bad: "b", .warning: "w", .muted: "m", .accent: "a", .key: "k", .string: "s",
      .number: "n",
    ]
    return lines { cell in
      if cell.style.reverse { return "#" }
      let letter = letters[cell.style.role] ?? " "
      return cell.style.bold ? (letter == " " ? "*" : letter.uppercased()) : letter
    }
  }

  public static func == (left: Frame, right: Frame) -> Bool {
    left.size == right.size && left.characters == right.characters && left.cells == right.cells
      && left.cursor?.column == right.cursor?.column && left.cursor?.row == right.cursor?.row
  }

  private func lines(_ text: (Cell) -> String) -> [String] {
    (0..<size.rows).map { row in
      var line = ""
      for cell in cells[(row * size.columns)..<((row + 1) * size.columns)] { line += text(cell) }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private mutating func putEllipsis(column: Int, row: Int, style: Style) {
    var marked = style
    marked.role = .accent
    marked.bold = true
    marked.dim = false
    set(Cell(characters == .unicode ? "…" : "~", marked), isWide: false, column: column, row: row)
  }

  /// Sets one cell, or two for a wide character, and blanks the other half of wide characters that it cuts.
  private mutating func set(_ cell: Cell, isWide: Bool, column: Int, row: Int) {
    guard column >= 0 else { return }
    let start = row * size.columns
    let index = start + column
    let last = column + (isWide ? 1 : 0)
    if column > 0, cells[index].isContinuation { cells[index - 1] = .blank(cells[index - 1].style) }
    if last + 1 < size.columns, cells[start + last + 1].isContinuation {
      cells[start + last + 1] = .blank(cells[start + last + 1].style)
    }
    cells[index] = cell
    if isWide { cells[index + 1] = .continuation(cell.style) }
  }
}
