import Inspection
import JOSE

/// Requesting, opening and verifying.
extension Model {
  // MARK: - Requests

  /// Starts a request for the token of an entry, unless one is under way.
  mutating func request(at index: Int) -> [Effect] {
    guard entries[index].pending == nil, let audience = entries[index].audience else { return [] }
    entries[index].pending = Entry.Pending(work: .token, since: now)
    return [.requestToken(entries[index].id, audience: audience, from: entries[index].issuer)]
  }

  /// The token of a request. One that was cancelled, or whose entry is gone, is dropped.
  mutating func tokenArrived(_ id: EntryID, _ compact: String, _ keys: KeySource) {
    take(id, compact, keys: keys)
  }

  /// The token of a request whose keys could not be had: it is shown as not checked. Who issued a token of a source is
  /// known only now, and asked when the person has said that it may be.
  mutating func tokenUnchecked(_ id: EntryID, _ compact: String, _ problem: String) -> [Effect] {
    guard let index = index(of: id), take(id, compact, keys: nil, problem: problem) else { return [] }
    if isOfSource(entries[index]), let issuer = entries[index].token?.issuer, mayFetchKeys(of: issuer) {
      return fetchKeys(at: index, issuer: issuer, refresh: false)
    }
    say(.warning, "\(fullLabel(of: entries[index])): the token came, and is not checked: \(problem)")
    return []
  }

  /// Whether an entry's token comes from a source: what is known of its issuer is only what the token says.
  private func isOfSource(_ entry: Entry) -> Bool { entry.audience != nil && choice(entry.issuer).isSource }

  @discardableResult
  private mutating func take(_ id: EntryID, _ compact: String, keys: KeySource?, problem: String? = nil) -> Bool {
    guard let index = index(of: id), entries[index].pending?.work == .token else { return false }
    entries[index].pending = nil
    entries[index].problem = nil
    var options = inspectionOptions(keys: keys, requestedBy: entries[index])
    if let problem { options.keysProblem = problem }
    var token = TokenView(compact: compact, options: options, receivedAt: now)
    if let old = entries[index].token {
      token.inherit(from: old, at: now)
      if let whatIf = old.whatIf { sayRenewed(token, whatIf) }
    }
    entries[index].token = token
    learnKey(of: entries[index])
    return true
  }

  private mutating func sayRenewed(_ token: TokenView, _ whatIf: WhatIf) {
    if let kept = token.whatIf {
      say(.info, "renewed; \(kept.names) is still supposed, \(key(.dropWhatIf)) goes back to what was signed")
    } else {
      say(.info, "renewed; nothing is supposed any more of \(whatIf.names)")
    }
  }

  /// Of a served issuer nothing tells which key signs but a token that was verified.
  private mutating func learnKey(of entry: Entry) {
    guard entry.audience != nil, entry.issuer != .embedded, let token = entry.token,
      token.inspection.signature.outcome == .verified
    else { return }
    learn(of: entry.issuer) {
      $0.algorithm = token.inspection.token.algorithm
      $0.keyID = token.inspection.token.keyID
    }
  }

  mutating func keysArrived(_ id: EntryID, _ keys: KeySource) {
    guard let index = index(of: id), entries[index].pending?.work == .keys else { return }
    entries[index].pending = nil
    entries[index].problem = nil
    entries[index].token?.check(with: keys, at: now)
    learnKey(of: entries[index])
    guard let token = entries[index].token else { return }
    switch token.inspection.signature.outcome {
    case .verified: say(.info, "verified with the keys of \(Visible.escaped(keys.origin))")
    case .refused, .notChecked: say(.warning, "checked with the keys of \(Visible.escaped(keys.origin)): not verified")
    }
  }

  /// A request that came to nothing; a token or keys that were there before stay.
  mutating func workFailed(
    _ id: EntryID, _ work: Entry.Pending.Work, _ problem: String, _ hint: String?, retryAfter: Int64? = nil
  ) {
    guard let index = index(of: id), entries[index].pending?.work == work else { return }
    entries[index].pending = nil
    if let retryAfter {
      let earliest = now.adding(milliseconds: max(0, min(retryAfter, 86_400)) * 1000)
      entries[index].renewNotBefore = max(entries[index].renewNotBefore ?? earliest, earliest)
    }
    entries[index].problem = Entry.Problem(text: problem, hint: hint, at: now)
    say(.error, "\(fullLabel(of: entries[index])): \(problem)")
  }

  mutating func cancelWork(at index: Int) -> [Effect] {
    guard entries[index].pending != nil else { return [] }
    entries[index].pending = nil
    say(.info, "cancelled")
    return [.cancel(entries[index].id)]
  }

  // MARK: - Tokens from elsewhere

