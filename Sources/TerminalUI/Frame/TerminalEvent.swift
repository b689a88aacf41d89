/// Something that the terminal tells: a key, a paste, the mouse, or about itself.
public enum TerminalEvent: Sendable, Hashable {
  case key(Key)
  /// A bracketed paste, as text; never to be run as keys. Bytes that are not UTF-8 are U+FFFD.
  case paste(String)
  case mouse(Mouse)
  case resized(Size)
  /// The answer to a query for the background colour.
  case backgroundIsLight(Bool)
  /// The program runs again after a stop.
  case resumed
}

/// A key of the keyboard, as far as terminals tell keys apart.
public enum Key: Sendable, Hashable {
  case character(Character)
  /// With Ctrl: a lower-case letter, or one of ``space @ [ \ ] ^ _``.
  case control(Character)
  case alt(Character)
  case enter, tab, backTab, escape, backspace, delete
  case up, down, left, right, pageUp, pageDown, home, end
  /// F1 is 1.
  case function(Int)
}

/// What a mouse did, and where. Columns and rows are counted from 0.
public struct Mouse: Sendable, Hashable {
  public enum Button: Sendable, Hashable { case left, middle, right }
  public enum Kind: Sendable, Hashable {
    case press(Button)
    case release
    case wheelUp, wheelDown
  }

  public var kind: Kind
  public var column: Int
  public var row: Int
  public var shift: Bool

  public init(_ kind: Kind, column: Int, row: Int, shift: Bool = false) {
    self.kind = kind
    self.column = column
    self.row = row
    self.shift = shift
  }
}
