import Inspection
import TrustPolicy

/// The lines of the Trust view. What can be selected says which row of the view it belongs to.
struct TrustText {
  struct Line {
    var text: StyledLine
    /// The row of `TrustView.rows`; nil for what cannot be selected.
    let row: Int?
  }

  private let view: TrustView
  private let width: Int
  private let glyphs: Glyphs
  private var lines: [Line] = []
  private var row = 0

  static func lines(_ model: Model, _ view: TrustView, width: Int) -> [Line] {
    var text = TrustText(view: view, width: max(20, width), glyphs: model.options.glyphs)
    text.write(model)
    return text.lines
  }

  private init(view: TrustView, width: Int, glyphs: Glyphs) {
    self.view = view
    self.width = width
    self.glyphs = glyphs
  }

  /// `Trust: aws deploy against sts.amazonaws.com`, shorter where the verdict beside it would have no room.
  static func title(_ model: Model, _ view: TrustView, room: Int) -> String {
    guard view.index < model.trust.count else { return "Trust" }
    let place = model.trust.count > 1 ? " (\(view.index + 1) of \(model.trust.count))" : ""
    let name = TrustPane.name(of: view.index, model)
    let long = "Trust: \(name) against \(model.selectedEntry?.label ?? "nothing")\(place)"
    return [long, "\(name)\(place)"].first { DisplayWidth.of($0) <= room } ?? name
  }

  /// `✖ AWS would refuse this token`
  static func outcome(_ model: Model, _ view: TrustView) -> (text: String, role: Role) {
    guard let verdict = view.verdict else { return ("", .muted) }
    let (sign, role) = TrustPane.look(verdict.decision, model.options.glyphs)
    let party = verdict.relyingParty.name
    let words =
      switch verdict.decision {
      case .accept: "\(party) would accept this token"
      case .reject: "\(party) would refuse this token"
      case .unknown: "it cannot be told"
      }
    return ("\(sign) \(words)", role)
  }

  // MARK: All of it

  private mutating func write(_ model: Model) {
    if let whatIf = model.token?.whatIf { note(whatIf, model) }
    guard let verdict = view.verdict else { return writeEmpty(model) }
    for (index, check) in verdict.checks.enumerated() {
      write(check, [index], isReported: verdict.reported.contains(index))
    }
    writeAnswers(verdict)
    if let principal = verdict.principal, verdict.decision == .accept {
      plain("It becomes \(principal)", .text)
    }
    for suggestion in verdict.suggestions { write(suggestion) }
    for lint in verdict.lints { write(lint) }
    guard !verdict.beyond.isEmpty else { return }
    plain("The documents cannot tell:", .muted)
    for (index, check) in verdict.beyond.enumerated() {
      write(check, [verdict.checks.count + index], isReported: false)
    }
  }

  private mutating func note(_ whatIf: WhatIf, _ model: Model) {
    let names = whatIf.changed.joined(separator: ", ")
    wrapped(
      "\(glyphs.warning) ",
      "What if: \(names) changed. Unsigned and hypothetical; \(model.key(.dropWhatIf)) goes back to what was signed.",
      .warning)
  }

  private mutating func writeEmpty(_ model: Model) {
    if model.trust.isEmpty {
      plain("No trust policy is open.", .text)
      plain("", .muted)
      plain(
        "\(model.key(.open)) opens one: the trust policy of an AWS role and its OIDC provider, federated credentials of "
          + "Entra ID, a workload identity pool provider of Google Cloud, roles of Vault and OpenBao, the "
          + "AuthenticationConfiguration of Kubernetes, octo-sts, PyPI, Terraform's state or plan; JSON or YAML.",
        .muted)
      plain("Named under “policies:” in config.yaml they are there at every start.", .muted)
    } else if model.trust.policies == nil {
      plain("Reading the trust policies…", .muted)
    } else if model.trust.count == 0 {
      for problem in model.trust.problems { write(problem) }
    } else if let entry = model.selectedEntry, entry.token != nil {
      plain("The token's claims cannot be read, so no relying party would take it.", .text)
    } else {
      let isRequested = model.selectedEntry?.pending != nil
      plain(
        isRequested
          ? "The token is being requested…" : "There is no token yet: \(model.key(.activate)) requests one.", .muted)
    }
    if model.trust.count > 0 { for problem in model.trust.problems { write(problem) } }
  }

