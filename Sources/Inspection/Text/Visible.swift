import JOSE

/// Makes hostile text harmless: what could act on a terminal, or hide, or turn the direction of writing around, becomes a
/// visible escape such as `\u{202e}`.
public enum Visible {
  /// Whether a scalar must not reach a screen as it is: C0, DEL, C1, format characters (bidi controls, zero-width ones,
  /// tags), line and paragraph separators, blank fillers, private use, unassigned and noncharacters.
  public static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 }
    if scalar.value < 0xA0 { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return true
    case .spaceSeparator:
      // Spaces of other widths look like the plain one and are not.
      return true
    default: break
    }
    // VS15 and VS16 choose between text and emoji; every other ignorable is invisible (fillers, variation selectors).
    if scalar.value == 0xFE0E || scalar.value == 0xFE0F { return false }
    return scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x2800
  }

  /// The text with visible escapes.
  public static func escaped(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(text) }
    var writer = Writer()
    for scalar in text.unicodeScalars { writer.write(scalar) }
    return writer.out
  }

  /// What a JSON string says, with visible escapes; a lone surrogate, which no text can hold, is shown as its escape.
  public static func escaped(_ string: JSONString) -> String {
    guard string.hasLoneSurrogate else { return escaped(string.value) }
    var writer = Writer()
    var surrogates = loneSurrogates(of: string.raw)[...]
    for scalar in string.value.unicodeScalars {
      // A replacement character may also be written as such; those are nil here.
      if scalar == "\u{FFFD}", let surrogate = surrogates.popFirst(), let surrogate {
        writer.writeEscape(UInt32(surrogate))
      } else {
        writer.write(scalar)
      }
    }
    return writer.out
  }

  /// For each U+FFFD of the decoded text, in order: the lone surrogate that it stands for, or nil when it was meant.
  private static func loneSurrogates(of raw: String) -> [UInt16?] {
    var found: [UInt16?] = []
    var scalars = Array(raw.unicodeScalars)[...]
    func unit(_ digits: ArraySlice<Unicode.Scalar>) -> UInt16? {
      UInt16(String(String.UnicodeScalarView(digits)), radix: 16)
    }
    while let scalar = scalars.popFirst() {
      if scalar == "\u{FFFD}" { found.append(nil) }
      guard scalar == "\\", scalars.popFirst() == "u", let value = unit(scalars.prefix(4)) else { continue }
      scalars = scalars.dropFirst(4)
      guard (0xD800...0xDFFF).contains(value) else {
        if value == 0xFFFD { found.append(nil) }
        continue
      }
      if value < 0xDC00, scalars.starts(with: "\\u".unicodeScalars),
        let low = unit(scalars.dropFirst(2).prefix(4)), (0xDC00...0xDFFF).contains(low)
      {
        scalars = scalars.dropFirst(6)
      } else {
        found.append(value)
      }
    }
    return found
  }

  private struct Writer {
    var out = ""
    private var previous: Unicode.Scalar?
    private var marks = 0

    /// More marks than this on one letter are no writing system, but text that climbs over its neighbours.
    private static let mostMarks = 8

    mutating func write(_ scalar: Unicode.Scalar) {
      defer { previous = scalar }
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark: marks += 1
      default: marks = 0
      }
      if Visible.needsEscape(scalar) || marks > Self.mostMarks || isStraySelector(scalar) {
        writeEscape(scalar.value)
      } else {
        out.unicodeScalars.append(scalar)
      }
    }

    mutating func writeEscape(_ value: UInt32) { out += "\\u{\(String(value, radix: 16))}" }

    /// A variation selector that follows nothing it could choose a form of only hides data.
    private func isStraySelector(_ scalar: Unicode.Scalar) -> Bool {
      guard scalar.value == 0xFE0E || scalar.value == 0xFE0F else { return false }
      return previous?.properties.isEmoji != true
    }
  }
}