  /// Opens the token that a text holds; what was removed around it is told.
  mutating func open(_ text: String, from name: String?) -> [Effect] {
    let extracted: TokenText.Extracted
    do {
      extracted = try TokenText.extract(from: text)
    } catch {
      if Self.looksLikeDocument(text) { return openPolicy(text, from: name) }
      let source = name.map { Visible.escaped(JSONPreview.prefix($0, limit: 100)) } ?? "what was pasted"
      let hint = error == .noToken ? "; a token begins with eyJ and has two dots" : ""
      let problem = "\(source): \(error)\(hint)"
      if !refuseInPrompt(name, problem) { say(.error, problem) }
      return []
    }
    return open(extracted, origin: name.map { .opened($0) } ?? .pasted)
  }

  mutating func open(_ extracted: TokenText.Extracted, origin: Entry.Origin) -> [Effect] {
    overlays = []
    if let known = entries.first(where: { $0.token?.compact == extracted.token }) {
      if !isShown(known) { switchTo(known.issuer) }
      select(known.id)
      say(.info, "this token is in the list already")
      return []
    }
    let token = TokenView(
      compact: extracted.token, options: inspectionOptions(keys: nil, requestedBy: nil), receivedAt: now)
    let id = addEntry(origin, label: Self.label(of: token, origin: origin))
    guard let index = index(of: id) else { return [] }
    entries[index].token = token
    listFilter = Filter("")
    select(id)
    focus = .claims
    let notes = extracted.how.isEmpty ? "" : " (\(extracted.how.joined(separator: ", ")))"
    var source = "opened the pasted token"
    if case .opened(let name) = origin { source = "opened \(Visible.escaped(JSONPreview.prefix(name, limit: 100)))" }
    say(.info, source + notes)
    guard let issuer = token.issuer, mayFetchKeys(of: issuer) else { return [] }
    return fetchKeys(at: index, issuer: issuer, refresh: false)
  }

  /// Whether keys of an issuer may be fetched without a question.
  func mayFetchKeys(of issuer: String) -> Bool {
    options.trustedIssuers.contains(issuer) || confirmedIssuers.contains(issuer)
  }

  mutating func fetchKeys(at index: Int, issuer: String, refresh: Bool) -> [Effect] {
    entries[index].pending = Entry.Pending(work: .keys, since: now)
    let entry = entries[index]
    let isServed = entry.audience != nil && entry.issuer != .embedded && !isOfSource(entry)
    let requestedFrom = isServed ? entry.issuer : nil
    return [
      .fetchKeys(
        entry.id, issuer: issuer, requestedFrom: requestedFrom, keyID: entry.token?.inspection.token.keyID,
        refresh: refresh)
    ]
  }

  /// `v`: fetches the keys anew; the person is asked before an issuer that only the token names is called.
  mutating func verifyAgain() -> [Effect] {
    guard let index = selectedIndex, let token = entries[index].token else { return [] }
    let isOurs = entries[index].audience != nil && !isOfSource(entries[index])
    let issuer = isOurs ? choice(entries[index].issuer).url : token.issuer ?? ""
    if isOurs || mayFetchKeys(of: issuer) { return fetchKeys(at: index, issuer: issuer, refresh: true) }
    show(
      .confirm(
        Confirmation(
          purpose: .fetchKeys(entries[index].id, issuer: issuer),
          question: "Fetch the keys of \(Visible.escaped(JSONPreview.prefix(issuer, limit: 500)))?",
          note: "Only the token names this issuer; it is not in your configuration. The request tells it your address."
        )))
    return []
  }

  private func inspectionOptions(keys: KeySource?, requestedBy entry: Entry?) -> InspectionOptions {
    var inspection = InspectionOptions()
    inspection.keys = keys
    if keys == nil { inspection.keysProblem = "the issuer's keys were not fetched" }
    inspection.leeway = options.leeway
    if let entry, let audience = entry.audience {
      if !isOfSource(entry) { inspection.issuer = choice(entry.issuer).url }
      inspection.audiences = [audience]
    }
    return inspection
  }

  /// What the list calls a token that was not requested here: its file, or who it is for, or who made it.
  private static func label(of token: TokenView, origin: Entry.Origin) -> String {
    if case .opened(let name) = origin {
      let file = name.split(separator: "/").last.map(String.init) ?? name
      return file == "-" ? "standard input" : file
    }
    let claims = token.inspection.token.claims
    let audience = claims?["aud"]?.stringValue ?? claims?["aud"]?.arrayValue?.first?.stringValue
    return "pasted: " + (audience ?? token.issuer ?? token.inspection.token.type ?? "token")
  }

  /// Selects an entry of the list.
  mutating func select(_ id: EntryID) {
    selected = id
  }
}

extension Entry {
  /// Whether its token is in the last fifth of its life, five minutes at most, and may be asked for again.
  func isDueForRenewal(at now: Moment) -> Bool {
    guard audience != nil, pending == nil, let token, let left = token.inspection.times.remaining(at: now.timestamp)
    else {
      return false
    }
    if let renewNotBefore, now < renewNotBefore { return false }
    return left <= min(300, (token.inspection.times.lifetime ?? 300) / 5)
  }
}
