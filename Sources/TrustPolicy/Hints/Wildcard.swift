import JOSE

/// A pattern in which `*` stands for any run of characters, the empty one too, and `?`, where it counts, for one.
///
/// Anchored at both ends, case-sensitive, in time proportional to pattern × text.
struct Wildcard: Sendable {
  private enum Part: Equatable {
    case literal(Unicode.Scalar)
    case one
    case run
  }

  private let parts: [Part]

  /// - Parameter questionMark: whether `?` stands for one character.
  init(_ pattern: String, questionMark: Bool = true) {
    self.init(pattern.unicodeScalars.map { Piece.pattern($0) }, questionMark: questionMark)
  }

  /// A scalar that is part of the pattern, or of text that was put into it and stands for itself.
  enum Piece {
    case pattern(Unicode.Scalar)
    case text(Unicode.Scalar)
  }

  init(_ pieces: [Piece], questionMark: Bool = true) {
    var parts: [Part] = []
    for piece in pieces {
      switch piece {
      case .pattern("*"): if parts.last != .run { parts.append(.run) }
      case .pattern("?") where questionMark: parts.append(.one)
      case .pattern(let scalar), .text(let scalar): parts.append(.literal(scalar))
      }
    }
    self.parts = parts
  }

  /// Whether there is no wildcard in it.
  var isLiteral: Bool { parts.allSatisfy { $0 != .one && $0 != .run } }

  func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var position = 0
    var index = 0
    // Where to go on when what follows the last run does not fit.
    var retry: (position: Int, index: Int)?
    while position < scalars.count {
      if index < parts.count, parts[index] == .run {
        retry = (position, index + 1)
        index += 1
      } else if index < parts.count, parts[index] == .one || parts[index] == .literal(scalars[position]) {
        position += 1
        index += 1
      } else if let last = retry {
        position = last.position + 1
        index = last.index
        retry = (position, index)
      } else {
        return false
      }
    }
    return parts[index...].allSatisfy { $0 == .run }
  }
}
