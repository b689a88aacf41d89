import Inspection
import JOSE

/// Two tokens' headers and claims, member by member, as they are signed.
struct Comparison: Sendable {
  /// A member of either token.
  struct Row: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
      case same
      /// The same value, written otherwise: other escapes, another order of members, `1.0` for `1`.
      case respelled
      case changed, onlyLeft, onlyRight
    }

    let name: String
    let left: JSON?
    let right: JSON?
    let kind: Kind

    init(name: String, left: JSON?, right: JSON?) {
      self.name = name
      self.left = left
      self.right = right
      kind =
        switch (left, right) {
        case (nil, _): .onlyRight
        case (_, nil): .onlyLeft
        case (let left?, let right?): left == right ? .same : left.hasSameValue(as: right) ? .respelled : .changed
        }
    }

    var differs: Bool { kind != .same && kind != .respelled }
  }

  struct Part: Sendable {
    let title: String
    let rows: [Row]
    /// Whether both have the same bytes: members that say the same may still be written otherwise.
    let hasSameBytes: Bool
  }

  let parts: [Part]

  init(_ left: TokenView, _ right: TokenView) {
    let (one, other) = (left.inspection, right.inspection)
    parts = [
      Part(
        title: "Header", rows: Self.rows(one.header, other.header),
        hasSameBytes: one.token.header.bytes == other.token.header.bytes),
      Part(
        title: "Claims", rows: Self.rows(one.claims, other.claims),
        hasSameBytes: one.token.payload?.bytes == other.token.payload?.bytes),
    ]
  }

  /// All rows; the views count by this list.
  var rows: [Row] { parts.flatMap(\.rows) }

  /// The members of two lists of fields, in the left one's order, then what only the right one has. Names are compared
  /// byte for byte, as relying parties do.
  static func rows(_ left: [Field], _ right: [Field]) -> [Row] {
    var rest: [[UInt8]: [JSON]] = [:]
    for field in right { rest[Array(field.name.utf8), default: []].append(field.value) }
    var rows: [Row] = []
    for field in left {
      let name = Array(field.name.utf8)
      let others = rest[name] ?? []
      rest[name] = Array(others.dropFirst())
      rows.append(Row(name: field.name, left: field.value, right: others.first))
    }
    // Of duplicates the last are left over.
    for field in right.reversed() {
      let name = Array(field.name.utf8)
      guard let value = rest[name]?.popLast() else { continue }
      rows.insert(Row(name: field.name, left: nil, right: value), at: left.count)
    }
    return rows
  }
}

/// Two tokens' claims beside each other.
struct ComparisonView: Sendable {
  var left: EntryID
  var right: EntryID
  /// The selected row of `Comparison.rows`; nil until there is one: then the first that differs is.
  var selection: Int?
  var offset = 0
  var onlyDifferences = false
  /// The first line that is shown of the selected row, while it is shown whole.
  var wholeOffset: Int?

  /// The rows that are listed.
  func listed(_ rows: [Comparison.Row]) -> [Int] {
    rows.indices.filter { !onlyDifferences || rows[$0].differs }
  }
}

extension Model {
  /// What a view compares; nil when one of the tokens is gone.
  func comparison(_ view: ComparisonView) -> Comparison? {
    guard let left = index(of: view.left).flatMap({ entries[$0].token }),
      let right = index(of: view.right).flatMap({ entries[$0].token })
    else { return nil }
    return Comparison(left, right)
  }

  /// What tells a token from others that are called alike: when it was issued, or else its place in the list.
  func distinction(of entry: Entry, from others: [Entry]) -> String {
    if let issued = entry.token?.inspection.times.issuedAt {
      let times = others.compactMap { $0.token?.inspection.times.issuedAt }
      if !times.map(clock).contains(clock(issued)) { return "issued \(clock(issued))" }
      if !times.contains(issued) { return "issued \(dateAndTime(issued))" }
    }
    return index(of: entry.id).map { "number \($0 + 1)" } ?? ""
  }

