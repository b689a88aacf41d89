import Inspection

/// How configuration and help write a key: `a`, `A`, `ctrl-p`, `alt-x`, `shift-tab`, `f1`, `page-down`, `space`.
public enum KeyName {
  private static let named: [(key: Key, names: [String], shown: String)] = [
    (.enter, ["enter", "return"], "Enter"), (.tab, ["tab"], "Tab"),
    (.backTab, ["shift-tab", "backtab"], "Shift-Tab"), (.escape, ["esc", "escape"], "Esc"),
    (.backspace, ["backspace"], "Backspace"), (.delete, ["delete", "del"], "Del"),
    (.up, ["up"], "↑"), (.down, ["down"], "↓"), (.left, ["left"], "←"), (.right, ["right"], "→"),
    (.pageUp, ["page-up", "pgup", "pageup"], "PgUp"), (.pageDown, ["page-down", "pgdn", "pagedown"], "PgDn"),
    (.home, ["home"], "Home"), (.end, ["end"], "End"), (.character(" "), ["space"], "Space"),
  ]

  /// The key that a name of the configuration means.
  public static func parse(_ text: String) throws(KeyNameError) -> Key {
    let characters = Array(text)
    if characters.count == 1, let only = characters.first {
      guard only.unicodeScalars.allSatisfy({ !Visible.needsEscape($0) }), only != " " else {
        throw KeyNameError(name: text, reason: .unknown)
      }
      return .character(only)
    }
    let name = text.lowercased()
    if let entry = named.first(where: { $0.names.contains(name) }) { return entry.key }
    if name.hasPrefix("f"), let number = Int(name.dropFirst()), (1...12).contains(number) { return .function(number) }
    for prefix in ["ctrl-", "c-", "control-"] where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      guard rest.count == 1, let letter = rest.first, letter.isASCII, letter.isLetter else {
        throw KeyNameError(name: text, reason: .controlNeedsLetter)
      }
      switch letter {
      case "i": throw KeyNameError(name: text, reason: .sameAs("tab"))
      case "m", "j": throw KeyNameError(name: text, reason: .sameAs("enter"))
      default: return .control(letter)
      }
    }
    for prefix in ["alt-", "a-", "meta-", "m-"] where name.hasPrefix(prefix) {
      let rest = text.dropFirst(prefix.count)
      guard rest.count == 1, let character = rest.first else {
        throw KeyNameError(name: text, reason: .unknown)
      }
      return .alt(character)
    }
    throw KeyNameError(name: text, reason: .unknown)
  }

  /// How help and hints show a key; `ascii` for terminals that know nothing else.
  public static func shown(_ key: Key, ascii: Bool = false) -> String {
    if ascii {
      switch key {
      case .up: return "Up"
      case .down: return "Down"
      case .left: return "Left"
      case .right: return "Right"
      default: break
      }
    }
    if let entry = named.first(where: { $0.key == key }) { return entry.shown }
    switch key {
    case .character(let character): return String(character)
    case .control(let letter): return "Ctrl-" + letter.uppercased()
    case .alt(let character): return "Alt-" + String(character)
    case .function(let number): return "F\(number)"
    default: return ""
    }
  }
}

/// A key name that cannot be understood.
public struct KeyNameError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case unknown
    case controlNeedsLetter
    /// Terminals send the same byte for both.
    case sameAs(String)
  }

  /// The name as it was written.
  public let name: String
  public let reason: Reason

  public var description: String {
    let shown = Visible.escaped(JSONPreview.prefix(name, limit: 40))
    switch reason {
    case .unknown:
      return
        "“\(shown)” is no key; write one character, ctrl-p, alt-x, f1, enter, esc, space, tab, shift-tab, up, down, "
        + "left, right, page-up, page-down, home, end, backspace or delete"
    case .controlNeedsLetter:
      return "“\(shown)” is no key; ctrl- is followed by one letter from a to z"
    case .sameAs(let other):
      return "“\(shown)” cannot be told apart from \(other): terminals send the same byte for both; choose another key"
    }
  }
}
