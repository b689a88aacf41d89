import Inspection
import JOSE

/// What each command of the main screen does; whether it can run was asked before.
extension Model {
  mutating func perform(_ id: CommandID) -> [Effect] {
    switch id {
    case .activate: return activate()
    case .renew: return selectedIndex.map { request(at: $0) } ?? []
    case .renewAll:
      return entries.indices.filter { entries[$0].token != nil && isShown(entries[$0]) }.flatMap { request(at: $0) }
    case .add: show(.prompt(Prompt(purpose: .addAudience)))
    case .open: show(.prompt(Prompt(purpose: .open)))
    case .delete: askToDelete()
    case .issuers: showIssuers()
    case .compare: startComparison()
    case .verify: return verifyAgain()
    case .exchange: startExchange()
    case .trust: showTrust()
    case .matrix: showMatrix()
    case .editClaim: startEditingClaim()
    case .dropWhatIf:
      setWhatIf(nil)
      say(.info, "the claims are again those that were signed")
    case .nextPolicy: selectPolicy(1)
    case .previousPolicy: selectPolicy(-1)
    case .cancel: return cancel()

    case .copyToken, .copyValue, .copyKey, .copyPath, .copyHeader, .copyClaims, .copyBearer, .copyExport:
      return copy(id)
    case .copyMenu: show(.copyMenu)
    case .printToken: return token.map { [.printToTerminal($0.compact)] } ?? []

    case .filter:
      if focus == .signature || focus == .trust { focus = .claims }
      show(.filter(TextField(activeFilter.query)))
    case .nextMatch: selectMatch(1)
    case .previousMatch: selectMatch(-1)

    case .toggleTime: usesLocalTime.toggle()
    case .toggleRaw: isRaw.toggle()
    case .toggleMask: showsMasked.toggle()
    case .zoom: isZoomed.toggle()
    case .expandAll: withTree(focus) { $0.setAllExpanded(true) }
    case .foldAll: withTree(focus) { $0.setAllExpanded(false) }

    case .nextPane: focus = focus.advanced(1)
    case .previousPane: focus = focus.advanced(-1)
    case .focusList: focus = .list
    case .focusHeader: focus = .header
    case .focusClaims: focus = .claims
    case .focusSignature: focus = .signature
    case .focusTrust: focus = .trust
    case .up, .down, .first, .last, .pageUp, .pageDown, .halfPageUp, .halfPageDown: move(id)
    case .left: fold()
    case .right: unfold()

    case .help: show(.help(CommandList()))
    case .palette: show(.palette(CommandList()))
    case .messages: show(.messages(offset: 0))
    case .toggleMouse:
      usesMouse.toggle()
      say(.info, usesMouse ? "mouse on; shift-drag selects text" : "mouse off: the terminal selects text")
      return [.setMouse(usesMouse)]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .back: return goBack()
    case .quit: return [.quit]
    }
    return []
  }

  private mutating func activate() -> [Effect] {
    switch focus {
    case .list:
      guard let index = selectedIndex else { return [] }
      let isOver = entries[index].state(at: now.timestamp) == .expired
      if entries[index].audience != nil, entries[index].token == nil || isOver { return request(at: index) }
      focus = .claims
    case .header, .claims:
      guard let row = selectedRow else { return [] }
      if row.hasChildren {
        withTree(focus) { $0.setExpanded(!row.isExpanded, at: row.path) }
      } else {
        show(.detail(Detail(pane: focus, path: row.path)))
      }
    case .signature: break
    case .trust:
      if trust.selection < trust.count {
        showTrust()
      } else if let problem = trust.problems.dropFirst(trust.selection - trust.count).first {
        say(.error, [problem.description, problem.remedy].compactMap(\.self).joined(separator: " "))
      }
    }
    return []
  }

  /// Esc: stops what is under way, takes a message away, clears a filter, ends a zoom. It never leaves.
  private mutating func cancel() -> [Effect] {
    log.dismiss()
    if let index = selectedIndex, entries[index].pending != nil { return cancelWork(at: index) }
    if !activeFilter.isEmpty {
      setFilter("")
    } else if !listFilter.isEmpty {
      listFilter = Filter("")
    } else {
      isZoomed = false
    }
    return []
  }

  /// `q`: one level back, and out at the root, which is the list.
  private mutating func goBack() -> [Effect] {
    if isAtRoot { return [.quit] }
    if isZoomed {
      isZoomed = false
    } else if !activeFilter.isEmpty {
      setFilter("")
    } else {
      focus = .list
    }
    return []
  }

  var isAtRoot: Bool {
    focus == .list && !isZoomed && listFilter.isEmpty
  }

