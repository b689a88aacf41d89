/// One column of one row: a scalar with up to four combining marks, and its style.
///
/// That is as much as ncurses can hold in a cell (`CCHARW_MAX`). It is packed into 16 bytes without references, so
/// that a frame is made, copied and compared at the speed of memory.
public struct Cell: Sendable, Hashable {
  /// The most combining marks a cell can hold.
  static let markLimit = 4

  /// Base scalar and marks 1 and 2, 21 bits each.
  private var low: UInt64
  /// Marks 3 and 4, 21 bits each, then the code of the style.
  private var high: UInt64

  private static let scalarMask: UInt64 = 0x1F_FFFF
  private static let styleShift: UInt64 = 42

  init(_ scalar: Unicode.Scalar, _ style: Style) {
    low = UInt64(scalar.value)
    high = UInt64(style.code) << Self.styleShift
  }

  /// A space.
  static func blank(_ style: Style = Style()) -> Cell {
    Cell(" ", style)
  }

  /// The second column of a wide character.
  static func continuation(_ style: Style) -> Cell {
    Cell("\0", style)
  }

  /// Whether this is the second column of the wide character to its left.
  public var isContinuation: Bool {
    low & Self.scalarMask == 0
  }

  /// What the cell shows, or "" for the second column of a wide character.
  public var text: String {
    var text = String.UnicodeScalarView()
    withScalars { text.append($0) }
    return String(text)
  }

  public var style: Style {
    get { Style(code: styleCode) }
    set {
      high = high & ((1 << Self.styleShift) - 1) | UInt64(newValue.code) << Self.styleShift
    }
  }

  var styleCode: UInt8 {
    UInt8(truncatingIfNeeded: high >> Self.styleShift)
  }

  /// The base scalar; NUL for the second column of a wide character.
  var base: UInt32 {
    UInt32(truncatingIfNeeded: low & Self.scalarMask)
  }

  /// Mark 0 to 3, or 0 when there is none.
  func mark(_ index: Int) -> UInt32 {
    let shifted = index < 2 ? low >> UInt64(21 * (index + 1)) : high >> UInt64(21 * (index - 2))
    return UInt32(truncatingIfNeeded: shifted & Self.scalarMask)
  }

  /// Adds a combining mark; false when the cell holds as many as it can.
  mutating func combine(_ scalar: Unicode.Scalar) -> Bool {
    for index in 0..<Self.markLimit where mark(index) == 0 {
      if index < 2 {
        low |= UInt64(scalar.value) << UInt64(21 * (index + 1))
      } else {
        high |= UInt64(scalar.value) << UInt64(21 * (index - 2))
      }
      return true
    }
    return false
  }

  private func withScalars(_ body: (Unicode.Scalar) -> Void) {
    guard base != 0, let scalar = Unicode.Scalar(base) else { return }
    body(scalar)
    for index in 0..<Self.markLimit {
      guard mark(index) != 0, let scalar = Unicode.Scalar(mark(index)) else { return }
      body(scalar)
    }
  }
}
