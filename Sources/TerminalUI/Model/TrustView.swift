import Inspection
import TrustPolicy

/// The Trust view: one configuration against the selected token, check by check.
struct TrustView: Sendable {
  /// Which configuration.
  var index: Int
  /// The row that is selected, among those that can be.
  var selection = 0
  var offset = 0
  /// Checks that are not folded as they would be by themselves.
  var toggled: Set<CheckPath> = []
  /// The first `y` of the two that copy a suggestion was pressed.
  var awaitsCopy = false
  /// What the configuration decides; nil while it has not been asked, or when there is nothing to ask about.
  private(set) var verdict: Verdict?
  private var key: Trust.Key?
  private var validUntil = Timestamp(0)

  init(index: Int) {
    self.index = index
  }

  /// The way to a check: the index of a step, then of its parts. Steps beyond the documents count on behind the others.
  typealias CheckPath = [Int]

  /// Asks the configuration, unless the answer is known.
  mutating func ask(_ documents: TrustDocuments?, about token: TokenView?, revision: Int, at now: Timestamp) {
    guard let documents, documents.configurations.indices.contains(index), let token, let presented = token.presented
    else {
      verdict = nil
      key = nil
      return
    }
    let key = Trust.Key(token: token.version, policies: revision)
    guard key != self.key || now >= validUntil else { return }
    let isFirst = self.key == nil
    self.key = key
    validUntil = TrustClock.nextChange(of: presented, after: now)
    verdict = documents.verdict(of: index, on: presented, at: now)
    // What refuses is what one came for.
    if isFirst, verdict?.decision != .accept {
      selection = -1
      selectFailure(1)
      selection = max(0, selection)
    }
  }

  /// Shows another configuration, from its top.
  mutating func show(_ index: Int) {
    self = TrustView(index: index)
  }

  /// Whether the parts of a check are shown: by itself those of one that does not pass.
  func isExpanded(_ check: Check, at path: CheckPath) -> Bool {
    !check.children.isEmpty && (check.outcome != .pass) != toggled.contains(path)
  }

  // MARK: Rows

  enum Row: Sendable, Hashable {
    case check(CheckPath)
    case suggestion(Int)
    case lint(Int)
  }

  /// What can be selected, from top to bottom.
  var rows: [Row] {
    guard let verdict else { return [] }
    var rows: [Row] = []
    for (index, check) in verdict.checks.enumerated() { add(check, [index], to: &rows) }
    rows += verdict.suggestions.indices.map { .suggestion($0) }
    rows += verdict.lints.indices.map { .lint($0) }
    for (index, check) in verdict.beyond.enumerated() { add(check, [verdict.checks.count + index], to: &rows) }
    return rows
  }

  private func add(_ check: Check, _ path: CheckPath, to rows: inout [Row]) {
    rows.append(.check(path))
    guard isExpanded(check, at: path) else { return }
    for (index, child) in check.children.enumerated() { add(child, path + [index], to: &rows) }
  }

  var selectedRow: Row? {
    let rows = rows
    return rows.indices.contains(selection) ? rows[selection] : nil
  }

  /// The check at a path.
  func check(at path: CheckPath) -> Check? {
    guard let verdict, let first = path.first else { return nil }
    let all = verdict.checks + verdict.beyond
    guard all.indices.contains(first) else { return nil }
    return path.dropFirst().reduce(all[first] as Check?) { check, index in
      guard let children = check?.children, children.indices.contains(index) else { return nil }
      return children[index]
    }
  }

  /// The place in a document that the selected row is about.
  var location: DocumentLocation? {
    switch selectedRow {
    case .check(let path)?:
      for length in stride(from: path.count, to: 0, by: -1) {
        if let location = check(at: Array(path.prefix(length)))?.location { return location }
      }
      return nil
    case .suggestion(let index)?: return verdict?.suggestions[index].location
    case .lint(let index)?: return verdict?.lints[index].location
    case nil: return nil
    }
  }

  /// The suggestion that is selected, or else the first.
  var suggestion: Suggestion? {
    if case .suggestion(let index)? = selectedRow { return verdict?.suggestions[index] }
    return verdict?.suggestions.first
  }

  /// Why `selectFailure` leads nowhere, as a sentence; nil when it leads to another check.
  var failureObstacle: String? {
    var other = self
    other.selectFailure(1)
    if other.selection != selection { return nil }
    let isFailure = verdict?.checks.contains { $0.outcome == .fail || $0.outcome == .unknown } == true
    return isFailure ? "no other check fails" : "no check fails"
  }

  /// Whether the selected row has parts.
  var canUnfold: Bool {
    guard case .check(let path)? = selectedRow else { return false }
    return check(at: path)?.children.isEmpty == false
  }

  /// Goes to the next check that fails, or where none does that cannot be told, around the end.
  mutating func selectFailure(_ direction: Int) {
    let rows = rows
    guard let verdict, !rows.isEmpty else { return }
    let outcome: Check.Outcome = verdict.checks.contains { $0.outcome == .fail } ? .fail : .unknown
    for step in 1...rows.count {
      let index = ((selection + direction * step) % rows.count + rows.count) % rows.count
      guard case .check(let path) = rows[index], let check = check(at: path), check.outcome == outcome,
        path[0] < verdict.checks.count
      else { continue }
      // The parts tell more than the whole.
      if isExpanded(check, at: path) { continue }
      selection = index
      return
    }
  }
}

/// The matrix: all configurations against all tokens.
struct MatrixView: Sendable {
  var row = 0
  var column = 0
  /// The token of the selected column.
  var entry: EntryID?
  var offset = 0
  var firstColumn = 0

  /// Selects a column, or the nearest that there is.
  mutating func select(column: Int, of entries: [Entry]) {
    self.column = max(0, min(column, entries.count - 1))
    entry = entries.indices.contains(self.column) ? entries[self.column].id : nil
  }
}
