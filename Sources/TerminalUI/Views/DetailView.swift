import Inspection
import JOSE

/// One claim in full: its whole value, what it means, and what was noticed about it.
enum DetailView {
  static func title(_ detail: Detail) -> String {
    Visible.escaped(JSONPreview.prefix(detail.path.text, limit: 200))
  }

  static func lines(_ model: Model, _ detail: Detail, width: Int) -> [StyledLine] {
    guard let row = model.tree(detail.pane)?.rows.first(where: { $0.path == detail.path }) else {
      return [StyledLine("The token that is here now has no such value.", Style(.muted))]
    }
    let glyphs = model.options.glyphs
    var lines: [StyledLine] = []
    if row.isMasked, !model.showsMasked {
      lines.append(
        StyledLine(
          "\(String(repeating: glyphs.mask, count: 8))  hidden; \(model.key(.toggleMask)) shows it", Style(.muted)))
      return lines
    }
    let text: String
    if case .string(let string) = row.value, !string.hasLoneSurrogate {
      text = string.value
    } else {
      text = row.value.compact()
    }
    lines += TextWrap.escapedLines(text, width: width, limit: 5000).map {
      StyledLine($0, Style(FieldValue.role(of: row.value)))
    }
    lines.append(StyledLine())
    var facts = Paragraphs(width: width, glyphs: glyphs)
    facts.add("", "\(row.value.kindName)\(length(row.value))", .muted)
    if let time = row.field?.time {
      facts.add("", "\(model.dateAndTime(time)), \(time.rfc3339())", .text)
    }
    if let meaning = row.field?.meaning { facts.add("", meaning, .text) }
    if let explanation = row.field?.explanation { facts.add("", explanation, .text) }
    for mark in row.field?.marks ?? [] { facts.add(glyphs.warning, mark.words, .warning) }
    return lines + facts.lines
  }

  private static func length(_ value: JSON) -> String {
    guard case .string(let string) = value else { return "" }
    let count = string.value.unicodeScalars.count
    let bytes = string.value.utf8.count
    let characters = count == 1 ? "1 character" : "\(count) characters"
    return count == bytes ? " of \(characters)" : " of \(characters), \(bytes) bytes"
  }
}
