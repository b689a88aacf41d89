import Inspection
import JOSE

/// What the Signature pane says: verified with which key of where, or why not and what to try; then what else is to be
/// known about the token. Not checked is never shown as invalid.
enum SignatureText {
  static func lines(_ model: Model, width: Int) -> [StyledLine] {
    var text = Paragraphs(width: max(10, width), glyphs: model.options.glyphs)
    guard let entry = model.selectedEntry, let token = entry.token else {
      text.add(model.options.glyphs.circle, "not checked: there is no token yet", .muted)
      if let problem = model.selectedEntry?.problem { add(problem, hasToken: false, to: &text) }
      return text.lines
    }
    let report = token.inspection.signature
    if let whatIf = token.whatIf {
      text.add(
        text.glyphs.warning,
        "what if: \(whatIf.changed.joined(separator: ", ")) changed, unsigned and hypothetical; "
          + "\(model.key(.dropWhatIf)) goes back to what was signed", .warning)
    }
    switch report.outcome {
    case .verified: addVerified(report, token, to: &text)
    case .refused: addRefused(report, to: &text)
    case .notChecked: addNotChecked(report, entry, token, model, to: &text)
    }
    for remark in report.remarks { text.add("", remark.description, .muted) }
    addKeys(token, model, to: &text)
    if let problem = entry.problem { add(problem, hasToken: true, to: &text) }
    addFindings(token, model, to: &text)
    return text.lines
  }

  private static func addVerified(_ report: SignatureReport, _ token: TokenView, to text: inout Paragraphs) {
    let signed = token.whatIf == nil ? "" : "as signed: "
    let key = report.keyUsed.map { name(of: $0, text.glyphs) } ?? "a key"
    let origin = token.keys.map { " of \(Visible.escaped($0.origin))" } ?? ""
    text.add(text.glyphs.check, "\(signed)verified with \(key)\(origin)", .good)
  }

  private static func addRefused(_ report: SignatureReport, to text: inout Paragraphs) {
    text.add(text.glyphs.cross, report.reason.map { "\($0)" } ?? "the signature does not hold", .bad)
    if let hint = report.reason?.hint, !hint.isEmpty { text.add(text.glyphs.arrow, hint, .text) }
    if report.wouldHold == true {
      text.add("", "The signature itself would hold with this key; it is refused for the reason above.", .muted)
    }
  }

  private static func addNotChecked(
    _ report: SignatureReport, _ entry: Entry, _ token: TokenView, _ model: Model, to text: inout Paragraphs
  ) {
    if let pending = entry.pending, pending.work == .keys {
      text.add(text.glyphs.circle, "not checked yet: the issuer's keys are being fetched; Esc cancels", .accent)
      return
    }
    let isEncrypted = token.inspection.token.kind == .jwe
    let reason = report.reason.map { "\($0)" } ?? "there is no key to check with"
    text.add(text.glyphs.circle, "not checked: \(reason)", .muted)
    if !isEncrypted, model.obstacle(to: .verify) == nil, let issuer = token.issuer {
      let name = Visible.escaped(JSONPreview.prefix(issuer, limit: 200))
      let asks = model.mayFetchKeys(of: issuer) ? "" : ", after asking you"
      text.add(text.glyphs.arrow, "\(model.key(.verify)) fetches the keys of \(name)\(asks)", .text)
    } else if let hint = report.reason?.hint, !hint.isEmpty {
      text.add(text.glyphs.arrow, hint, .text)
    }
  }

  /// How old the keys are, and whether they may be trusted to be the newest.
  private static func addKeys(_ token: TokenView, _ model: Model, to text: inout Paragraphs) {
    guard let keys = token.keys else { return }
    var words: [String] = []
    if let fetched = keys.fetchedAt {
      // In one unit, as seconds would redraw this line each second; as a time when nothing ticks and an age would freeze.
      let age = fetched.distance(to: model.now.timestamp)
      if !model.isTicking {
        words.append("keys fetched \(model.dateAndTime(fetched))")
      } else if age >= 60 {
        words.append("keys fetched \(Countdown.short(age)) ago")
      }
    }
    if keys.stale { words.append("stale, from the cache") }
    if let note = keys.note, !note.isEmpty { words.append(note) }
    guard !words.isEmpty else { return }
    if keys.stale {
      text.add(
        text.glyphs.warning, words.joined(separator: ", ") + "; \(model.key(.verify)) fetches them anew", .warning)
    } else {
      text.add("", words.joined(separator: ", "), .muted)
    }
  }

