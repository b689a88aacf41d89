import JOSE

/// JSON as one short line: a value may be a megabyte, a row never needs more than its columns.
enum JSONPreview {
  /// What stands for a value that is hidden until it is asked for.
  static let mask = "••••••••"

  /// The compact text of a value, cut soon after `limit` bytes; strings keep their escapes as the token wrote them.
  /// - Parameter masks: secrets within show as dots.
  static func compact(_ json: JSON, limit: Int, masks: Bool = true) -> String {
    var text = ""
    write(json, to: &text, limit: limit, masks: masks)
    return text
  }

  /// What a scalar shows. Explained, a string stands without quotes unless it could be taken for something else.
  static func scalar(_ json: JSON, raw: Bool, limit: Int) -> String {
    guard case .string(let string) = json, !raw else { return compact(json, limit: limit) }
    if string.hasLoneSurrogate || looksLikeAnotherType(string.value) { return compact(json, limit: limit) }
    return prefix(string.value, limit: limit)
  }

  private static func write(_ json: JSON, to text: inout String, limit: Int, masks: Bool) {
    guard text.utf8.count <= limit else { return }
    switch json {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += prefix(number.text, limit: limit)
    case .string(let string): text += "\"" + prefix(string.raw, limit: limit) + "\""
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if text.utf8.count > limit { return }
        if index > 0 { text += ", " }
        write(element, to: &text, limit: limit, masks: masks)
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (index, member) in object.members.enumerated() {
        if text.utf8.count > limit { return }
        if index > 0 { text += ", " }
        text += "\"" + prefix(member.name.raw, limit: limit) + "\": "
        if masks, Masking.hides(name: member.name.value, value: member.value, in: object) {
          text += mask
        } else {
          write(member.value, to: &text, limit: limit, masks: masks)
        }
      }
      text += "}"
    }
  }

  /// The first `limit` scalars: counting characters would walk a 10,000-scalar grapheme to its end.
  static func prefix(_ text: String, limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
  }

  private static func looksLikeAnotherType(_ text: String) -> Bool {
    if text.isEmpty || text == "true" || text == "false" || text == "null" { return true }
    if text.first == " " || text.last == " " { return true }
    guard text.utf8.count <= 40, let first = text.utf8.first else { return false }
    return (first == 45 || (48...57).contains(first)) && (Double(text) != nil)
  }
}
