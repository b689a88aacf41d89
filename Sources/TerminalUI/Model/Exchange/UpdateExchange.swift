import Inspection
import TrustPolicy

/// Exchanging the selected token: a form, the wait, and what came of it.
extension Model {
  mutating func startExchange() {
    guard let entry = selectedEntry, entry.token != nil else { return }
    let party = party(of: entry)
    let form = ExchangeForm(party: party, canPin: canPin(entry)) { known(of: $0, for: entry) }
    show(.exchange(ExchangeView(entry: entry.id, form: form)))
  }

  /// Whether a token can be made for nothing but this exchange: only the embedded issuer takes claims.
  private func canPin(_ entry: Entry) -> Bool { entry.audience != nil && entry.issuer == .embedded }

  private func party(of entry: Entry) -> ExchangeParty {
    if let party = (entry.audience ?? entry.audiences.first).flatMap(ExchangeForm.party) { return party }
    let configuration = trust.documents?.configurations
    return configuration?.indices.contains(trust.selection) == true
      ? (configuration?[trust.selection].relyingParty.rawValue).flatMap(ExchangeParty.init) ?? .rfc8693 : .rfc8693
  }

  /// What is known of the inputs: what was typed last, else what the trust documents say, else the environment.
  private func known(of party: ExchangeParty, for entry: Entry) -> [String: String] {
    var known = options.exchangeInputs[party] ?? [:]
    if let documents = trust.documents {
      let own = documents.configurations(of: party)
      // The policy that is selected, when it is one of the party; else the only one that there is.
      let index = own.contains(trust.selection) ? trust.selection : own.count == 1 ? own[0] : nil
      // A role of Vault is called as its file, which may be a guess: a variable knows better.
      if let index { known.merge(documents.configurations[index].exchangeInputs) { party == .vault ? $0 : $1 } }
    }
    if party == .gcp, known["audience"] == nil, let audience = entry.audience, audience.contains("//iam.") {
      known["audience"] = audience
    }
    if let last = exchangeInputs[party] { known = last }
    return known
  }

  /// Whether an exchange is under way.
  var isExchanging: Bool {
    if case .exchange(let view)? = overlay, case .running = view.stage { true } else { false }
  }

  // MARK: Keys

  mutating func press(_ key: Key, _ command: CommandID?, in view: ExchangeView) -> [Effect] {
    switch view.stage {
    case .form: return pressInForm(key, view)
    case .running(let id, _, _): return key == .escape || command == .back ? stopExchange(id, view) : []
    case .done(let outcome): return press(command, in: view, outcome)
    }
  }

  private mutating func pressInForm(_ key: Key, _ view: ExchangeView) -> [Effect] {
    var view = view
    let count = view.form.count
    switch key {
    case .enter: return exchange(view)
    case .up, .backTab, .control("p"): view.form.selection = (view.form.selection + count - 1) % count
    case .down, .tab, .control("n"): view.form.selection = (view.form.selection + 1) % count
    case .left where view.form.selection == 0: view.form.turn(-1)
    case .right where view.form.selection == 0, " " where view.form.selection == 0: view.form.turn(1)
    case " " where view.form.isPinSelected: view.form.pins.toggle()
    default:
      guard let index = view.form.selectedInput else { return [] }
      view.form.change(index) { _ = $0.handle(key) }
    }
    overlay = .exchange(view)
    return []
  }

  private mutating func exchange(_ view: ExchangeView) -> [Effect] {
    var view = view
    guard let entry = index(of: view.entry).map({ entries[$0] }), let token = entry.token else {
      overlay = nil
      say(.info, "the token is gone")
      return []
    }
    if let missing = view.form.missing {
      view.form.problem = missing.sentence
      view.form.selection = missing.index + 1
      overlay = .exchange(view)
      return []
    }
    exchangeInputs[view.form.party] = view.form.values
    exchangeCount += 1
    let id = ExchangeID(number: exchangeCount)
    let isOver = entry.state(at: now.timestamp) == .expired
    var source = ExchangeOrder.Token.compact(token.compact)
    if canPin(entry), view.form.isPinned || isOver, let audience = entry.audience {
      source = .fresh(audience: audience, isPinned: view.form.isPinned)
    }
    view.stage = .running(id, since: now, note: "")
    view.offset = 0
    view.showsSecrets = false
    overlay = .exchange(view)
    return [.exchange(id, ExchangeOrder(party: view.form.party, inputs: view.form.values, token: source))]
  }

