import JOSE

/// The inspection as text for people. Nothing that the token carries gets through that could act on a terminal.
public struct TextReport {
  /// What a piece of text is; the caller knows which colour that has.
  public enum Role: Sendable, CaseIterable {
    case heading, key, string, number, text, muted, good, bad, warning, accent
  }
  /// Puts a colour around a text, which has no escape sequences in it.
  public typealias Paint = (Role, String) -> String

  /// No colour at all.
  public static func plain(_ role: Role, _ text: String) -> String { text }

  private let inspection: Inspection
  private let now: Timestamp
  private let policies: [Check]
  private let paint: Paint
  private let redact: Bool
  private let utcOffset: Int
  private let signs: Signs
  private var lines: [String] = []

  /// `idp inspect`: header, claims, verdict, checks, policies and warnings, aligned, one line feed at the end.
  ///
  /// - Parameters:
  ///   - policies: what relying parties decide, one check for each policy.
  ///   - paint: puts colours around texts.
  ///   - redact: cuts the signatures of tokens inside the claims out; the token itself is never printed.
  ///   - utcOffset: seconds east of UTC that times are shown at.
  ///   - ascii: signs of ASCII only.
  public static func render(
    _ inspection: Inspection, now: Timestamp, policies: [Check] = [], paint: @escaping Paint = plain,
    redact: Bool = false, utcOffset: Int = 0, ascii: Bool = false
  ) -> String {
    var report = TextReport(
      inspection: inspection, now: now, policies: policies, paint: paint, redact: redact, utcOffset: utcOffset,
      signs: ascii ? .ascii : .unicode)
    report.write()
    return report.lines.joined(separator: "\n") + "\n"
  }

  /// `idp verify`: one line, with a line feed at its end.
  public static func verdict(
    _ inspection: Inspection, now: Timestamp, paint: Paint = plain, utcOffset: Int = 0, ascii: Bool = false
  ) -> String {
    let signs: Signs = ascii ? .ascii : .unicode
    let checks = inspection.checks(at: now)
    switch inspection.exitStatus(at: now) {
    case .good:
      let key = checks.first { $0.id == "signature" }?.actual ?? ""
      return paint(.good, "\(signs.pass) valid")
        + ": \(key), \(inspection.timeInWords(at: now, utcOffset: utcOffset))\n"
    case .no:
      let failed = reasons(checks, time: inspection.timeInWords(at: now, utcOffset: utcOffset))
      return paint(.bad, "\(signs.fail) invalid") + ": \(failed.joined(separator: "; "))\n"
    case .undecided:
      let open = checks.filter { $0.outcome == .unknown }.map { "\($0.title): \($0.actual ?? "not checked")" }
      return paint(.warning, "\(signs.unknown) not decided") + ": \(open.joined(separator: "; "))\n"
    }
  }

  /// Why the answer is no, each reason once: several checks can fail by the same thing.
  private static func reasons(_ checks: [Check], time: String) -> [String] {
    var reasons: [String] = []
    for check in checks where check.outcome == .fail {
      let reason =
        switch check.id {
        case "expiry", "not-before", "issued-at": time
        case "issuer", "audience":
          "\(check.title) is \(check.actual ?? "missing")" + (check.expected.map { ", expected \($0)" } ?? "")
        default: check.actual ?? "\(check.title) failed"
        }
      if !reasons.contains(reason) { reasons.append(reason) }
    }
    return reasons
  }

  // MARK: Sections

  private mutating func write() {
    let token = inspection.token
    heading("Header")
    if inspection.header.isEmpty {
      raw(token.header, isEmptyObject: token.headerObject != nil)
    } else {
      fields(inspection.header)
    }
    lines.append("")
    heading("Claims")
    if !inspection.claims.isEmpty {
      fields(inspection.claims)
    } else if token.kind == .jwe {
      lines.append("  " + paint(.muted, "encrypted: only the recipient can read them"))
    } else if let payload = token.payload {
      raw(payload, isEmptyObject: token.claims != nil)
    } else {
      lines.append("  " + paint(.muted, "none: the token ends before them"))
    }
    lines.append("")
    verdictLine()
    lines.append("")
    write(inspection.checks(at: now), "Checks")
    if !policies.isEmpty {
      lines.append("")
      write(policies, "Trust policies")
    }
    guard !inspection.warnings.isEmpty else { return }
    lines.append("")
    heading("Warnings")
    for warning in inspection.warnings { write(warning: warning) }
  }

