import JOSE

/// The members of a header or of claims as aligned lines: name, value, meaning.
struct FieldLines {
  let provider: Provider?
  let now: Timestamp
  let utcOffset: Int
  let redact: Bool
  let paint: TextReport.Paint
  let signs: Signs

  /// Names and values beyond these do not push the columns of the others further right.
  private static let widestName = 28
  private static let widestValue = 44

  func lines(for fields: [Field]) -> [String] {
    let names = fields.map { Visible.escaped($0.name) }
    let values = fields.map { inline(redact ? Redaction.of($0.value) : $0.value) }
    let nameWidth = names.map { TextWidth.of($0) }.filter { $0 <= Self.widestName }.max() ?? 0
    let valueWidth = values.compactMap { $0.map { TextWidth.of($0.text) } }.filter { $0 <= Self.widestValue }.max() ?? 0
    var lines: [String] = []
    for (index, field) in fields.enumerated() {
      var line = "  " + paint(.key, names[index]) + padding(names[index], to: nameWidth) + "  "
      let indent = String(repeating: " ", count: nameWidth + 4)
      let notes = notes(field)
      if let value = values[index] {
        line += paint(value.role, value.text)
        if notes.isEmpty {
          lines.append(line)
        } else if TextWidth.of(value.text) <= Self.widestValue {
          lines.append(line + padding(value.text, to: valueWidth) + "  " + notes)
        } else {
          lines += [line, indent + notes]
        }
      } else {
        lines.append(notes.isEmpty ? "  " + paint(.key, names[index]) : line + notes)
        let value = redact ? Redaction.of(field.value) : field.value
        for nested in value.pretty(escaping: Visible.needsEscape).split(separator: "\n") {
          lines.append("      " + paint(.text, String(nested)))
        }
      }
      if let detail = detail(field) { lines.append(indent + paint(.muted, detail)) }
    }
    return lines
  }

  /// The value on one line; nil when it is a structure that is too wide for that.
  private func inline(_ value: JSON) -> (text: String, role: TextReport.Role)? {
    switch value {
    case .string(let string): return (text(string), .string)
    case .number(let number): return (number.text, .number)
    case .null, .bool: return (value.compact(), .number)
    case .array, .object:
      let text = value.compact(escaping: Visible.needsEscape)
      return TextWidth.of(text) <= Self.widestValue ? (text, .text) : nil
    }
  }

  /// Without quotes, unless it would then pass for something else.
  private func text(_ string: JSONString) -> String {
    let text = Visible.escaped(string)
    let looksLikeJSON =
      JSONNumber(text: text) != nil || ["", "true", "false", "null"].contains(text)
      || text.utf8.first == UInt8(ascii: "\"")
    let hasEdges = text.utf8.first == 0x20 || text.utf8.last == 0x20
    return looksLikeJSON || hasEdges ? "\"\(text)\"" : text
  }

  private func notes(_ field: Field) -> String {
    var words = field.meaning.map { Visible.escaped($0) } ?? ""
    if let time = field.time {
      let moment = time.display(utcOffset: utcOffset)
      let distance = now.distance(to: time)
      words += ": " + moment
      if time.isInCalendar {
        words += distance > 0 ? ", in \(Countdown.text(distance))" : ", \(Countdown.text(distance)) ago"
      }
    }
    let marks = field.marks.map { signs.warning + " " + Self.name($0) }
    let marked = marks.isEmpty ? "" : (words.isEmpty ? "" : "  ") + paint(.warning, marks.joined(separator: ", "))
    return (words.isEmpty ? "" : paint(.muted, words)) + marked
  }

  /// What is told at length: what is wrong with the type, and how to read a provider's subject.
  private func detail(_ field: Field) -> String? {
    if field.marks.contains(.wrongType) { return field.explanation.map { Visible.escaped($0) } }
    if field.name == "sub", provider != nil { return field.explanation.map { Visible.escaped($0) } }
    return nil
  }

  private static func name(_ mark: Field.Mark) -> String {
    switch mark {
    case .duplicate: "duplicate"
    case .controlCharacters: "invisible characters"
    case .bidi: "turns the direction of writing"
    case .loneSurrogate: "half a character"
    case .wrongType: "wrong type"
    }
  }

  private func padding(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - TextWidth.of(text), 0))
  }
}
