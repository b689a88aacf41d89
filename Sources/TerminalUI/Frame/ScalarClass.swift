import Inspection

/// What a scalar does to the columns of a terminal.
///
/// The rule is that of `wcwidth` in glibc and musl, which ncurses, tmux and most terminals follow: one scalar at a time,
/// East Asian Wide and Fullwidth take two columns, non-spacing marks none. Where versions of Unicode or terminals
/// disagree about a width, the scalar is shown escaped: columns must be straight in all of them.
enum ScalarClass: Sendable, Equatable {
  case narrow
  case wide
  /// Drawn over the scalar before it.
  case combining
  /// A variation selector that only chooses between text and emoji. It is left out after an emoji: terminals disagree on
  /// the width of the emoji form.
  case presentation
  /// Shown as `\u{…}`: it acts on the terminal, is invisible, or has no certain width.
  case escaped

  init(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    // Most of a frame: ASCII, and then box drawing, blocks and geometric shapes.
    if value < 0x7F {
      self = value >= 0x20 ? .narrow : .escaped
    } else if (0x2500...0x25FC).contains(value) {
      self = .narrow
    } else {
      self = Self.lookUp(scalar)
    }
  }

  private static func lookUp(_ scalar: Unicode.Scalar) -> ScalarClass {
    let value = scalar.value
    if value == 0xFE0E || value == 0xFE0F { return .presentation }
    if Visible.needsEscape(scalar) { return .escaped }
    // The second halves of a Hangul syllable that is written in parts; they join the first, which is wide.
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return .combining }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return .combining
    default:
      if contains(disputedRanges, value) { return .escaped }
      return contains(wideRanges, value) ? .wide : .narrow
    }
  }

  private static func contains(_ ranges: [ClosedRange<UInt32>], _ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(value)
  }

  /// Scalars whose width differs between versions of Unicode, or between terminals: hexagrams and trigrams, circled
  /// numbers on black, counting rods, Tai Xuan Jing symbols, tone marks, and the letters that flags are made of.
  private static let disputedRanges: [ClosedRange<UInt32>] = [
    0x2630...0x2637, 0x268A...0x268F, 0x302E...0x302F, 0x3248...0x324F, 0x4DC0...0x4DFF, 0x16FF0...0x16FF1,
    0x1D300...0x1D376, 0x1F1E6...0x1F1FF,
  ]

  /// East Asian Wide and Fullwidth (Unicode Standard Annex #11). Ranges are joined over scalars that are unassigned,
  /// combining or disputed, which are told apart before.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
    0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1,
    0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA,
    0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B,
    0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
    0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x3029,
    0x3030...0x303E, 0x3041...0x3163, 0x3165...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FE3, 0x16FF2...0x1B2FB, 0x1F004...0x1F004,
    0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C,
    0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E,
    0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A,
    0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2,
    0x1F6D5...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945,
    0x1F947...0x1F9FF, 0x1FA70...0x1FAF8, 0x20000...0x3FFFD,
  ]
}