  private mutating func write(_ problem: DocumentError) {
    wrapped("\(glyphs.cross) ", problem.description, .bad)
    if let remedy = problem.remedy { wrapped("  ", remedy, .text) }
  }

  // MARK: Checks

  private mutating func write(_ check: Check, _ path: TrustView.CheckPath, isReported: Bool) {
    let indent = String(repeating: "  ", count: path.count - 1)
    let (sign, role) = look(check.outcome)
    let own = row
    row += 1
    var line = StyledLine(indent)
    line.add("\(sign) ", Style(role, bold: true))
    let isOpen = view.isExpanded(check, at: path)
    line.add(shown(check.title), Style(check.outcome == .skipped ? .muted : .text))
    if !check.children.isEmpty, !isOpen { line.add(" \(glyphs.ellipsis)", Style(.muted)) }
    let isBad = check.outcome == .fail || check.outcome == .unknown
    let place = check.location.map { "line \($0.line)" } ?? ""
    let reported = isReported ? "reported" : ""
    let right = [reported, place].filter { !$0.isEmpty }.joined(separator: "  ")
    if !isBad, let value = check.actual ?? check.expected {
      let room = width - line.width - 2 - (right.isEmpty ? 0 : right.count + 2)
      if room > 8 { line.add("  " + fitted(shown(value), room), Style(.muted)) }
    }
    if !right.isEmpty, line.width + right.count + 2 <= width {
      line.add(String(repeating: " ", count: width - line.width - right.count))
      line.add(reported, Style(.bad, bold: true))
      line.add(reported.isEmpty || place.isEmpty ? place : "  \(place)", Style(.muted))
    }
    lines.append(Line(text: line, row: own))
    if isBad { writeValues(check, indent + "    ", own) }
    if let hint = check.hint, check.outcome != .skipped, isBad || isOpen || check.children.isEmpty {
      wrapped(indent + "    ", hint, isBad ? .accent : .muted, own)
    }
    guard isOpen else { return }
    for (index, child) in check.children.enumerated() { write(child, path + [index], isReported: false) }
  }

  private mutating func writeValues(_ check: Check, _ indent: String, _ row: Int) {
    if let expected = check.expected { value(indent + "expected  ", expected, row) }
    guard let actual = check.actual else { return }
    value(indent + (check.expected == nil ? "          " : "the token "), actual, row)
    guard check.outcome == .fail, let expected = check.expected,
      let divergence = Divergence(policy: expected, token: actual), divergence.commonScalars > 3
    else { return }
    let common = String(String.UnicodeScalarView(actual.unicodeScalars.prefix(divergence.commonScalars)))
    let column = indent.count + 10 + DisplayWidth.of(shown(common))
    let words = actual.unicodeScalars.count == divergence.commonScalars ? "ends here" : "they part here"
    guard column + words.count + 2 <= width else { return }
    let pointer = String(repeating: " ", count: column) + glyphs.bottomLeft
    lines.append(Line(text: StyledLine("\(pointer) \(words)", Style(.bad)), row: row))
  }

  private mutating func value(_ label: String, _ value: String, _ row: Int) {
    for (index, part) in TextWrap.lines(
      shown(value), width: max(10, width - label.count), limit: 6, mark: glyphs.ellipsis
    ).enumerated() {
      var line = StyledLine(index == 0 ? label : String(repeating: " ", count: label.count), Style(.muted))
      line.add(part)
      lines.append(Line(text: line, row: row))
    }
  }

  // MARK: What follows from them

  private mutating func writeAnswers(_ verdict: Verdict) {
    let party = verdict.relyingParty.name
    func text(_ answer: PartyAnswer) -> String {
      answer.message.isEmpty ? answer.code : "\(answer.code), \(answer.message)"
    }
    if let answer = verdict.wouldReport {
      let certain = verdict.isReportCertain ? "would say" : "would say, if it comes so far"
      wrapped("", "\(party) \(certain): \(text(answer))", .bad)
    } else if !verdict.answers.isEmpty {
      plain("\(party) would say one of these; which one comes first is not known:", .text)
      for answer in verdict.answers { wrapped("  ", text(answer), .bad) }
    }
  }