  // MARK: - Keys

  mutating func press(_ command: CommandID?, in view: ComparisonView) -> [Effect] {
    var view = view
    switch command {
    case .toggleMask: return run(.toggleMask)
    case .compare where view.wholeOffset == nil:
      view.onlyDifferences.toggle()
      overlay = .comparison(view)
      return []
    default: break
    }
    guard let rows = comparison(view)?.rows, let selection = view.selection, rows.indices.contains(selection) else {
      return []
    }
    if command == .copyMenu || command == .copyToken { return copy(rows[selection]) }
    if let offset = view.wholeOffset {
      let most = max(0, ComparedRow.lines(self, view).count - OverlayView.textHeight(size))
      switch command {
      case .activate, .left, .compare: view.wholeOffset = nil
      case .nextMatch: view.selectDifference(1, rows)
      case .previousMatch: view.selectDifference(-1, rows)
      default: view.wholeOffset = max(0, min(scrolled(offset, command, most: most) ?? offset, most))
      }
      overlay = .comparison(view)
      return []
    }
    let listed = view.listed(rows)
    switch command {
    case .activate, .right: view.wholeOffset = 0
    case .nextMatch: view.selectDifference(1, rows)
    case .previousMatch: view.selectDifference(-1, rows)
    default:
      let place = listed.firstIndex { $0 >= selection } ?? 0
      if let place = scrolled(place, command, most: listed.count - 1), listed.indices.contains(place) {
        view.selection = listed[place]
      }
    }
    overlay = .comparison(view)
    return []
  }

  private func copy(_ row: Comparison.Row) -> [Effect] {
    let values = [row.left, row.right].compactMap { $0?.compact() }
    let path = ClaimPath([.member(row.name, occurrence: 0)]).text
    let name = Visible.escaped(JSONPreview.prefix(path, limit: 80))
    return [
      .copy(values.joined(separator: "\n"), what: values.count == 2 ? "both values of \(name)" : "the value of \(name)")
    ]
  }

  /// Esc and `q` lead from a row that is shown whole back to the list; false when there is none.
  mutating func closesComparedRow(_ key: Key, _ command: CommandID?) -> Bool {
    guard case .comparison(var view)? = overlay, view.wholeOffset != nil, key == .escape || command == .back else {
      return false
    }
    view.wholeOffset = nil
    overlay = .comparison(view)
    return true
  }

  /// Holds the selection within what is listed, and keeps it in sight.
  mutating func settleComparison() {
    guard case .comparison(var view)? = overlay, let rows = comparison(view)?.rows else { return }
    let listed = view.listed(rows)
    let wanted = view.selection ?? rows.firstIndex { $0.differs } ?? 0
    view.selection = listed.first { $0 >= wanted } ?? listed.last
    let text = ComparisonRender.text(self, view)
    let height = max(1, OverlayView.textHeight(size) - text.head.count)
    let own = text.lines.indices.filter { text.lines[$0].row == view.selection && view.selection != nil }
    if let first = own.first, let last = own.last {
      view.offset = Scroll.offset(view.offset, showing: last, of: text.lines.count, in: height)
      // With the first row its heading comes into sight.
      view.offset = min(view.offset, view.selection == listed.first ? 0 : first)
      if view.selection == listed.first, last >= height { view.offset = last - height + 1 }
    }
    view.offset = max(0, min(view.offset, text.lines.count - height))
    overlay = .comparison(view)
  }
}

extension ComparisonView {
  /// Goes to the next row that differs, around the end.
  fileprivate mutating func selectDifference(_ direction: Int, _ rows: [Comparison.Row]) {
    guard let start = selection, !rows.isEmpty else { return }
    for step in 1...rows.count {
      let index = ((start + direction * step) % rows.count + rows.count) % rows.count
      guard rows[index].differs else { continue }
      selection = index
      if wholeOffset != nil { wholeOffset = 0 }
      return
    }
  }
}
