/// What a view over the main screen answers to, in its own words: its help and the palette are made from it.
extension Overlay {
  /// The commands of the view in the order of its help; empty where `?` and `:` are text, or where the keys stand on the
  /// screen anyway.
  var commands: [Command] {
    let own = ownCommands
    if own.isEmpty { return [] }
    return own.map { Command.named($0.0).here($0.1) } + moves.map(Command.named)
      + [Command.named(.back).titled("Back to what is below, as Esc")]
      + [.help, .palette, .redraw, .suspend, .quit].map(Command.named)
  }

  func answers(to id: CommandID) -> Bool { commands.contains { $0.id == id } }

  private var moves: [CommandID] {
    let rows: [CommandID] = [.up, .down]
    let pages: [CommandID] = [.first, .last, .pageUp, .pageDown, .halfPageUp, .halfPageDown]
    return kind == .comparisonPicker ? rows : rows + pages
  }

  private var ownCommands: [(CommandID, String)] {
    switch self {
    case .help, .palette, .prompt, .filter, .confirm, .copyMenu: []
    case .messages: [(.messages, "All messages of this session")]
    case .detail:
      [
        (.copyToken, "Copy the value"), (.copyMenu, "Copy the value"),
        (.toggleMask, "Show the value when it is masked, or mask it"), (.activate, "Back to the claims"),
      ]
    case .comparisonPicker: [(.activate, "Compare with the selected token")]
    case .comparison: [(.compare, "Only what differs, or everything")]
    case .trust:
      [
        (.activate, "Fold or unfold the check; without a token, request it"),
        (.left, "Fold, or to the check that this is a part of"), (.right, "Unfold, or to the first part"),
        (.nextMatch, "Next failure"), (.previousMatch, "Previous failure"),
        (.nextPolicy, "Next policy"), (.previousPolicy, "Previous policy"),
        (.nextPane, "Next policy"), (.previousPane, "Previous policy"),
        (.copyToken, "Copy the suggestion"), (.copyMenu, "Copy the suggestion: y, then y"),
        (.editClaim, "Edit the document at the line of the check"),
        (.dropWhatIf, "Back to the claims that were signed"), (.matrix, "All policies against all tokens"),
        (.renew, "Renew the token: request a new one"), (.open, "Open a token or a trust policy"),
        (.trust, "Close the Trust view"),
      ]
    case .matrix:
      [
        (.activate, "Why: the policy against the token, check by check"),
        (.trust, "Why: the policy against the token, check by check"),
        (.left, "To the token on the left"), (.right, "To the token on the right"),
        (.nextPane, "To the next token"), (.previousPane, "To the previous token"),
        (.open, "Open a token or a trust policy"), (.matrix, "Close the matrix"),
      ]
    case .issuers:
      [(.activate, "Choose the issuer"), (.right, "Choose the issuer"), (.issuers, "To the next issuer")]
    case .exchange(let view):
      switch view.stage {
      case .form, .running: []
      case .done:
        [
          (.trust, "Why: the trust policy, check by check"), (.toggleMask, "Show what came back, or hide it"),
          (.copyToken, "Copy what came back"), (.copyMenu, "Copy what came back"),
          (.renew, "Exchange again"), (.exchange, "Back to the form"), (.left, "Back to the form"),
          (.open, "Open a token or a trust policy"),
        ]
      }
    }
  }
}

extension CommandID {
  /// Whether it leaves the view where it is that lies over the main screen; the others show the main screen.
  var staysInView: Bool {
    switch self {
    case .renew, .renewAll, .add, .open, .issuers, .compare, .verify, .exchange, .trust, .matrix, .dropWhatIf,
      .copyToken, .copyMenu, .copyValue, .copyKey, .copyPath, .copyHeader, .copyClaims, .copyBearer, .copyExport,
      .printToken, .toggleTime, .toggleRaw, .toggleMask, .help, .palette, .messages, .toggleMouse, .redraw, .suspend,
      .quit:
      true
    case .activate, .delete, .cancel, .editClaim, .nextPolicy, .previousPolicy, .filter, .nextMatch, .previousMatch,
      .zoom, .expandAll, .foldAll, .nextPane, .previousPane, .focusList, .focusHeader, .focusClaims, .focusSignature,
      .focusTrust, .up, .down, .left, .right, .first, .last, .pageUp, .pageDown, .halfPageUp, .halfPageDown, .back:
      false
    }
  }
}

extension Model {
  /// The view that help and palette are about: the one below them; nil for the main screen.
  var currentView: Overlay? {
    overlays.last { $0.kind != .help && $0.kind != .palette }
  }

  /// Why a command cannot run now where one is, as a sentence; nil when it can.
  func obstacleHere(to id: CommandID) -> String? {
    guard let currentView, currentView.answers(to: id) else { return obstacle(to: id) }
    switch currentView {
    case .trust(let view): return obstacle(to: id, in: view)
    case .exchange(let view): return obstacle(to: id, in: view)
    case .detail where id == .copyToken || id == .copyMenu: return obstacle(to: .copyValue)
    case .detail where id == .toggleMask: return obstacle(to: .toggleMask)
    default: return nil
    }
  }

  private func obstacle(to id: CommandID, in view: TrustView) -> String? {
    switch id {
    case .nextMatch, .previousMatch: view.failureObstacle
    case .nextPolicy, .previousPolicy, .nextPane, .previousPane, .matrix: obstacle(to: .nextPolicy)
    case .copyToken, .copyMenu: view.suggestion == nil ? "there is no suggestion to copy" : nil
    case .editClaim: edit(view.location).obstacle
    case .dropWhatIf, .renew: obstacle(to: id)
    case .activate where token == nil: obstacle(to: .renew)
    case .activate, .right: view.canUnfold ? nil : "there is nothing to unfold here"
    default: nil
    }
  }

  private func obstacle(to id: CommandID, in view: ExchangeView) -> String? {
    guard case .done(let outcome) = view.stage else { return nil }
    switch id {
    case .copyToken, .copyMenu:
      return outcome.report.usable == nil ? "nothing came back that could be copied" : nil
    case .toggleMask:
      if case .gave = outcome.report.result { return nil }
      return "nothing came back that could be hidden"
    case .trust:
      return outcome.foresight == nil
        ? "no trust policy of \(view.form.party.name) is open; \(key(.open)) opens one" : nil
    default: return nil
    }
  }

  /// Runs what was chosen in help or palette: in the view below them, or where it works.
  mutating func runWhereItWorks(_ id: CommandID) -> [Effect] {
    if let currentView, currentView.answers(to: id) {
      return pressInOverlay(options.keyMap.keys(for: id).first ?? .enter, id)
    }
    if !id.staysInView { overlays = [] }
    return run(id)
  }
}
