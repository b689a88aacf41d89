import JOSE

/// A pattern in which `*` stands for any run of characters, the empty one too, and `?`, where it counts, for one.
///
/// Anchored at both ends, case-sensitive; in time proportional to the text, and to pattern × text only where `?` counts.
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
    let segments = parts.split(separator: .run, omittingEmptySubsequences: false).map { Segment(Array($0)) }
    guard let first = segments.first, let last = segments.last else { return scalars.isEmpty }
    if segments.count == 1 { return first.count == scalars.count && first.fits(scalars, at: 0) }
    guard first.count + last.count <= scalars.count, first.fits(scalars, at: 0),
      last.fits(scalars, at: scalars.count - last.count)
    else { return false }
    // Between the two ends each piece is taken where it first occurs.
    var position = first.count
    let end = scalars.count - last.count
    for segment in segments.dropFirst().dropLast() {
      guard let found = segment.firstPlace(in: scalars, from: position, to: end) else { return false }
      position = found + segment.count
    }
    return true
  }

  /// What stands between two runs.
  private struct Segment {
    private let parts: [Part]
    var count: Int { parts.count }

    init(_ parts: [Part]) {
      self.parts = parts
    }

    func fits(_ text: [Unicode.Scalar], at start: Int) -> Bool {
      parts.indices.allSatisfy { parts[$0] == .one || parts[$0] == .literal(text[start + $0]) }
    }

    /// The first place at which it occurs; in time proportional to the text, unless there is a `?` in it.
    func firstPlace(in text: [Unicode.Scalar], from start: Int, to end: Int) -> Int? {
      guard count <= end - start else { return nil }
      if parts.isEmpty { return start }
      if parts.contains(.one) {
        return (start...(end - count)).first { fits(text, at: $0) }
      }
      let borders = borders
      var matched = 0
      for index in start..<end {
        while matched > 0, parts[matched] != .literal(text[index]) { matched = borders[matched - 1] }
        if parts[matched] == .literal(text[index]) { matched += 1 }
        if matched == count { return index - count + 1 }
      }
      return nil
    }

    /// For each beginning, how long the longest beginning is that it also ends with (Knuth, Morris and Pratt).
    private var borders: [Int] {
      var borders = [0]
      var length = 0
      for index in parts.indices.dropFirst() {
        while length > 0, parts[length] != parts[index] { length = borders[length - 1] }
        if parts[length] == parts[index] { length += 1 }
        borders.append(length)
      }
      return borders
    }
  }
}
