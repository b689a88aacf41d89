import Inspection

/// What keys and pastes do while something lies over the main screen; what is not its own is swallowed.
extension Model {
  mutating func pressInOverlay(_ key: Key, _ command: CommandID?) -> [Effect] {
    guard let overlay else { return [] }
    if let effects = pressAnywhere(key, command, isTyping: overlay.isTyping) { return effects }
    if let command, overlay.answers(to: command), let obstacle = obstacleHere(to: command) {
      say(.info, obstacle)
      return []
    }
    switch overlay {
    case .help(let list): return press(key, in: list, isPalette: false)
    case .palette(let list): return press(key, in: list, isPalette: true)
    case .prompt(let prompt): return press(key, in: prompt)
    case .filter(let field): pressInFilter(key, field)
    case .confirm(let confirmation): return press(key, in: confirmation)
    case .copyMenu: return pressInCopyMenu(key)
    case .messages(let offset):
      if let offset = scrolled(offset, command) { self.overlay = .messages(offset: offset) }
    case .detail(var detail):
      if let offset = scrolled(detail.offset, command) {
        detail.offset = offset
        self.overlay = .detail(detail)
      } else if command == .copyToken || command == .copyMenu {
        return run(.copyValue)
      } else if command == .toggleMask {
        return run(.toggleMask)
      } else if command == .activate || command == .left {
        self.overlay = nil
      }
    case .comparisonPicker(let selection): pick(command, selection)
    case .issuers(let list): return press(command, in: list)
    case .exchange(let view): return press(key, command, in: view)
    case .trust(let view): return press(key, command, in: view)
    case .matrix(let view): return press(command, in: view)
    case .comparison(let view): return press(command, in: view)
    }
    return []
  }

  /// Keys that mean the same in every overlay; nil when the overlay has to see to it.
  private mutating func pressAnywhere(_ key: Key, _ command: CommandID?, isTyping: Bool) -> [Effect]? {
    if closesComparedRow(key, command) { return [] }
    switch key {
    // What is under way is ended first.
    case .escape where isExchanging: return nil
    case .escape:
      if case .filter? = overlay { setFilter("") }
      if case .prompt(let prompt)? = overlay, case .editClaim(_, let before) = prompt.purpose { setWhatIf(before) }
      overlay = nil
      return []
    case .control("c"):
      if overlay?.clearsText() == true {
        if case .filter? = overlay { setFilter("") }
        return []
      }
      return [.quit]
    default: break
    }
    if case .character? = Optional(key), isTyping { return nil }
    switch command {
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit where !isTyping: return [.quit]
    case .back where !isTyping && !isExchanging:
      overlay = nil
      return []
    case .help, .palette:
      guard let command, overlay?.answers(to: command) == true else { return nil }
      return perform(command)
    default: return nil
    }
  }

  /// Where a scrolling command leads; nil when it is none. The views hold it to what there is.
  func scrolled(_ offset: Int, _ command: CommandID?) -> Int? {
    scrolled(offset, command, most: OverlayExtent.lastOffset(self))
  }

  /// The same where the last place is known.
  func scrolled(_ offset: Int, _ command: CommandID?, most: Int) -> Int? {
    let page = max(1, size.rows - 6)
    let step: Int
    switch command {
    case .up: step = -1
    case .down: step = 1
    case .pageUp: step = -page
    case .pageDown: step = page
    case .halfPageUp: step = -page / 2
    case .halfPageDown: step = page / 2
    case .first: return 0
    case .last: return most
    default: return nil
    }
    return max(0, min(offset + step, most))
  }

  // MARK: - Lists of commands

  private mutating func press(_ key: Key, in list: CommandList, isPalette: Bool) -> [Effect] {
    var list = list
    let count = commands(of: list, isPalette: isPalette).count
    let page = max(1, size.rows - 8)
    switch key {
    case .up, .control("p"), .backTab: list.selection -= 1
    case .down, .control("n"), .tab: list.selection += 1
    case .pageUp: list.selection -= page
    case .pageDown: list.selection += page
    case .home where list.query.isEmpty: list.selection = 0
    case .end where list.query.isEmpty: list.selection = count - 1
    case .enter: return runSelected(in: list, isPalette: isPalette)
    default:
      let before = list.query
      if !list.query.handle(key) { return [] }
      if list.query.text != before.text { list.selection = 0 }
    }
    list.selection = max(0, min(list.selection, count - 1))
    overlay = isPalette ? .palette(list) : .help(list)
    return []
  }