  private mutating func askToDelete() {
    if focus == .trust { return askToClosePolicy() }
    guard let entry = selectedEntry else { return }
    let isAudience = entry.audience != nil
    let hasMore = entries.contains { !isShown($0) && $0.audience == entry.audience && $0.token != nil }
    show(
      .confirm(
        Confirmation(
          purpose: .delete(entry.id),
          question: isAudience ? "Remove the audience \(entry.label)?" : "Close the token \(entry.label)?",
          note: isAudience
            ? "It is taken off the list and out of the configuration\(hasMore ? ", with its tokens of the other issuers" : "")."
            : "It is taken off the list; nothing else happens to it.")))
  }

  mutating func delete(_ id: EntryID) -> [Effect] {
    guard let entry = index(of: id).map({ entries[$0] }), let place = shown.firstIndex(where: { $0.id == id }) else {
      return []
    }
    // An audience goes from the lists of all issuers, as it goes from the configuration.
    let gone = entries.filter { $0.id == id || (entry.audience != nil && $0.audience == entry.audience) }
    entries.removeAll { one in gone.contains { $0.id == one.id } }
    let left = shown
    if selected == id { selected = left.indices.contains(place) ? left[place].id : left.last?.id }
    focus = .list
    var effects = gone.filter { $0.pending != nil }.map { Effect.cancel($0.id) }
    if entry.audience != nil { effects.append(.saveAudiences(audiences)) }
    say(.info, entry.audience == nil ? "closed \(entry.label)" : "removed \(entry.label)")
    return effects
  }

  private mutating func startComparison() {
    guard let selected else { return }
    let others = comparable
    if others.count == 1, let other = others.first {
      show(.comparison(ComparisonView(left: selected, right: other.id)))
    } else {
      show(.comparisonPicker(selection: 0))
    }
  }

  /// Entries whose token the selected one can be compared with: those of the list, then those of other issuers.
  var comparable: [Entry] {
    let others = entries.filter { $0.token != nil && $0.id != selected }
    return others.filter(isShown) + others.filter { !isShown($0) }
  }

  // MARK: - Copying

  private mutating func copy(_ id: CommandID) -> [Effect] {
    guard let entry = selectedEntry, let token = entry.token else { return [] }
    // Only what was signed is a token; claims are copied as they are shown.
    let signed = token.whatIf == nil ? "" : ", as signed"
    switch id {
    case .copyToken: return [.copy(token.compact, what: "the token of \(entry.label)\(signed)")]
    case .copyBearer:
      return [.copy("Authorization: Bearer \(token.compact)", what: "the Authorization header\(signed)")]
    case .copyExport: return [.copy("export ID_TOKEN='\(token.compact)'", what: "the export line of ID_TOKEN\(signed)")]
    case .copyHeader:
      return token.inspection.token.header.json.map {
        [.copy($0.pretty(escaping: Visible.needsEscape), what: "the header as JSON")]
      } ?? []
    case .copyClaims:
      if let whatIf = token.whatIf {
        let claims = JSON.object(whatIf.claims).pretty(escaping: Visible.needsEscape)
        return [.copy(claims, what: "the claims as JSON, with what is supposed of \(whatIf.names)")]
      }
      return token.inspection.token.payload?.json.map {
        [.copy($0.pretty(escaping: Visible.needsEscape), what: "the claims as JSON")]
      } ?? []
    case .copyValue, .copyKey, .copyPath:
      guard let row = selectedRow else { return [] }
      let path = Visible.escaped(JSONPreview.prefix(row.path.text, limit: 80))
      switch id {
      case .copyKey:
        guard case .member(let name, _)? = row.path.steps.last else {
          return [.copy(row.label, what: "the index of \(path)")]
        }
        return [.copy(name, what: "the name of \(path)")]
      case .copyPath: return [.copy(row.path.text, what: "the path \(path)")]
      default:
        let isSupposed = focus == .claims && token.whatIf?.isSupposed(row.path) == true
        return [
          .copy(
            row.value.stringValue ?? row.value.compact(), what: "the \(isSupposed ? "supposed " : "")value of \(path)")
        ]
      }
    default: return []
    }
  }

  // MARK: - Filter

  mutating func setFilter(_ query: String) {
    if focus == .list {
      listFilter = Filter(query)
    } else {
      withToken {
        $0.header.setFilter(query)
        $0.claims.setFilter(query)
      }
    }
  }

  private mutating func selectMatch(_ direction: Int) {
    if focus == .list {
      let shown = listed
      guard !shown.isEmpty else { return }
      let index = shown.firstIndex { $0.id == selected } ?? 0
      select(shown[((index + direction) % shown.count + shown.count) % shown.count].id)
    } else {
      if focus == .signature || focus == .trust { focus = .claims }
      withTree(focus) { $0.selectNextMatch(direction) }
    }
  }
}