  private mutating func write(_ suggestion: Suggestion) {
    let own = row
    row += 1
    wrapped("Try: ", suggestion.title, .text, own)
    for edit in suggestion.edits {
      plain("     line \(edit.location.line)", .muted, own)
      wrapped("     - ", edit.before, .bad, own)
      for part in edit.after.split(separator: "\n") { wrapped("     + ", String(part), .good, own) }
    }
  }

  private mutating func write(_ lint: Lint) {
    let own = row
    row += 1
    let (word, role): (String, Role) =
      switch lint.severity {
      case .error: ("error", .bad)
      case .warning: ("warning", .warning)
      case .info: ("note", .muted)
      }
    let place = lint.location.map { " (line \($0.line))" } ?? ""
    wrapped("\(glyphs.warning) ", "\(word): \(lint.message)\(place)", role, own)
  }

  // MARK: Text

  private mutating func plain(_ text: String, _ role: Role, _ row: Int? = nil) {
    guard !text.isEmpty else {
      lines.append(Line(text: StyledLine(), row: row))
      return
    }
    wrapped("", text, role, row)
  }

  /// A sentence behind a sign, wrapped and indented under itself.
  private mutating func wrapped(_ start: String, _ text: String, _ role: Role, _ row: Int? = nil) {
    let indent = DisplayWidth.of(start)
    for (index, part) in TextWrap.lines(shown(text), width: max(10, width - indent), limit: 12, mark: glyphs.ellipsis)
      .enumerated()
    {
      var line = StyledLine(
        index == 0 ? start : String(repeating: " ", count: indent), Style(role, bold: index == 0 && indent == 2))
      line.add(part, Style(role))
      lines.append(Line(text: line, row: row))
    }
  }

  private func shown(_ text: String) -> String {
    glyphs.words(Visible.escaped(JSONPreview.prefix(text, limit: 2000)))
  }

  private func fitted(_ text: String, _ room: Int) -> String {
    guard DisplayWidth.of(text) > room else { return text }
    var cut = ""
    var used = DisplayWidth.of(glyphs.ellipsis)
    for character in text {
      let width = DisplayWidth.of(String(character))
      guard used + width <= room else { break }
      cut.append(character)
      used += width
    }
    return cut + glyphs.ellipsis
  }

  private func look(_ outcome: Check.Outcome) -> (sign: String, role: Role) {
    switch outcome {
    case .pass: (glyphs.check, .good)
    case .fail: (glyphs.cross, .bad)
    case .unknown: ("?", .warning)
    case .skipped: (glyphs.circle, .muted)
    }
  }
}

/// The Trust view on the screen.
enum TrustRender {
  static func draw(_ model: Model, _ view: TrustView, on canvas: inout Canvas) {
    let size = canvas.frame.size
    let lines = TrustText.lines(model, view, width: OverlayView.textWidth(size))
    let outcome = TrustText.outcome(model, view)
    let rect = Rect(column: 0, row: 1, width: size.columns, height: size.rows - 3)
    let height = OverlayView.textHeight(size)
    let room = rect.width - 8 - DisplayWidth.of(outcome.text)
    canvas.box(
      rect, title: TrustText.title(model, view, room: room), right: outcome.text,
      role: view.verdict == nil ? .accent : outcome.role, rightRole: outcome.role)
    let inside = rect.inside
    for row in 0..<height where lines.indices.contains(view.offset + row) {
      let line = lines[view.offset + row]
      let isFirst = view.offset + row == 0 || lines[view.offset + row - 1].row != line.row
      let isSelected = line.row != nil && line.row == view.selection
      if isSelected {
        canvas.put(canvas.glyphs.selection, rect.column + 1, inside.row + row, width: 1, Style(.accent, bold: true))
      }
      if isSelected, isFirst {
        canvas.fill(
          Rect(column: inside.column, row: inside.row + row, width: inside.width, height: 1), Style(reverse: true))
      }
      canvas.put(line.text, inside.column, inside.row + row, width: inside.width, reverse: isSelected && isFirst)
    }
    let below = lines.count - view.offset - height
    canvas.markCut(rect, below: below)
  }
}
