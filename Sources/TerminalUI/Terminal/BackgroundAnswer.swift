/// The answer of a terminal to OSC 11, which asks for its background colour.
enum BackgroundAnswer {
  /// The query, with ST at its end.
  static let query = "\u{1B}]11;?\u{1B}\\"

  /// Whether the colour in `11;rgb:RRRR/GGGG/BBBB` is a light one; nil when the text is something else.
  static func isLight(_ text: ArraySlice<UInt8>) -> Bool? {
    var rest = Substring(decoding: text, as: UTF8.self)
    guard rest.hasPrefix("11;rgb") else { return nil }
    rest = rest.dropFirst(6)
    if rest.first == "a" { rest = rest.dropFirst() }
    guard rest.first == ":" else { return nil }
    let parts = rest.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3 || parts.count == 4 else { return nil }
    var shares: [Double] = []
    for part in parts.prefix(3) {
      guard (1...4).contains(part.utf8.count), let value = UInt(part, radix: 16), part.first != "+" else { return nil }
      shares.append(Double(value) / Double((1 << (4 * part.utf8.count)) - 1))
    }
    // The luma of ITU-R BT.601: how bright a colour looks.
    return 0.299 * shares[0] + 0.587 * shares[1] + 0.114 * shares[2] > 0.5
  }
}
