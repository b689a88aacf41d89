/// The functions of the language definition but for conversions and times.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions>
enum StandardLibrary {
  static let functions: [CELFunction] =
    [
      .global("size", 1, size), .member("size", 0, size),
      .global("type", 1) { arguments, _ in .type(arguments[0].type) },
      // Only a type checker would see the difference.
      .global("dyn", 1) { arguments, _ in arguments[0] },
      .member("startsWith", 1) { arguments, budget throws(CELFailure) in
        try texts(arguments, &budget) { $0.utf8.starts(with: $1.utf8) }
      },
      .member("endsWith", 1) { arguments, budget throws(CELFailure) in
        try texts(arguments, &budget) { $0.utf8.reversed().starts(with: $1.utf8.reversed()) }
      },
      .member("contains", 1) { arguments, budget throws(CELFailure) in
        try texts(arguments, &budget) { TextSearch.firstIndex(of: Array($1.utf8), in: Array($0.utf8)) != nil }
      },
      .global("matches", 2, matches), .member("matches", 1, matches),
    ]

  private static let size: CELFunction.Body = { arguments, budget throws(CELFailure) in
    switch arguments[0] {
    case .string(let text):
      try budget.spend(bytes: text.utf8.count)
      return .int(Int64(text.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let list): return .int(Int64(list.count))
    case .map(let map): return .int(Int64(map.count))
    default: return nil
    }
  }

  private static let matches: CELFunction.Body = { arguments, budget throws(CELFailure) in
    guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else { return nil }
    let expression = try PatternFunction.compile(pattern, budget: &budget)
    return try PatternFunction.matches.apply(expression, to: text, limit: nil, budget: &budget)
  }

  private static func texts(
    _ arguments: [CELValue], _ budget: inout Budget, _ test: (String, String) -> Bool
  ) throws(CELFailure) -> CELValue? {
    guard case .string(let text) = arguments[0], case .string(let part) = arguments[1] else { return nil }
    try budget.spend(bytes: text.utf8.count + part.utf8.count)
    return .bool(test(text, part))
  }
}

/// Searching for a sequence in another.
enum TextSearch {
  /// Where the part is found first, from a place on. It takes linear time, whatever the two are.
  ///
  /// Searching by Knuth, Morris and Pratt.
  static func firstIndex<Element: Equatable>(
    of part: [Element], in whole: [Element], from start: Int = 0
  ) -> Int? {
    guard !part.isEmpty else { return start <= whole.count ? start : nil }
    // For each prefix of the part, how long the longest proper prefix is that is its suffix as well.
    var borders = [0]
    var length = 0
    for element in part.dropFirst() {
      while length > 0 && part[length] != element { length = borders[length - 1] }
      if part[length] == element { length += 1 }
      borders.append(length)
    }
    var matched = 0
    for index in whole.indices.dropFirst(start) {
      while matched > 0 && part[matched] != whole[index] { matched = borders[matched - 1] }
      if part[matched] == whole[index] { matched += 1 }
      if matched == part.count { return index - matched + 1 }
    }
    return nil
  }
}
