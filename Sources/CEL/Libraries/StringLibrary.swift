/// The extension of cel-go for texts. Places in a text are counted in Unicode scalars.
///
/// <https://github.com/google/cel-go/blob/master/ext/README.md#strings>
enum StringLibrary {
  static let functions: [CELFunction] =
    [
      .member("charAt", 1) { arguments, budget throws(CELFailure) in
        guard let text = try scalars(arguments[0], &budget), case .int(let index) = arguments[1] else { return nil }
        let place = try checked(index, upTo: text.count)
        return .string(place == text.count ? "" : String(text[place]))
      },
      .member("indexOf", 1...2) { arguments, budget throws(CELFailure) in
        guard let text = try scalars(arguments[0], &budget), let part = try scalars(arguments[1], &budget) else {
          return nil
        }
        guard let start = try place(arguments, default: 0, count: text.count) else { return nil }
        return .int(Int64(TextSearch.firstIndex(of: part, in: text, from: start) ?? -1))
      },
      .member("lastIndexOf", 1...2) { arguments, budget throws(CELFailure) in
        guard let text = try scalars(arguments[0], &budget), let part = try scalars(arguments[1], &budget) else {
          return nil
        }
        guard let last = try place(arguments, default: text.count, count: text.count) else { return nil }
        return .int(lastIndex(of: part, in: text, upTo: last))
      },
      .member("lowerAscii", 0) { arguments, budget throws(CELFailure) in
        try mapped(arguments[0], &budget) { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      },
      .member("upperAscii", 0) { arguments, budget throws(CELFailure) in
        try mapped(arguments[0], &budget) { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }
      },
      .member("replace", 2...3, replace),
      .member("split", 1...2, split),
      .member("substring", 1...2) { arguments, budget throws(CELFailure) in
        guard let text = try scalars(arguments[0], &budget), case .int(let start) = arguments[1] else { return nil }
        guard let end = try place(arguments, default: text.count, count: text.count) else { return nil }
        let lower = try checked(start, upTo: text.count)
        guard lower <= end else {
          throw CELFailure(.indexOutOfRange, "A part of a text from \(lower) to \(end) ends before it begins.")
        }
        return .string(StringLibrary.text(text[lower..<end]))
      },
      .member("trim", 0) { arguments, budget throws(CELFailure) in
        guard let text = try scalars(arguments[0], &budget) else { return nil }
        let front = text.drop { $0.properties.isWhitespace }
        return .string(
          StringLibrary.text(
            front[..<(front.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? front.startIndex)]))
      },
      .member("join", 0...1, join),
      .member("reverse", 0) { arguments, budget throws(CELFailure) in
        try scalars(arguments[0], &budget).map { .string(text($0.reversed())) }
      },
      .global("strings.quote", 1) { arguments, budget throws(CELFailure) in
        try scalars(arguments[0], &budget).map { .string(quoted($0)) }
      },
      .member("format", 1) { arguments, budget throws(CELFailure) in
        guard case .string(let format) = arguments[0], case .list(let values) = arguments[1] else { return nil }
        return .string(try TextFormat.format(format, values, budget: &budget))
      },
    ]

  // MARK: Texts as arrays

  static func scalars(_ value: CELValue, _ budget: inout Budget) throws(CELFailure) -> [Unicode.Scalar]? {
    guard case .string(let text) = value else { return nil }
    // As an array it takes several times the memory.
    try budget.spend(bytes: text.utf8.count * 4)
    return Array(text.unicodeScalars)
  }

  static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  private static func checked(_ index: Int64, upTo count: Int) throws(CELFailure) -> Int {
    guard index >= 0, index <= count else {
      throw CELFailure(.indexOutOfRange, "The place \(index) is not in the text, which has \(count) characters.")
    }
    return Int(index)
  }

  /// The place that the third argument gives, if there is one; `nil` if it is no int.
  private static func place(
    _ arguments: [CELValue], default value: Int, count: Int
  ) throws(CELFailure) -> Int? {
    guard arguments.count > 2 else { return value }
    guard case .int(let index) = arguments[2] else { return nil }
    return try checked(index, upTo: count)
  }

  private static func lastIndex(of part: [Unicode.Scalar], in text: [Unicode.Scalar], upTo last: Int) -> Int64 {
    // Searching backwards is searching in the text turned around.
    let end = min(last + part.count, text.count)
    guard
      let found = TextSearch.firstIndex(of: Array(part.reversed()), in: Array(text[..<end].reversed()))
    else { return -1 }
    return Int64(end - found - part.count)
  }

  private static func mapped(
    _ value: CELValue, _ budget: inout Budget, _ transform: (UInt8) -> UInt8
  ) throws(CELFailure) -> CELValue? {
    guard case .string(let text) = value else { return nil }
    try budget.spend(bytes: text.utf8.count)
    return .string(String(decoding: text.utf8.map(transform), as: UTF8.self))
  }

  // MARK: Putting together and taking apart

  /// The parts between the separators, at most so many; the last has what is left. Between the scalars, where the
  /// separator is empty.
  private static func parts(
    of text: [Unicode.Scalar], between separator: [Unicode.Scalar], limit: Int
  ) -> [ArraySlice<Unicode.Scalar>] {
    var parts: [ArraySlice<Unicode.Scalar>] = []
    var start = 0
    while parts.count < limit - 1 {
      if separator.isEmpty {
        guard start < text.count - 1 else { break }
        parts.append(text[start...start])
        start += 1
        continue
      }
      guard let next = TextSearch.firstIndex(of: separator, in: text, from: start) else { break }
      parts.append(text[start..<next])
      start = next + separator.count
    }
    return separator.isEmpty && text.isEmpty ? parts : parts + [text[start...]]
  }

  private static let split: CELFunction.Body = { arguments, budget throws(CELFailure) in
    guard let text = try scalars(arguments[0], &budget), let separator = try scalars(arguments[1], &budget) else {
      return nil
    }
    var limit = Int.max
    if arguments.count > 2 {
      guard case .int(let count) = arguments[2] else { return nil }
      limit = count < 0 ? .max : Int(clamping: count)
    }
    if limit == 0 { return .list([]) }
    let parts = parts(of: text, between: separator, limit: limit)
    // A search costs as much as the separator is long, before it begins.
    try budget.spend(parts.count * (2 + separator.count / 16))
    return .list(parts.map { .string(StringLibrary.text($0)) })
  }

  private static let replace: CELFunction.Body = { arguments, budget throws(CELFailure) in
    guard let text = try scalars(arguments[0], &budget), let part = try scalars(arguments[1], &budget),
      let replacement = try scalars(arguments[2], &budget)
    else { return nil }
    var limit = Int.max
    if arguments.count > 3 {
      guard case .int(let count) = arguments[3] else { return nil }
      limit = count < 0 ? .max : Int(clamping: count)
    }
    if limit == 0 { return arguments[0] }
    if part.isEmpty { return .string(try interleaved(text, replacement, limit: limit, budget: &budget)) }
    let parts = parts(of: text, between: part, limit: limit == .max ? .max : limit + 1)
    try budget.spend(parts.count * (1 + (replacement.count + part.count) / 4))
    return .string(StringLibrary.text(parts.joined(separator: replacement)))
  }

  /// What replacing nothing does: the replacement before every scalar and behind the last.
  private static func interleaved(
    _ text: [Unicode.Scalar], _ replacement: [Unicode.Scalar], limit: Int, budget: inout Budget
  ) throws(CELFailure) -> String {
    let count = min(limit, text.count + 1)
    try budget.spend(count * (1 + replacement.count / 4))
    var result: [Unicode.Scalar] = []
    for index in 0...text.count {
      if index < count { result += replacement }
      if index < text.count { result.append(text[index]) }
    }
    return StringLibrary.text(result)
  }

  private static let join: CELFunction.Body = { arguments, budget throws(CELFailure) in
    guard case .list(let list) = arguments[0] else { return nil }
    var separator = ""
    if arguments.count > 1 {
      guard case .string(let given) = arguments[1] else { return nil }
      separator = given
    }
    var result = ""
    for (index, element) in list.enumerated() {
      guard case .string(let text) = element else { return nil }
      try budget.spend(bytes: text.utf8.count + separator.utf8.count)
      result += index == 0 ? text : separator + text
    }
    return .string(result)
  }

  private static func quoted(_ scalars: [Unicode.Scalar]) -> String {
    var result: [Unicode.Scalar] = ["\""]
    for scalar in scalars {
      switch scalar {
      case "\u{07}": result += ["\\", "a"]
      case "\u{08}": result += ["\\", "b"]
      case "\u{0C}": result += ["\\", "f"]
      case "\n": result += ["\\", "n"]
      case "\r": result += ["\\", "r"]
      case "\t": result += ["\\", "t"]
      case "\u{0B}": result += ["\\", "v"]
      case "\\": result += ["\\", "\\"]
      case "\"": result += ["\\", "\""]
      default: result.append(scalar)
      }
    }
    return text(result + ["\""])
  }
}
