extension RegularExpression {
  /// Whether the expression matches anywhere in the text, as CEL's `matches` asks.
  public func containsMatch(in text: String) -> Bool {
    var steps = Int.max
    return (try? containsMatch(in: text, spending: &steps)) ?? false
  }

  /// Whether the expression matches the text from its beginning to its end.
  public func matchesWhole(_ text: String) -> Bool {
    var steps = Int.max
    return (try? matchesWhole(text, spending: &steps)) ?? false
  }

  /// The leftmost match in the text.
  public func firstMatch(in text: String) -> Match? {
    var steps = Int.max
    return (try? firstMatch(in: text, spending: &steps)) ?? nil
  }

  /// The matches in the text that do not overlap, from left to right, at most so many.
  ///
  /// An empty match right behind another match does not count, as in Go. Every search begins anew behind the last match,
  /// so this can take time proportional to the square of the text's length: limit the steps where the text or the
  /// expression comes from elsewhere.
  public func allMatches(in text: String, limit: Int = .max) -> [Match] {
    var steps = Int.max
    return (try? allMatches(in: text, limit: limit, spending: &steps)) ?? []
  }
}

/// The same with a limit: a step is an instruction of the program visited at one place of the text, and takes some
/// nanoseconds.
extension RegularExpression {
  /// Whether the expression matches anywhere in the text.
  ///
  /// - Parameter steps: how many steps may be taken; those taken are subtracted.
  public func containsMatch(in text: String, spending steps: inout Int) throws(OutOfSteps) -> Bool {
    var matcher = Matcher(program, goal: .anyMatch, steps: steps)
    defer { steps = matcher.steps }
    return try matcher.search(text.utf8.span)
  }

  /// Whether the expression matches the text from its beginning to its end.
  ///
  /// - Parameter steps: how many steps may be taken; those taken are subtracted.
  public func matchesWhole(_ text: String, spending steps: inout Int) throws(OutOfSteps) -> Bool {
    var matcher = Matcher(program, goal: .wholeMatch, steps: steps)
    defer { steps = matcher.steps }
    return try matcher.search(text.utf8.span)
  }

  /// The leftmost match in the text.
  ///
  /// - Parameter steps: how many steps may be taken; those taken are subtracted.
  public func firstMatch(in text: String, spending steps: inout Int) throws(OutOfSteps) -> Match? {
    var matcher = Matcher(program, goal: .firstMatch, steps: steps)
    defer { steps = matcher.steps }
    return try matcher.match(in: text.utf8.span, from: 0)
  }

  /// The matches in the text that do not overlap, from left to right, at most so many.
  ///
  /// - Parameter steps: how many steps may be taken; those taken are subtracted.
  public func allMatches(
    in text: String, limit: Int = .max, spending steps: inout Int
  ) throws(OutOfSteps) -> [Match] {
    var matcher = Matcher(program, goal: .firstMatch, steps: steps)
    defer { steps = matcher.steps }
    let bytes = text.utf8.span
    var matches: [Match] = []
    var position = 0
    while matches.count < limit, position <= bytes.count,
      let match = try matcher.match(in: bytes, from: position)
    {
      if match.range.isEmpty && match.range.lowerBound == matches.last?.range.upperBound {
        // An empty match right behind the last match: look on behind the next scalar.
        position += position < bytes.count ? Matcher.scalar(in: bytes, at: position).width : 1
        continue
      }
      matches.append(match)
      position = match.range.upperBound
    }
    return matches
  }
}