  /// Failed checks other than the signature's, and warnings, each said once.
  private static func addFindings(_ token: TokenView, _ model: Model, to text: inout Paragraphs) {
    let glyphs = text.glyphs
    let isRefused = token.inspection.signature.outcome == .refused
    for check in token.shown.checks(at: model.now.timestamp) where check.outcome == .fail {
      switch check.id {
      case "signature", "expiry": continue
      case "algorithm" where isRefused: continue
      case "format":
        // The empty pane, or the refusal above, names the wrong byte already.
        if isRefused || token.claims.fields.isEmpty || token.header.fields.isEmpty { continue }
        text.add(glyphs.cross, check.actual ?? check.title, .bad)
      case "not-before", "issued-at":
        // The verdict line counts; here only what to do about it.
        text.add(glyphs.warning, check.hint ?? check.title, .warning)
        continue
      default:
        var sentence = check.title
        if let actual = check.actual { sentence += ": \(actual)" }
        if let expected = check.expected { sentence += " (expected \(expected))" }
        text.add(glyphs.cross, sentence, .bad)
      }
      if let hint = check.hint { text.add(glyphs.arrow, hint, .text) }
    }
    for warning in token.inspection.warnings {
      if warning.id == "stale-keys" || (warning.id == "alg-none" && isRefused) { continue }
      var sentence = warning.title
      if let actual = warning.actual { sentence += ": \(actual)" }
      text.add(glyphs.warning, sentence, .warning)
      if let hint = warning.hint { text.add("", hint, .muted) }
    }
  }

  /// What could not be fetched. With a token on the screen it is a warning: nothing says that the token is bad.
  private static func add(_ problem: Entry.Problem, hasToken: Bool, to text: inout Paragraphs) {
    text.add(hasToken ? text.glyphs.warning : text.glyphs.cross, problem.text, hasToken ? .warning : .bad)
    if let hint = problem.hint { text.add(text.glyphs.arrow, hint, .text) }
  }

  private static func name(of key: SignatureReport.KeyReference, _ glyphs: Glyphs) -> String {
    if let keyID = key.keyID { return "key \(KeyLabel.short(keyID, glyphs))" }
    return "the key with thumbprint \(KeyLabel.short(key.thumbprint, glyphs))"
  }
}

/// Sentences with a sign before them, wrapped to a width and indented under themselves.
struct Paragraphs {
  let width: Int
  let glyphs: Glyphs
  private(set) var lines: [StyledLine] = []

  init(width: Int, glyphs: Glyphs) {
    self.width = width
    self.glyphs = glyphs
  }

  mutating func add(_ sign: String, _ text: String, _ role: Role) {
    // No sentence needs more; a hostile value in one must not fill the memory.
    let sentence = glyphs.words(Visible.escaped(JSONPreview.prefix(text, limit: 2000)))
    for (index, part) in TextWrap.lines(sentence, width: width - 2, limit: 12, mark: glyphs.ellipsis).enumerated() {
      var line = StyledLine()
      let isFirst = index == 0 && !sign.isEmpty
      line.add(isFirst ? "\(sign) " : "  ", Style(role, bold: isFirst))
      line.add(part, Style(role))
      lines.append(line)
    }
  }
}

/// The Signature pane.
enum SignatureView {
  static func draw(_ model: Model, _ lines: [StyledLine], on canvas: inout Canvas, in area: Rect) {
    let offset = min(model.token?.signatureOffset ?? 0, max(0, lines.count - area.height))
    for row in 0..<area.height {
      guard lines.indices.contains(offset + row) else { break }
      canvas.put(lines[offset + row], area.column + 1, area.row + row, width: area.width - 2)
    }
  }
}

extension Glyphs {
  /// The program's own sentences, in what the terminal can show. Never for a token's text: that is escaped instead.
  func words(_ sentence: String) -> String {
    guard !isUnicode, !sentence.utf8.allSatisfy({ $0 < 0x80 }) else { return sentence }
    var plain = ""
    for character in sentence {
      switch character {
      case "“", "”", "„": plain += "\""
      case "‘", "’": plain += "'"
      case "…": plain += "..."
      case "–", "—": plain += "-"
      case "×": plain += "x"
      case "·": plain += "."
      case "→": plain += "->"
      case "↑": plain += "Up"
      case "↓": plain += "Down"
      case "←": plain += "Left"
      default: plain.append(character)
      }
    }
    return plain
  }
}
