import Inspection
import JOSE

/// One visible line of the Header or Claims pane.
struct FieldRow: Sendable {
  let path: ClaimPath
  /// The member's name or `[index]`, escaped for display.
  let label: String
  /// Columns of the label with its indentation and fold sign.
  let labelWidth: Int
  let value: JSON
  /// What the inspection knows of a top member.
  let field: Field?
  var isExpanded = false
  let isMatch: Bool
  let isMasked: Bool
  /// Whether it can be folded.
  let hasChildren: Bool

  var depth: Int { path.steps.count - 1 }

  /// Members or elements within, nil for a scalar.
  var count: Int? {
    switch value {
    case .array(let elements): elements.count
    case .object(let object): object.members.count
    default: nil
    }
  }

  init(
    path: ClaimPath, label: String, hasChildren: Bool, value: JSON, field: Field?, isMatch: Bool, isMasked: Bool
  ) {
    self.path = path
    self.label = label
    labelWidth = DisplayWidth.of(label) + (path.steps.count - 1) * 2 + (hasChildren ? 2 : 0)
    self.value = value
    self.field = field
    self.isMatch = isMatch
    self.isMasked = isMasked
    self.hasChildren = hasChildren
  }
}

/// A header or a set of claims as a foldable, filterable list with a selection.
struct FieldTree: Sendable {
  private(set) var fields: [Field] = []
  private(set) var rows: [FieldRow] = []
  private(set) var filter = Filter("")
  private(set) var matchCount = 0
  /// All values, folded ones too, of which `matchCount` match.
  private(set) var totalCount = 0
  private(set) var widestLabel = 0
  private(set) var widestMeaning = 0
  /// Columns of the widest value, as far as they matter for dividing the room.
  private(set) var widestValue = 0
  private(set) var hasMasked = false
  private var expanded: Set<ClaimPath> = []
  private(set) var selection = 0
  /// First row shown; kept by the views' rule that the selection is visible.
  var offset = 0

  var selectedRow: FieldRow? {
    rows.indices.contains(selection) ? rows[selection] : nil
  }

  /// Shows other fields: what was unfolded, filtered and selected stays so, by path.
  mutating func show(_ fields: [Field]) {
    self.fields = fields
    rebuild(keeping: selectedRow?.path)
  }

  mutating func select(_ index: Int) {
    selection = rows.isEmpty ? 0 : min(max(0, index), rows.count - 1)
  }

  mutating func setFilter(_ query: String) {
    guard query != filter.query else { return }
    filter = Filter(query)
    rebuild(keeping: selectedRow?.path)
    if !filter.isEmpty, selectedRow?.isMatch != true { selectNextMatch(1) }
  }

  /// Unfolds or folds a container; its parent's row stays selected.
  mutating func setExpanded(_ isExpanded: Bool, at path: ClaimPath) {
    if isExpanded { expanded.insert(path) } else { expanded.remove(path) }
    rebuild(keeping: path)
  }

  mutating func setAllExpanded(_ isExpanded: Bool) {
    let path = selectedRow?.path
    expanded = []
    if isExpanded {
      for (path, value) in topValues() { collectContainers(value, at: path) }
    }
    rebuild(keeping: isExpanded ? path : path.map { ClaimPath(Array($0.steps.prefix(1))) })
  }

  /// Moves to the next (1) or previous (-1) row that matches the filter, around the end.
  mutating func selectNextMatch(_ direction: Int) {
    guard !rows.isEmpty else { return }
    for step in 1...rows.count {
      let index = ((selection + direction * step) % rows.count + rows.count) % rows.count
      if rows[index].isMatch {
        selection = index
        return
      }
    }
  }

  /// Moves to the row of the container around the selected value.
  mutating func selectParent() {
    guard let parent = selectedRow?.path.parent, let index = rows.firstIndex(where: { $0.path == parent }) else {
      return
    }
    selection = index
  }

  // MARK: - Rows

  private mutating func rebuild(keeping path: ClaimPath?) {
    var builder = RowBuilder(filter: filter, expanded: expanded)
    let byPath = topValues()
    for (index, (path, value)) in byPath.enumerated() {
      builder.add(value, label: fields[index].name, path: path, field: fields[index], container: nil)
    }
    rows = builder.rows
    matchCount = builder.matchCount
    totalCount = builder.totalCount
    hasMasked = builder.hasMasked
    widestLabel = rows.reduce(0) { max($0, $1.labelWidth) }
    widestMeaning = rows.reduce(0) { max($0, $1.field.map(FieldMeaning.width) ?? 0) }
    widestValue = rows.reduce(0) { max($0, Self.width($1)) }
    selection = index(closestTo: path)
  }

  /// Beyond this all that matters of a value's width is that it is long.
  static let valueLimit = 40

  private static func width(_ row: FieldRow) -> Int {
    if row.field?.time != nil { return 32 }
    return DisplayWidth.of(JSONPreview.scalar(row.value, raw: false, limit: valueLimit))
  }

  /// The row of a path, or of the nearest container around it that is shown, or the first.
  private func index(closestTo path: ClaimPath?) -> Int {
    var wanted = path
    while let path = wanted {
      if let index = rows.firstIndex(where: { $0.path == path }) { return index }
      wanted = path.parent
    }
    return 0
  }

  private func topValues() -> [(ClaimPath, JSON)] {
    var seen: [String: Int] = [:]
    return fields.map { field in
      let occurrence = seen[field.name, default: 0]
      seen[field.name] = occurrence + 1
      return (ClaimPath([.member(field.name, occurrence: occurrence)]), field.value)
    }
  }

  private mutating func collectContainers(_ value: JSON, at path: ClaimPath) {
    let children = JSONChildren.of(value)
    guard !children.isEmpty else { return }
    expanded.insert(path)
    for child in children { collectContainers(child.value, at: path.appending(child.step)) }
  }
}
