/// The signs of the interface. All but the ASCII name of Enter are one column wide in every terminal; none is East Asian
/// Wide or an emoji by default.
public struct Glyphs: Sendable, Hashable {
  /// What the terminal can show; pass it to `Frame` and `DisplayWidth`.
  public let characters: CharacterSet

  // Boxes
  public let topLeft: String
  public let topRight: String
  public let bottomLeft: String
  public let bottomRight: String
  public let horizontal: String
  public let vertical: String
  public let teeLeft: String
  public let teeRight: String
  public let teeTop: String
  public let teeBottom: String
  public let crossing: String

  // States
  public let check: String
  public let cross: String
  /// Little time left.
  public let hourglass: String
  /// No time left.
  public let expired: String
  /// Nothing there yet.
  public let dot: String
  /// Not checked.
  public let circle: String
  public let warning: String
  public let spinner: [String]

  // Parts
  public let gaugeFull: String
  public let gaugeEmpty: String
  public let ellipsis: String
  public let selection: String
  public let folded: String
  public let unfolded: String
  public let arrow: String
  public let up: String
  public let down: String
  public let enter: String
  public let scrollTrack: String
  public let scrollThumb: String
  /// Hides secrets.
  public let mask: String
  /// Text quoted in a sentence stands between these.
  public let openQuote: String
  public let closeQuote: String

  public var isUnicode: Bool { characters == .unicode }

  /// For terminals with UTF-8.
  public static let unicode = Glyphs(
    characters: .unicode,
    topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯", horizontal: "─", vertical: "│",
    teeLeft: "├", teeRight: "┤", teeTop: "┬", teeBottom: "┴", crossing: "┼",
    check: "✔", cross: "✖", hourglass: "◔", expired: "◌", dot: "·", circle: "○", warning: "▲",
    spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    gaugeFull: "█", gaugeEmpty: "░", ellipsis: "…", selection: "▌", folded: "▸", unfolded: "▾",
    arrow: "→", up: "↑", down: "↓", enter: "⏎", scrollTrack: "│", scrollThumb: "█", mask: "•",
    openQuote: "“", closeQuote: "”")

  /// For everything else.
  public static let ascii = Glyphs(
    characters: .ascii,
    topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+", horizontal: "-", vertical: "|",
    teeLeft: "+", teeRight: "+", teeTop: "+", teeBottom: "+", crossing: "+",
    check: "v", cross: "x", hourglass: "%", expired: "!", dot: ".", circle: "o", warning: "!",
    spinner: ["|", "/", "-", "\\"],
    gaugeFull: "#", gaugeEmpty: ".", ellipsis: "~", selection: ">", folded: "+", unfolded: "-",
    arrow: ">", up: "^", down: "v", enter: "Enter", scrollTrack: "|", scrollThumb: "#", mask: "*",
    openQuote: "\"", closeQuote: "\"")
}
