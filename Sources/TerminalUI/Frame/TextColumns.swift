/// Which characters a terminal can show.
public enum CharacterSet: Sendable, Hashable {
  /// The locale's encoding is UTF-8.
  case unicode
  /// Anything else: only ASCII is sent, all other characters are shown escaped.
  case ascii
}

/// Cuts text into what goes into cells: the one place that decides what a terminal gets to see.
enum TextColumns {
  /// A part of a text.
  enum Piece {
    /// Begins a cell, or two when it is wide. Printable, and never a control.
    case base(Unicode.Scalar, isWide: Bool)
    /// Joins the cell before it.
    case mark(Unicode.Scalar)
  }

  /// Calls `body` with each piece in turn until it returns false. What cannot be shown as it is comes as the pieces of
  /// its escape, `\u{1b}`.
  @inline(__always)
  static func forEachPiece(of text: String, in characters: CharacterSet, _ body: (Piece) -> Bool) {
    var marks = -1  // of the cell that was begun last; negative when there is none to join
    var previous: Unicode.Scalar = "\0"
    for scalar in text.unicodeScalars {
      let kind = ScalarClass(scalar)
      if characters == .unicode || scalar.isASCII {
        switch kind {
        case .narrow, .wide:
          guard body(.base(scalar, isWide: kind == .wide)) else { return }
          marks = 0
          previous = scalar
          continue
        case .combining:
          if marks >= 0, marks < Cell.markLimit {
            guard body(.mark(scalar)) else { return }
            marks += 1
            continue
          }
        case .presentation:
          if marks >= 0, previous.properties.isEmoji { continue }
        case .escaped: break
        }
      }
      for escape in escaped(scalar).unicodeScalars {
        guard body(.base(escape, isWide: false)) else { return }
      }
      marks = -1
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    "\\u{" + String(scalar.value, radix: 16) + "}"
  }
}
