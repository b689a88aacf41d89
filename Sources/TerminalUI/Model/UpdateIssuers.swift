import Inspection

/// Choosing the issuer that tokens are requested from. Each keeps its own tokens, with what is under way for them.
extension Model {
  /// All issuers: the embedded one, then those of the configuration, by the number of their `IssuerID`.
  var issuers: [IssuerChoice] { [options.embeddedIssuer] + options.otherIssuers }

  /// An issuer; the embedded one for a number that there is not.
  func choice(_ id: IssuerID) -> IssuerChoice {
    options.otherIssuers.indices.contains(id.number - 1)
      ? options.otherIssuers[id.number - 1] : options.embeddedIssuer
  }

  mutating func showIssuers() { show(IssuerList(selection: issuer.number)) }

  private mutating func show(_ list: IssuerList) {
    var list = list
    list.offset = Scroll.offset(
      list.offset, showing: list.selection, of: issuers.count, in: IssuersView.capacity(self))
    show(.issuers(list))
  }

  mutating func press(_ command: CommandID?, in list: IssuerList) -> [Effect] {
    var list = list
    let page = max(1, IssuersView.capacity(self) - 1)
    switch command {
    case .up, .previousPane: list.selection -= 1
    // The key that opens the list goes on in it, so that pressing it twice and Enter takes the next one.
    case .down, .nextPane, .issuers: list.selection += 1
    case .pageUp, .halfPageUp: list.selection -= page
    case .pageDown, .halfPageDown: list.selection += page
    case .first: list.selection = 0
    case .last: list.selection = issuers.count - 1
    case .activate, .right: return choose(IssuerID(list.selection))
    case .left:
      overlay = nil
      return []
    default: return []
    }
    let count = issuers.count
    let isAround = command == .issuers || command == .nextPane || command == .previousPane
    list.selection = isAround ? (list.selection + count) % count : max(0, min(list.selection, count - 1))
    show(list)
    return []
  }

  /// Takes the issuer of a line of the list, or says why it cannot be asked.
  mutating func choose(_ id: IssuerID) -> [Effect] {
    if let obstacle = choice(id).obstacle {
      say(.info, obstacle)
      return []
    }
    overlay = nil
    if id != issuer { switchTo(id) }
    return []
  }

  /// Shows the tokens of another issuer. The same audience stays selected, or the same pasted token.
  mutating func switchTo(_ id: IssuerID) {
    let audience = selectedEntry?.audience
    let names = audiences
    issuer = id
    if issuerStates[id]?.isListed != true {
      issuerStates[id, default: IssuerState()].isListed = true
      for name in names { addEntry(.audience(name), label: name, issuer: id) }
    }
    guard let audience else { return }
    selected = shown.first { $0.audience == audience }?.id ?? shown.first?.id
  }

  /// Entries of the list, before its filter: the audiences of the chosen issuer, and all tokens that were not requested.
  var shown: [Entry] {
    options.otherIssuers.isEmpty ? entries : entries.filter { isShown($0) }
  }

  func isShown(_ entry: Entry) -> Bool { entry.audience == nil || entry.issuer == issuer }

  /// What a list calls an entry in which tokens of several issuers may stand.
  func fullLabel(of entry: Entry) -> String {
    guard !isShown(entry) else { return entry.label }
    return "\(entry.label), of \(Visible.escaped(JSONPreview.prefix(choice(entry.issuer).url, limit: 200)))"
  }

  /// The issuer's keys and clock, once a token of it was verified or an answer came.
  mutating func learn(of id: IssuerID, _ change: (inout IssuerState) -> Void) {
    change(&issuerStates[id, default: IssuerState()])
  }

  var algorithm: String? { issuerStates[issuer]?.algorithm }
  var keyID: String? { issuerStates[issuer]?.keyID }
  var clockSkew: Int64? { issuerStates[issuer]?.clockSkew }
}