  mutating func runSelected(in list: CommandList, isPalette: Bool) -> [Effect] {
    let found = commands(of: list, isPalette: isPalette)
    guard found.indices.contains(list.selection) else { return [] }
    let id = found[list.selection].id
    if let obstacle = obstacleHere(to: id) {
      say(.info, obstacle)
      return []
    }
    overlay = nil
    return runWhereItWorks(id)
  }

  /// The commands that a list shows. Help shows those of where one is, in their order; the palette shows all, the best
  /// match first.
  func commands(of list: CommandList, isPalette: Bool) -> [Command] {
    let query = list.query.text
    let own = currentView?.commands ?? []
    if isPalette {
      let first = own.filter { $0.group == .here }
      return (first + Command.all.filter { command in !first.contains { $0.id == command.id } })
        .compactMap { command in
          let scores = [command.title, command.id.rawValue].compactMap { Fuzzy.score(query, $0) }
          return scores.max().map { (command, $0) }
        }
        .enumerated()
        .sorted { ($0.element.1, -$0.offset) > ($1.element.1, -$1.offset) }
        .map(\.element.0)
    }
    let filter = Filter(query)
    return Command.Group.allCases.flatMap { group in
      (own.isEmpty ? Command.all : own).filter { command in
        command.group == group
          && (filter.matches(command.title) || filter.matches(command.id.rawValue)
            || filter.matches(keysShown(command)))
      }
    }
  }

  /// All keys of a command as help shows them.
  func keysShown(_ command: Command) -> String {
    var names = options.keyMap.keys(for: command.id).map { KeyName.shown($0, ascii: !options.glyphs.isUnicode) }
    if let second = command.copyKey { names.append("\(key(.copyMenu)) \(second)") }
    return names.joined(separator: "  ")
  }

  // MARK: - Text

  private mutating func press(_ key: Key, in prompt: Prompt) -> [Effect] {
    var prompt = prompt
    if key == .enter { return answer(prompt) }
    guard prompt.field.handle(key) else { return [] }
    prompt.problem = nil
    overlay = .prompt(prompt)
    // The verdicts answer while it is typed.
    if case .editClaim(let path, _) = prompt.purpose { suppose(prompt.field.text, at: path) }
    return []
  }

  private mutating func answer(_ prompt: Prompt) -> [Effect] {
    var prompt = prompt
    let text = prompt.field.text.trimmed
    func refuse(_ problem: String) -> [Effect] {
      prompt.problem = problem
      overlay = .prompt(prompt)
      return []
    }
    switch prompt.purpose {
    case .addAudience:
      if text.isEmpty { return refuse("an audience is a name or a URL, for example sts.amazonaws.com") }
      if let known = shown.first(where: { $0.audience == text }) {
        select(known.id)
        return refuse("it is in the list already")
      }
      overlays = []
      listFilter = Filter("")
      addAudience(text)
      focus = .list
      return [.saveAudiences(audiences)]
    case .open:
      if text.isEmpty { return refuse("type the path of a file, or paste a token") }
      if let extracted = try? TokenText.extract(from: text), Self.looksLikeToken(extracted.token) {
        return open(extracted, origin: .pasted)
      }
      // It closes when there is something in the file; until then the text can be mended.
      if prompt.reads == text { return [] }
      prompt.problem = nil
      prompt.reads = text
      overlay = .prompt(prompt)
      return [.openFile(text)]
    case .editClaim(let path, _):
      suppose(prompt.field.text, at: path)
      overlay = nil
      if token?.whatIf != nil { say(.info, "what if: nobody has signed this; \(key(.dropWhatIf)) goes back") }
      return []
    }
  }

  /// Says in the prompt that a path was typed into why what is there is no good; false when it is gone, or another path
  /// stands in it by now.
  mutating func refuseInPrompt(_ path: String?, _ problem: String) -> Bool {
    guard let path, let place = place(of: .prompt), case .prompt(var prompt) = overlays[place], prompt.reads == path
    else { return false }
    prompt.reads = nil
    let isSame = prompt.field.text.trimmed == path
    if isSame { prompt.problem = problem }
    overlays[place] = .prompt(prompt)
    return isSame
  }

  /// Closes the prompt for what is opened, also when a view lies over it.
  mutating func closeOpenPrompt() {
    overlays.removeAll { if case .prompt(let prompt) = $0 { prompt.purpose == .open } else { false } }
  }

  /// Adds an audience to the list of each issuer that has one, and selects it.
  private mutating func addAudience(_ name: String) {
    for number in issuers.indices where issuerStates[IssuerID(number)]?.isListed == true {
      let id = addEntry(.audience(name), label: name, issuer: IssuerID(number))
      if number == issuer.number { select(id) }
    }
  }

