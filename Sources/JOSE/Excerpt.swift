/// Foreign text in a sentence of ours: short, in quotes, and with nothing in it that acts on a terminal.
enum Excerpt {
  /// At most this many characters of the text are shown.
  static let limit = 48

  static func of(_ text: String) -> String {
    var out = "'"
    for (index, scalar) in text.unicodeScalars.prefix(limit + 1).enumerated() {
      if index == limit { return out + "…'" }
      if scalar.isASCII, scalar.value > 0x1F, scalar.value != 0x7F {
        out.unicodeScalars.append(scalar)
      } else {
        out += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
    return out + "'"
  }

  /// Several texts, as a list.
  static func of(_ texts: [String]) -> String {
    let shown = texts.prefix(4).map { of($0) }.joined(separator: ", ")
    return texts.count > 4 ? "\(shown) and \(texts.count - 4) more" : shown
  }
}
