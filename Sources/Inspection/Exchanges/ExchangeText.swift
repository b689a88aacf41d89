/// An exchange as text for people. Nothing that the party answered gets through that could act on a terminal, and secrets
/// only when they are asked for.
public struct ExchangeText {
  private let paint: TextReport.Paint
  private let showsSecrets: Bool
  private var lines: [String] = []

  /// `idp exchange`: what came of it, what was sent where, what came back; one line feed at the end.
  ///
  /// - Parameters:
  ///   - showsSecrets: shows what came back whole; the token that was sent is shortened all the same.
  ///   - paint: puts colours around texts.
  ///   - ascii: signs of ASCII only.
  public static func render(
    _ report: ExchangeReport, now: Timestamp, showsSecrets: Bool = false,
    paint: @escaping TextReport.Paint = TextReport.plain,
    utcOffset: Int = 0, ascii: Bool = false
  ) -> String {
    var text = ExchangeText(paint: paint, showsSecrets: showsSecrets)
    text.write(report, summary: report.summary(at: now, utcOffset: utcOffset), signs: ascii ? .ascii : .unicode)
    return text.lines.joined(separator: "\n") + "\n"
  }

  private mutating func write(_ report: ExchangeReport, summary: String, signs: Signs) {
    switch report.result {
    case .gave: lines.append(paint(.good, "\(signs.pass) \(summary)"))
    case .refused(let refusal, let explanation):
      lines.append(paint(.bad, "\(signs.fail) \(summary)"))
      for line in refusal.lines { lines.append("  " + paint(.text, line)) }
      if let explanation {
        lines.append(paint(.heading, "It means: ") + paint(.text, explanation.meaning))
        lines.append(paint(.heading, "Try: ") + paint(.text, explanation.remedy))
      }
    case .failed(let problem, let hint):
      lines.append(paint(.warning, "\(signs.unknown) \(summary): \(problem)"))
      if let hint { lines.append(paint(.heading, "Try: ") + paint(.text, hint)) }
    }
    for note in report.notes { lines.append(paint(.warning, "\(signs.warning) \(note)")) }
    // What was sent and what came back stand in one column.
    var all = report.sent.flatMap(\.fields)
    if case .gave(let fields, _) = report.result { all += fields }
    let width = all.map { TextWidth.of(Visible.escaped($0.name)) }.max() ?? 0
    for sent in report.sent {
      let times = sent.attempts > 1 ? ", \(sent.attempts) times" : ""
      lines.append(paint(.heading, "Sent to ") + paint(.accent, Visible.escaped(sent.url)) + paint(.muted, times))
      write(sent.fields, width, showsSecrets: false)
    }
    if case .gave(let fields, _) = report.result {
      lines.append(paint(.heading, "Came back"))
      write(fields, width, showsSecrets: showsSecrets)
      if !showsSecrets, fields.contains(where: \.isSecret) {
        lines.append(paint(.muted, "Secrets are hidden; --show-secrets shows them."))
      }
    }
  }

  private mutating func write(_ fields: [ExchangeField], _ width: Int, showsSecrets: Bool) {
    for field in fields {
      let name = Visible.escaped(field.name)
      let gap = String(repeating: " ", count: width - TextWidth.of(name) + 2)
      let isHidden = field.isSecret && !showsSecrets
      let value = isHidden ? field.shown : Visible.escaped(field.text)
      lines.append("  " + paint(.key, name) + gap + paint(isHidden ? .muted : .string, value))
    }
  }
}
