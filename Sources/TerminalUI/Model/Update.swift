import Inspection

/// Takes one thing that happened into the model and returns what is to be done outside. Pure: the same model and
/// message give the same result.
public func update(_ model: inout Model, _ message: Message) -> [Effect] {
  let effects = model.receive(message)
  model.settle()
  return effects
}

extension Model {
  mutating func receive(_ message: Message) -> [Effect] {
    switch message {
    case .terminal(let event): return receive(event)
    case .tick(let moment): return advance(to: moment)
    case .tokenArrived(let id, let compact, let keys): tokenArrived(id, compact, keys)
    case .tokenUnchecked(let id, let compact, let problem): return tokenUnchecked(id, compact, problem)
    case .tokenFailed(let id, let problem, let hint, let retryAfter):
      workFailed(id, .token, problem, hint, retryAfter: retryAfter)
    case .keysArrived(let id, let keys): keysArrived(id, keys)
    case .keysFailed(let id, let problem, let hint): workFailed(id, .keys, problem, hint)
    case .exchangeProgress(let id, let note): exchangeProgress(id, note)
    case .exchangeEnded(let id, let report): exchangeEnded(id, report)
    case .exchangeRefused(let id, let input, let problem): exchangeRefused(id, input, problem)
    case .copied(let what, let how, let length):
      say(.info, "copied \(what), \(length) \(length == 1 ? "character" : "characters"), by \(how)")
    case .copyFailed(let what, let problem):
      say(.error, "could not copy \(what): \(problem); \(key(.printToken)) prints the token")
    case .opened(let text, let from): return open(text, from: from)
    case .openFailed(let path, let problem):
      if refuseInPrompt(path, problem) { return [] }
      say(.error, "could not open \(Visible.escaped(JSONPreview.prefix(path, limit: 200))): \(problem)")
    case .policiesRead(let policies): policiesRead(policies)
    case .policiesChanged: return readPolicies()
    case .clockSkew(let seconds, let id): learn(of: id) { $0.clockSkew = seconds }
    case .issuerReady(let algorithm, let keyID):
      learn(of: .embedded) {
        $0.algorithm = algorithm
        $0.keyID = keyID
      }
    case .toast(let level, let text): say(level, text)
    }
    return []
  }

  private mutating func receive(_ event: TerminalEvent) -> [Effect] {
    switch event {
    case .key(let key): return press(key)
    case .paste(let text): return paste(text)
    case .mouse(let mouse): return receive(mouse)
    case .resized(let size): self.size = size
    case .backgroundIsLight, .resumed: break
    }
    return []
  }

  /// Takes the time over: messages end, and tokens that are to be kept fresh are renewed.
  private mutating func advance(to moment: Moment) -> [Effect] {
    now = moment
    log.expire(at: now)
    guard options.renewsAutomatically else { return [] }
    var effects: [Effect] = []
    for index in entries.indices where entries[index].isDueForRenewal(at: now) {
      entries[index].renewNotBefore = now.adding(milliseconds: 30_000)
      effects += request(at: index)
    }
    return effects
  }

  // MARK: - Keys

  mutating func press(_ key: Key) -> [Effect] {
    let command = options.keyMap.command(for: key)
    // The screen shows nothing that a key could act on: only leaving and the terminal's own keys work.
    if Layout.isTooSmall(size) {
      switch command {
      case .quit, .back: return [.quit]
      case .suspend: return [.suspend]
      case .redraw: return [.redraw]
      default: return []
      }
    }
    if overlay != nil { return pressInOverlay(key, command) }
    return command.map { run($0) } ?? []
  }

  /// Runs a command, or says why it cannot run.
  mutating func run(_ id: CommandID) -> [Effect] {
    if let obstacle = obstacle(to: id) {
      say(.info, obstacle)
      return []
    }
    return perform(id)
  }

  // MARK: - Keeping the state whole

  /// Holds selections and scroll positions within what there is, after anything changed.
  mutating func settle() {
    let shown = listed
    if !shown.contains(where: { $0.id == selected }) {
      selected = shown.first?.id ?? (listFilter.isEmpty ? nil : selected)
    }
    settleTrust()
    settleComparison()
    if Layout.isTooSmall(size) { return }
    let layout = Layout(self, size: size)
    let row = shown.firstIndex { $0.id == selected } ?? 0
    listOffset = Scroll.offset(listOffset, showing: row, of: shown.count, in: layout.height(of: .list))
    for pane in [Pane.header, .claims] {
      guard let tree = tree(pane) else { continue }
      let offset = Scroll.offset(tree.offset, showing: tree.selection, of: tree.rows.count, in: layout.height(of: pane))
      if offset != tree.offset { withTree(pane) { $0.offset = offset } }
    }
    trust.offset = Scroll.offset(
      trust.offset, showing: trust.selection, of: trust.rowCount, in: layout.height(of: .trust))
    let lines = layout.signatureLines.count
    if let token, token.signatureOffset > 0 {
      let most = max(0, lines - layout.height(of: .signature))
      if token.signatureOffset > most { withToken { $0.signatureOffset = most } }
    }
  }
}

/// Keeps a selection in sight.
enum Scroll {
  /// The first row to show, nearest to `offset`, so that row `selection` of `count` is among `height` rows.
  static func offset(_ offset: Int, showing selection: Int, of count: Int, in height: Int) -> Int {
    guard height > 0 else { return 0 }
    var first = min(offset, selection)
    first = max(first, selection - height + 1)
    return max(0, min(first, count - height))
  }
}