  /// Back to the form; what comes all the same is dropped.
  private mutating func stopExchange(_ id: ExchangeID, _ view: ExchangeView) -> [Effect] {
    var view = view
    view.stage = .form
    overlay = .exchange(view)
    say(.info, "cancelled; the token may have been sent")
    return [.cancelExchange(id)]
  }

  private mutating func press(
    _ command: CommandID?, in view: ExchangeView, _ outcome: ExchangeView.Outcome
  ) -> [Effect] {
    var view = view
    switch command {
    case .toggleMask: view.showsSecrets.toggle()
    case .exchange, .left:
      view.stage = .form
      view.showsSecrets = false
    case .renew: return exchange(view)
    case .copyToken, .copyMenu:
      return outcome.report.usable.map { [.copy($0.text, what: $0.what)] } ?? []
    case .open: return run(.open)
    case .trust:
      guard let foresight = outcome.foresight else { return [] }
      select(view.entry)
      trust.selection = foresight.index
      show(.trust(TrustView(index: foresight.index)))
      return []
    default:
      guard let offset = scrolled(view.offset, command) else { return [] }
      view.offset = offset
    }
    overlay = .exchange(view)
    return []
  }

  /// Puts what was pasted into the selected line of the form; false when there is none.
  mutating func pasteIntoExchange(_ text: String) -> Bool {
    guard case .exchange(var view)? = overlay else { return false }
    if case .form = view.stage, let index = view.form.selectedInput {
      view.form.change(index) { $0.insert(text.trimmed) }
      overlay = .exchange(view)
    }
    return true
  }

  // MARK: Answers

  mutating func exchangeProgress(_ id: ExchangeID, _ note: String) {
    changeRunning(id) { view, since in view.stage = .running(id, since: since, note: note) }
  }

  mutating func exchangeEnded(_ id: ExchangeID, _ report: ExchangeReport) {
    let now = now
    changeRunning(id) { [self] view, since in
      view.stage = .done(
        ExchangeView.Outcome(
          report: report, duration: max(0, now.milliseconds - since.milliseconds),
          foresight: foresight(report, view)))
    }
  }

  mutating func exchangeRefused(_ id: ExchangeID, _ input: String?, _ problem: String) {
    changeRunning(id) { view, _ in
      view.stage = .form
      view.form.refuse(input ?? "", problem)
    }
  }

  /// Changes the exchange that is under way; one that was cancelled, or whose view is gone, is dropped.
  private mutating func changeRunning(_ id: ExchangeID, _ change: (inout ExchangeView, Moment) -> Void) {
    guard var view = exchangeView, case .running(id, let since, _) = view.stage else { return }
    change(&view, since)
    exchangeView = view
  }

  /// Says anew what the trust documents say about a refusal, as they are others now.
  mutating func holdExchangeAgainstPolicies() {
    guard var view = exchangeView, case .done(var outcome) = view.stage else { return }
    outcome.foresight = foresight(outcome.report, view)
    view.stage = .done(outcome)
    exchangeView = view
  }

  private func foresight(_ report: ExchangeReport, _ view: ExchangeView) -> ExchangeView.Foresight? {
    guard case .refused(let refusal, _) = report.result, let documents = trust.documents,
      let token = index(of: view.entry).flatMap({ entries[$0].token }), let presented = token.presented,
      let foresight = ExchangeForesight(
        of: refusal, by: report.party, name: view.form.targetName, documents, token: presented, at: now.timestamp)
    else { return nil }
    let index = foresight.indices[foresight.foreseeing ?? 0]
    return ExchangeView.Foresight(
      index: index, sentence: foresight.sentence,
      reason: documents.outcome(of: index, on: presented, at: now.timestamp).reason,
      isForeseen: foresight.foreseeing != nil)
  }
}

extension ExchangeForm {
  /// The name of what is asked for, as its document has it; nil when it has none.
  fileprivate var targetName: String? {
    switch party {
    case .aws: values["role-arn"]?.split(separator: "/").last.map(String.init)
    case .gcp: values["audience"]?.split(separator: "/").last.map(String.init)
    case .vault: values["role"]
    case .entra, .rfc8693: nil
    }
  }
}

extension Entry {
  /// The audiences of its token.
  fileprivate var audiences: [String] {
    let claim = token?.inspection.token.claims?["aud"]
    return claim?.stringValue.map { [$0] } ?? claim?.arrayValue?.compactMap(\.stringValue) ?? []
  }
}
