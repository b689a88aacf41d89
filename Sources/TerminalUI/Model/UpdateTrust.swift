import Inspection
import JOSE
import TrustPolicy

/// Policies, verdicts and what-ifs.
extension Model {
  /// What one update asks at most: some milliseconds of work, so that no key waits for five hundred policies.
  private static let questionsAtOnce = 24

  // MARK: - Opening and reading

  /// Reads all policies anew.
  mutating func readPolicies() -> [Effect] {
    guard !trust.isEmpty else { return [] }
    trust.readingSince = now
    return [.readPolicies(trust.inputs)]
  }

  /// Opens a document that holds no token: a trust policy, unless it turns out to be something else.
  mutating func openPolicy(_ text: String, from name: String?) -> [Effect] {
    let isFile = name != nil && name != "standard input" && name != "the command line"
    let input: PolicyInput =
      isFile ? .file(name ?? "") : .text(text, name: name ?? "pasted \(trust.inputs.count + 1)")
    if !trust.inputs.contains(input) { trust.inputs.append(input) }
    closeOpenPrompt()
    newestPolicy = input
    return readPolicies()
  }

  /// Whether a text is so much like a JSON or YAML document that it is no broken token.
  static func looksLikeDocument(_ text: String) -> Bool {
    let start = text.drop { $0.isWhitespace }.prefix(2000)
    if start.first == "{" || start.first == "[" { return true }
    return start.split(separator: "\n").prefix(40).contains { line in
      let name = line.prefix { $0 != ":" }
      return name.count < line.count && !name.isEmpty && name.utf8.count < 80
        && name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: ".") || $0 == 0x20 }
    }
  }

  mutating func askToClosePolicy() {
    guard let input = trust.input(of: trust.selection) else { return }
    show(
      .confirm(
        Confirmation(
          purpose: .closePolicy(input),
          question: "Close the policy \(Visible.escaped(JSONPreview.prefix(input.name, limit: 200)))?",
          note: "Only this screen forgets it; nothing else happens to it.")))
  }

  mutating func closePolicy(_ input: PolicyInput) -> [Effect] {
    trust.inputs.removeAll { $0 == input }
    if trust.isEmpty { trust.take(PolicySet([])) }
    say(.info, "closed \(Visible.escaped(JSONPreview.prefix(input.name, limit: 200)))")
    return trust.isEmpty ? [] : [.readPolicies(trust.inputs)]
  }

  mutating func policiesRead(_ policies: PolicySet) {
    trust.take(policies)
    if let place = place(of: .trust), case .trust(var view) = overlays[place] {
      view.show(max(0, min(view.index, trust.count - 1)))
      overlays[place] = .trust(view)
    }
    holdExchangeAgainstPolicies()
    guard let input = newestPolicy else { return }
    newestPolicy = nil
    showWhatWasOpened(input)
  }

  /// Shows what stands in a document that somebody opened: its first configuration, or why there is none to show.
  private mutating func showWhatWasOpened(_ input: PolicyInput) {
    if let index = trust.documents?.configurations.firstIndex(where: { $0.location.file == input.name }) {
      trust.selection = index
      show(.trust(TrustView(index: index)))
    } else if let problem = trust.problems.first(where: { $0.location.file == input.name }) {
      say(.error, Visible.escaped(JSONPreview.prefix(problem.description, limit: 400)))
      // What was pasted cannot be mended.
      if case .text(_, let name) = input {
        trust.inputs.removeAll { $0 == input }
        trust.forgetProblem(of: name)
      }
    } else {
      let name = Visible.escaped(JSONPreview.prefix(input.name, limit: 200))
      say(.info, "opened \(name): it holds no policy of its own, and counts for those that need it")
    }
  }

  // MARK: - Commands

  mutating func showTrust() {
    let index = trust.selection < trust.count ? trust.selection : 0
    show(.trust(TrustView(index: index)))
  }

  mutating func showMatrix() {
    // Without policies the Trust view tells how to open one.
    guard trust.count > 0 else { return showTrust() }
    let tokens = matrixEntries
    show(
      .matrix(
        MatrixView(
          row: min(trust.selection, max(0, trust.count - 1)), column: tokens.firstIndex { $0.id == selected } ?? 0)))
  }

  /// The columns of the matrix.
  var matrixEntries: [Entry] { shown.filter { $0.token != nil } }

  mutating func selectPolicy(_ step: Int) {
    guard trust.count > 0 else { return }
    trust.selection = ((trust.selection + step) % trust.count + trust.count) % trust.count
  }

  /// Opens the document of a place in the editor, or says why that cannot be.
  func edit(_ location: DocumentLocation?) -> (effects: [Effect], obstacle: String?) {
    guard let location else { return ([], "this row stands in no document") }
    guard trust.inputs.contains(.file(location.file)) else {
      return ([], "the document was pasted: there is no file to edit")
    }
    return ([.editDocument(path: location.file, line: location.line)], nil)
  }

  // MARK: - What if

  mutating func startEditingClaim() {
    guard let row = selectedRow, let token else { return }
    show(
      .prompt(Prompt(purpose: .editClaim(row.path, before: token.whatIf), field: TextField(row.value.compact()))))
  }

  /// Supposes what stands in the field; nothing is supposed of a path that is gone.
  mutating func suppose(_ text: String, at path: ClaimPath) {
    guard let token, let real = token.inspection.token.claims else { return }
    // A plain word is meant as a text.
    let value = (try? JSON(parsing: text)) ?? JSON(text)
    let shown = JSON.object(token.whatIf?.claims ?? real)
    guard let claims = shown.replacing(path.steps[...], with: value)?.objectValue else { return }
    setWhatIf(WhatIf(claims, insteadOf: real))
  }

  mutating func setWhatIf(_ whatIf: WhatIf?) {
    // The token may have been renewed since.
    let whatIf = token?.inspection.token.claims.flatMap { whatIf?.supposed(of: $0) }
    guard token?.whatIf != whatIf else { return }
    let moment = now
    withToken { $0.suppose(whatIf, at: moment) }
  }

  // MARK: - Verdicts

  /// Asks what is on the screen and was not asked yet.
  mutating func settleTrust() {
    trust.selection = max(0, min(trust.selection, trust.rowCount - 1))
    guard trust.documents != nil else {
      waitsForVerdicts = false
      return settleTrustView()
    }
    var limit = Self.questionsAtOnce
    var isLeft = false
    if let entry = selectedEntry, let token = entry.token {
      isLeft = trust.ask(0..<trust.count, about: token, of: entry.id, at: now.timestamp, limit: &limit)
    }
    settleMatrix()
    if let place = place(of: .matrix), case .matrix(let view) = overlays[place] {
      let area = MatrixRender.visible(self, view)
      for entry in matrixEntries[area.columns] {
        guard let token = entry.token else { continue }
        if trust.ask(area.rows, about: token, of: entry.id, at: now.timestamp, limit: &limit) { isLeft = true }
      }
    }
    waitsForVerdicts = isLeft
    trust.forget(allBut: Set(entries.map(\.id)))
    settleTrustView()
  }

  private mutating func settleTrustView() {
    guard let place = place(of: .trust), case .trust(var view) = overlays[place] else { return }
    view.ask(trust.documents, about: token, revision: trust.revision, at: now.timestamp)
    view.selection = max(0, min(view.selection, view.rows.count - 1))
    let lines = TrustText.lines(self, view, width: OverlayView.textWidth(size))
    let height = OverlayView.textHeight(size)
    let own = lines.indices.filter { lines[$0].row == view.selection }
    if let first = own.first, let last = own.last {
      view.offset = Scroll.offset(view.offset, showing: last, of: lines.count, in: height)
      view.offset = min(view.offset, first)
    }
    view.offset = max(0, min(view.offset, lines.count - height))
    overlays[place] = .trust(view)
  }

  /// Keeps the cell of the matrix selected when tokens or policies come and go.
  private mutating func settleMatrix() {
    guard let place = place(of: .matrix), case .matrix(var view) = overlays[place] else { return }
    let columns = matrixEntries
    if let own = columns.firstIndex(where: { $0.id == view.entry }) { view.column = own }
    view.row = max(0, min(view.row, trust.count - 1))
    view.select(column: view.column, of: columns)
    let (rows, width) = MatrixRender.capacity(self)
    view.offset = Scroll.offset(view.offset, showing: view.row, of: trust.count, in: rows)
    view.firstColumn = Scroll.offset(view.firstColumn, showing: view.column, of: columns.count, in: width)
    overlays[place] = .matrix(view)
  }

  // MARK: - Keys in the Trust view and in the matrix

  mutating func press(_ key: Key, _ command: CommandID?, in view: TrustView) -> [Effect] {
    var view = view
    let page = max(1, OverlayView.textHeight(size) - 1)
    let awaited = view.awaitsCopy
    view.awaitsCopy = false
    defer { if case .trust? = overlay { overlay = .trust(view) } }
    if awaited, key == "y" { return copySuggestion(of: view) }
    switch command {
    case .up: view.selection -= 1
    case .down: view.selection += 1
    case .pageUp: view.selection -= page / 2
    case .pageDown: view.selection += page / 2
    case .halfPageUp: view.selection -= page / 4
    case .halfPageDown: view.selection += page / 4
    case .first: view.selection = 0
    case .last: view.selection = .max / 2
    case .activate where token == nil, .renew:
      return selectedIndex.map { request(at: $0) } ?? []
    case .left, .right, .activate: fold(&view, command)
    case .nextMatch: view.selectFailure(1)
    case .previousMatch: view.selectFailure(-1)
    case .nextPolicy, .nextPane: view.show(neighbour(of: view.index, 1))
    case .previousPolicy, .previousPane: view.show(neighbour(of: view.index, -1))
    case .editClaim: return edit(view.location).effects
    case .copyToken: return copySuggestion(of: view)
    case .copyMenu:
      view.awaitsCopy = true
      say(.info, "y again copies the suggestion")
    case .matrix: showMatrix()
    case .open: return run(.open)
    case .dropWhatIf: return run(.dropWhatIf)
    case .trust: overlay = nil
    default: break
    }
    view.selection = max(0, min(view.selection, view.rows.count - 1))
    trust.selection = max(0, min(view.index, trust.count - 1))
    return []
  }

  private func copySuggestion(of view: TrustView) -> [Effect] {
    view.suggestion.map { [.copy($0.after, what: "the suggestion")] } ?? []
  }

  private func neighbour(of index: Int, _ step: Int) -> Int {
    trust.count == 0 ? 0 : ((index + step) % trust.count + trust.count) % trust.count
  }

  private func fold(_ view: inout TrustView, _ command: CommandID?) {
    guard case .check(let path)? = view.selectedRow, let check = view.check(at: path) else { return }
    let isExpanded = view.isExpanded(check, at: path)
    if command == .left, !isExpanded || check.children.isEmpty {
      // To the whole that this is a part of.
      if let parent = view.rows.firstIndex(of: .check(Array(path.dropLast()))) { view.selection = parent }
      return
    }
    if command == .right, isExpanded {
      view.selection += 1
      return
    }
    if !check.children.isEmpty { view.toggled.formSymmetricDifference([path]) }
  }

  mutating func press(_ command: CommandID?, in view: MatrixView) -> [Effect] {
    var view = view
    let columns = matrixEntries
    let page = max(1, OverlayView.textHeight(size) - 2)
    switch command {
    case .up: view.row -= 1
    case .down: view.row += 1
    case .pageUp, .halfPageUp: view.row -= page
    case .pageDown, .halfPageDown: view.row += page
    case .first: view.row = 0
    case .last: view.row = trust.count - 1
    case .left, .previousPane: view.column -= 1
    case .right, .nextPane: view.column += 1
    case .activate where columns.isEmpty:
      return selectedIndex.map { request(at: $0) } ?? []
    case .activate, .trust:
      guard columns.indices.contains(view.column), view.row < trust.count else { return [] }
      select(columns[view.column].id)
      trust.selection = view.row
      show(.trust(TrustView(index: view.row)))
      return []
    case .open: return run(.open)
    case .matrix:
      overlay = nil
      return []
    default: break
    }
    view.select(column: view.column, of: columns)
    overlay = .matrix(view)
    return []
  }
}
