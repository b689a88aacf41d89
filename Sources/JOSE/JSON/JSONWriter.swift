extension JSON {
  /// The value on one line, without white space; numbers and escapes as they were written.
  public func compact() -> String {
    var writer = JSONWriter(indent: nil, mustEscape: nil)
    writer.write(self, level: 0)
    return writer.text
  }

  /// The value with one member or element a line; numbers and escapes as they were written.
  ///
  /// - Parameters:
  ///   - indent: spaces a level.
  ///   - mustEscape: scalars that are written as `\u` escapes even where the source did not, so that they cannot act on a
  ///     terminal. The result stays JSON and says the same.
  public func pretty(indent: Int = 2, escaping mustEscape: ((Unicode.Scalar) -> Bool)? = nil) -> String {
    var writer = JSONWriter(indent: max(indent, 0), mustEscape: mustEscape)
    writer.write(self, level: 0)
    return writer.text
  }

  /// As ``compact()``, with the scalars that `mustEscape` names as `\u` escapes.
  public func compact(escaping mustEscape: @escaping (Unicode.Scalar) -> Bool) -> String {
    var writer = JSONWriter(indent: nil, mustEscape: mustEscape)
    writer.write(self, level: 0)
    return writer.text
  }
}

private struct JSONWriter {
  let indent: Int?
  let mustEscape: ((Unicode.Scalar) -> Bool)?
  var text = ""

  mutating func write(_ value: JSON, level: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .number(let number): text += number.text
    case .string(let string): write(string)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        separate(index, level: level)
        write(element, level: level + 1)
      }
      close("]", isEmpty: elements.isEmpty, level: level)
    case .object(let object):
      text += "{"
      for (index, member) in object.members.enumerated() {
        separate(index, level: level)
        write(member.name)
        text += indent == nil ? ":" : ": "
        write(member.value, level: level + 1)
      }
      close("}", isEmpty: object.members.isEmpty, level: level)
    }
  }

  private mutating func write(_ string: JSONString) {
    text += "\""
    if let mustEscape, string.raw.unicodeScalars.contains(where: mustEscape) {
      for scalar in string.raw.unicodeScalars {
        if mustEscape(scalar) {
          for unit in Unicode.UTF16.encode(scalar) ?? Unicode.UTF16.encodedReplacementCharacter {
            text += JSONString.escape(codeUnit: unit)
          }
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    } else {
      text += string.raw
    }
    text += "\""
  }

  private mutating func separate(_ index: Int, level: Int) {
    if index > 0 { text += "," }
    newLine(level: level + 1)
  }

  private mutating func close(_ bracket: String, isEmpty: Bool, level: Int) {
    if !isEmpty { newLine(level: level) }
    text += bracket
  }

  private mutating func newLine(level: Int) {
    guard let indent else { return }
    text += "\n" + String(repeating: " ", count: indent * level)
  }
}
