import Inspection

/// Verdicts as text for people. Nothing that a token or a document carries gets through that could act on a terminal.
public struct VerdictText {
  public typealias Paint = TextReport.Paint

  private let paint: Paint
  private let signs: Signs
  private let corner: String
  private var lines: [String] = []

  /// `idp explain`: each verdict with its checks, what the relying party would say, and what to do; one line feed at the
  /// end.
  ///
  /// - Parameters:
  ///   - paint: puts colours around texts.
  ///   - ascii: signs of ASCII only.
  public static func render(
    _ verdicts: [Verdict], paint: @escaping Paint = TextReport.plain, ascii: Bool = false
  ) -> String {
    var text = VerdictText(paint: paint, signs: ascii ? .ascii : .unicode, corner: ascii ? "^" : "\u{2514}")
    for (index, verdict) in verdicts.enumerated() {
      if index > 0 { text.lines.append("") }
      text.write(verdict)
    }
    return text.lines.joined(separator: "\n") + "\n"
  }

  /// `idp lint`: each remark with its place; one line feed at the end.
  public static func render(
    _ lints: [Lint], paint: @escaping Paint = TextReport.plain, ascii: Bool = false
  ) -> String {
    var text = VerdictText(paint: paint, signs: ascii ? .ascii : .unicode, corner: "")
    for lint in lints { text.write(lint) }
    return text.lines.map { $0 + "\n" }.joined()
  }

  // MARK: A verdict

  private mutating func write(_ verdict: Verdict) {
    let party = verdict.relyingParty.name
    let (sign, role, sentence): (String, TextReport.Role, String) =
      switch verdict.decision {
      case .accept: (signs.pass, .good, "\(party) would accept this token")
      case .reject: (signs.fail, .bad, "\(party) would refuse this token")
      case .unknown: (signs.unknown, .warning, "Whether \(party) would accept this token cannot be told")
      }
    lines.append(paint(role, "\(sign) \(sentence)") + "  " + paint(.muted, shown(verdict.name)))
    for (index, check) in verdict.checks.enumerated() {
      write(check, depth: 1, isReported: verdict.reported.contains(index))
    }
    writeAnswers(verdict)
    if let principal = verdict.principal, verdict.decision == .accept {
      lines.append(paint(.muted, "It becomes ") + paint(.text, shown(principal)))
    }
    for suggestion in verdict.suggestions { write(suggestion) }
    for lint in verdict.lints { write(lint) }
    if !verdict.beyond.isEmpty {
      lines.append(paint(.muted, "The documents cannot tell:"))
      for check in verdict.beyond { write(check, depth: 1, isReported: false) }
    }
  }

  private mutating func writeAnswers(_ verdict: Verdict) {
    guard !verdict.answers.isEmpty else { return }
    let party = verdict.relyingParty.name
    if let answer = verdict.wouldReport {
      let words = verdict.isReportCertain ? "would say" : "would say, if it comes so far"
      lines.append(paint(.heading, "\(party) \(words): ") + paint(.bad, text(answer)))
      return
    }
    lines.append(paint(.heading, "\(party) would say one of these; which one comes first is not known:"))
    for answer in verdict.answers { lines.append("  " + paint(.bad, text(answer))) }
  }

  private func text(_ answer: PartyAnswer) -> String {
    shown(answer.message.isEmpty ? answer.code : "\(answer.code), \(answer.message)")
  }

  // MARK: A check

  private mutating func write(_ check: Check, depth: Int, isReported: Bool) {
    let indent = String(repeating: "  ", count: depth)
    let (sign, role) = mark(check.outcome)
    let isBad = check.outcome == .fail || check.outcome == .unknown
    var line = indent + paint(role, sign) + " " + paint(check.outcome == .skipped ? .muted : .text, shown(check.title))
    if !isBad, let value = check.actual ?? check.expected {
      line += "  " + paint(.muted, shown(value))
    }
    if let location = check.location, check.outcome != .skipped {
      line += "  " + paint(.muted, "\(shown(location.file)):\(location.line)")
    }
    if isReported { line += "  " + paint(.bad, "reported") }
    lines.append(line)
    if isBad { writeValues(check, indent: indent + "    ") }
    if let hint = check.hint, check.outcome != .skipped {
      lines.append(indent + "    " + paint(isBad ? .accent : .muted, shown(hint)))
    }
    for child in check.children { write(child, depth: depth + 1, isReported: false) }
  }

  private mutating func writeValues(_ check: Check, indent: String) {
    if let expected = check.expected {
      lines.append(indent + paint(.muted, "expected  ") + paint(.text, shown(expected)))
    }
    guard let actual = check.actual else { return }
    lines.append(
      indent + paint(.muted, check.outcome == .fail ? "found     " : "          ") + paint(.text, shown(actual)))
    guard check.outcome == .fail, let expected = check.expected, let pointer = pointer(expected, actual) else { return }
    lines.append(indent + "          " + paint(.bad, pointer))
  }

  /// A mark below the place where two values part; nil when that tells nothing.
  private func pointer(_ expected: String, _ actual: String) -> String? {
    guard let divergence = Divergence(policy: expected, token: actual), divergence.commonScalars > 3 else { return nil }
    let common = String(String.UnicodeScalarView(actual.unicodeScalars.prefix(divergence.commonScalars)))
    let ends = actual.unicodeScalars.count == divergence.commonScalars
    return String(repeating: " ", count: TextWidth.of(shown(common))) + corner + (ends ? " ends here" : " parts here")
  }

  private func mark(_ outcome: Check.Outcome) -> (sign: String, role: TextReport.Role) {
    switch outcome {
    case .pass: (signs.pass, .good)
    case .fail: (signs.fail, .bad)
    case .unknown: (signs.unknown, .warning)
    case .skipped: (signs.skipped, .muted)
    }
  }

  // MARK: What to do

  private mutating func write(_ suggestion: Suggestion) {
    lines.append(paint(.heading, "Try: ") + paint(.text, shown(suggestion.title)))
    for edit in suggestion.edits {
      let place = "\(shown(edit.location.file)):\(edit.location.line):\(edit.location.column)"
      lines.append("     " + paint(.muted, place))
      lines.append("     " + paint(.bad, "- " + shown(edit.before)))
      for (index, line) in edit.after.split(separator: "\n").enumerated() {
        lines.append("     " + paint(.good, (index == 0 ? "+ " : "  ") + shown(String(line))))
      }
    }
  }

  private mutating func write(_ lint: Lint) {
    let (word, role): (String, TextReport.Role) =
      switch lint.severity {
      case .error: ("error", .bad)
      case .warning: ("warning", .warning)
      case .info: ("note", .muted)
      }
    let place = lint.location.map { "\(shown($0.file)):\($0.line):\($0.column): " } ?? ""
    lines.append(paint(role, "\(signs.warning) \(word): ") + paint(.muted, place) + paint(.text, shown(lint.message)))
  }

  private func shown(_ text: String) -> String { Visible.escaped(text) }
}