  private mutating func heading(_ text: String) { lines.append(paint(.heading, text)) }

  private mutating func verdictLine() {
    let parts = VerdictLine.of(inspection, at: now, policies: policies).map { part in
      let role: Role =
        switch part.word {
        case .ok: .good
        case .bad: .bad
        case .notChecked, .unknown: .warning
        }
      let detail =
        switch part.name {
        case .time where part.word != .unknown: ", \(inspection.timeInWords(at: now, utcOffset: utcOffset))"
        case .trust where !policies.isEmpty: ", \(part.detail)"
        default: ""
        }
      return paint(.text, part.name.rawValue + " ") + paint(role, part.word.rawValue) + paint(.muted, detail)
    }
    lines.append(parts.joined(separator: paint(.muted, " \(signs.separator) ")))
  }

  // MARK: Checks

  private mutating func write(_ checks: [Check], _ title: String) {
    heading(title)
    let width = checks.map { TextWidth.of($0.title) }.max() ?? 0
    for check in checks { write(check, titleWidth: width) }
  }

  private mutating func write(_ check: Check, titleWidth: Int) {
    let title = check.title + String(repeating: " ", count: max(titleWidth - TextWidth.of(check.title), 0))
    let (sign, role) = mark(check.outcome)
    let indent = String(repeating: " ", count: titleWidth + 6)
    if check.outcome == .skipped {
      let text = [check.actual, check.hint].compactMap(\.self).joined(separator: " \(signs.dash) ")
      lines.append("  " + paint(.muted, "\(sign) \(title)  \(text)"))
      return
    }
    lines.append("  " + paint(role, sign) + " " + paint(.text, title) + "  " + paint(.text, check.actual ?? "missing"))
    if check.outcome == .fail, let expected = check.expected {
      lines.append(indent + paint(.muted, "expected " + expected))
    }
    if let hint = check.hint { lines.append(indent + paint(role == .good ? .muted : .accent, hint)) }
    for child in check.children {
      let (sign, role) = mark(child.outcome)
      lines.append(indent + paint(role, sign) + " " + paint(.text, child.title + ": " + (child.actual ?? "")))
    }
  }

  private mutating func write(warning: Check) {
    let detail = warning.actual.map { ": " + $0 } ?? ""
    lines.append("  " + paint(.warning, signs.warning) + " " + paint(.text, warning.title + detail))
    if let hint = warning.hint { lines.append("    " + paint(.muted, hint)) }
  }

  private func mark(_ outcome: Check.Outcome) -> (sign: String, role: Role) {
    switch outcome {
    case .pass: (signs.pass, .good)
    case .fail: (signs.fail, .bad)
    case .unknown: (signs.unknown, .warning)
    case .skipped: (signs.skipped, .muted)
    }
  }

  // MARK: Members

  private mutating func fields(_ fields: [Field]) {
    let writer = FieldLines(
      provider: inspection.provider, now: now, utcOffset: utcOffset, redact: redact, paint: paint, signs: signs)
    lines += writer.lines(for: fields)
  }

  /// A part that is no object: as JSON, as text, or as so many bytes.
  private mutating func raw(_ part: CompactToken.Part, isEmptyObject: Bool) {
    if let json = part.json {
      let shown = redact ? Redaction.of(json) : json
      for line in shown.pretty(escaping: Visible.needsEscape).split(separator: "\n") {
        lines.append("  " + paint(isEmptyObject ? .muted : .text, String(line)))
      }
    } else if part.bytes.isEmpty {
      lines.append("  " + paint(.muted, "empty"))
    } else if redact {
      lines.append("  " + paint(.muted, "\(part.bytes.count) bytes that are no JSON, left out"))
    } else {
      let shown = part.bytes.prefix(400)
      let text = Visible.escaped(String(decoding: shown, as: UTF8.self))
      lines.append("  " + paint(.muted, "\(part.bytes.count) bytes that are no JSON:"))
      lines.append("  " + paint(.text, text + (shown.count < part.bytes.count ? "..." : "")))
    }
  }
}