  private mutating func pressInFilter(_ key: Key, _ field: TextField) {
    var field = field
    switch key {
    case .enter: overlay = nil
    case .down, .control("n"): move(by: 1)
    case .up, .control("p"): move(by: -1)
    case .backspace where field.isEmpty: overlay = nil
    default:
      guard field.handle(key) else { return }
      overlay = .filter(field)
      setFilter(field.text)
    }
  }

  /// A paste is never run as keys: a token in it is opened wherever one is, other text goes into the open field.
  mutating func paste(_ text: String) -> [Effect] {
    let extracted = try? TokenText.extract(from: text)
    if case .prompt(var prompt)? = overlay, case .editClaim(let path, _) = prompt.purpose {
      prompt.field.insert(text.trimmed)
      overlay = .prompt(prompt)
      suppose(prompt.field.text, at: path)
      return []
    }
    if pasteIntoExchange(text) { return [] }
    if let extracted, Self.looksLikeToken(extracted.token) { return open(extracted, origin: .pasted) }
    switch overlay {
    case .prompt(let prompt) where prompt.purpose == .open && Self.looksLikeDocument(text) && text.contains("\n"):
      return openPolicy(text, from: nil)
    case .prompt(var prompt):
      prompt.field.insert(text.trimmed)
      prompt.problem = nil
      overlay = .prompt(prompt)
    case .filter(var field):
      field.insert(text.trimmed)
      overlay = .filter(field)
      setFilter(field.text)
    case .help(var list):
      list.query.insert(text.trimmed)
      overlay = .help(list)
    case .palette(var list):
      list.query.insert(text.trimmed)
      overlay = .palette(list)
    default: return open(text, from: nil)
    }
    return []
  }

  /// Whether a text is so much like a compact token that it is no audience and no path.
  static func looksLikeToken(_ text: String) -> Bool {
    text.hasPrefix("ey") && text.utf8.reduce(0) { $0 + ($1 == 46 ? 1 : 0) } >= 2
  }

  // MARK: - Questions and choices

  private mutating func press(_ key: Key, in confirmation: Confirmation) -> [Effect] {
    switch key {
    case "y", "Y":
      overlay = nil
      switch confirmation.purpose {
      case .delete(let id): return delete(id)
      case .closePolicy(let input): return closePolicy(input)
      case .fetchKeys(let id, let issuer):
        guard let index = index(of: id) else { return [] }
        confirmedIssuers.insert(issuer)
        return fetchKeys(at: index, issuer: issuer, refresh: true)
      }
    // No is the default.
    case "n", "N", .enter: overlay = nil
    default: break
    }
    return []
  }

  private mutating func pressInCopyMenu(_ key: Key) -> [Effect] {
    guard case .character(let character) = key, let choice = Command.copyChoices.first(where: { $0.key == character })
    else {
      return []
    }
    overlay = nil
    return run(choice.id)
  }

  private mutating func pick(_ command: CommandID?, _ selection: Int) {
    let others = comparable
    switch command {
    case .up: overlay = .comparisonPicker(selection: max(0, selection - 1))
    case .down: overlay = .comparisonPicker(selection: min(others.count - 1, selection + 1))
    case .activate, .right:
      guard let selected, others.indices.contains(selection) else { return }
      overlay = .comparison(ComparisonView(left: selected, right: others[selection].id))
    default: break
    }
  }
}

extension Overlay {
  /// Whether plain characters are text here and not keys.
  var isTyping: Bool {
    switch self {
    case .help, .palette, .prompt, .filter: true
    case .exchange(let view): view.isTyping
    case .confirm, .copyMenu, .messages, .detail, .comparisonPicker, .comparison, .trust, .matrix, .issuers: false
    }
  }

  /// Empties the text that is being typed; false when there was none.
  mutating func clearsText() -> Bool {
    switch self {
    case .help(var list) where !list.query.isEmpty:
      list = CommandList()
      self = .help(list)
    case .palette(var list) where !list.query.isEmpty:
      list = CommandList()
      self = .palette(list)
    case .prompt(var prompt) where !prompt.field.isEmpty:
      prompt.field.clear()
      self = .prompt(prompt)
    case .filter(var field) where !field.isEmpty:
      field.clear()
      self = .filter(field)
    case .exchange(var view) where view.clearsText(): self = .exchange(view)
    default: return false
    }
    return true
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[start...end])
  }
}
