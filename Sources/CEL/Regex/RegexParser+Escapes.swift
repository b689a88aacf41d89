extension RegularExpression.Parser {
  typealias Problem = RegularExpression.Problem

  /// A problem with a part of the expression, at the beginning of that part or at a more telling place.
  func problem(_ kind: Problem.Kind, of range: Range<Int>, at offset: Int? = nil) -> Problem {
    // Enough to recognise it by: an expression can be long.
    let quoted = range.count > 200 ? range.lowerBound..<range.lowerBound + 200 : range
    let fragment = String(decoding: text[quoted], as: UTF8.self) + (quoted == range ? "" : "…")
    return Problem(kind: kind, fragment: fragment, offset: offset ?? range.lowerBound)
  }

  /// Reads the scalar at the position, which is not the end.
  mutating func nextScalar() -> Unicode.Scalar {
    let (value, width) = RegularExpression.Matcher.scalar(in: text.span, at: position)
    position += width
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  private mutating func nextScalarIfAny() -> Unicode.Scalar? {
    position < text.count ? nextScalar() : nil
  }

  private mutating func nextOctalDigit() -> UInt32? {
    guard position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(text[position]) else { return nil }
    defer { position += 1 }
    return UInt32(text[position] - UInt8(ascii: "0"))
  }

  /// Reads an escape sequence that stands for a single scalar. The value can be that of a surrogate, which matches
  /// nothing.
  mutating func parseEscape() throws(Problem) -> UInt32 {
    let start = position
    position += 1
    guard let scalar = nextScalarIfAny() else {
      throw problem(.trailingBackslash, of: position..<position, at: start)
    }
    switch scalar {
    case "a": return 0x07
    case "f": return 0x0C
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "v": return 0x0B
    case "0"..."7":
      var value = scalar.value - 0x30
      let second = nextOctalDigit()
      // A single digit other than 0 would be a back reference.
      if second == nil && value != 0 { break }
      if let second { value = value * 8 + second }
      if second != nil, let third = nextOctalDigit() { value = value * 8 + third }
      return value
    case "x":
      if let value = parseHexadecimal() { return value }
    default:
      // What has no meaning of its own stands for itself, if it is ASCII and neither a letter nor a digit.
      if scalar.isASCII && !scalar.isASCIILetterOrDigit { return scalar.value }
    }
    throw problem(.invalidEscape, of: start..<position)
  }

  /// Reads `41` or `{1F600}`.
  private mutating func parseHexadecimal() -> UInt32? {
    guard let first = nextScalarIfAny() else { return nil }
    guard first == "{" else {
      guard let second = nextScalarIfAny(), let high = first.hexadecimalValue, let low = second.hexadecimalValue
      else { return nil }
      return high * 16 + low
    }
    var value: UInt32?
    while let scalar = nextScalarIfAny() {
      if scalar == "}" { return value }
      guard let digit = scalar.hexadecimalValue else { return nil }
      let extended = (value ?? 0) * 16 + digit
      guard extended <= 0x10FFFF else { return nil }
      value = extended
    }
    return nil
  }

  /// Looks for `{n}`, `{n,}` or `{n,m}` at the position, and does not move it.
  ///
  /// - Returns: `nil` when there is something else, which is no mistake.
  /// - Throws: when a count is too large, or the counts are in the wrong order.
  func repeatCounts() throws(Problem) -> (minimum: Int, maximum: Int?, end: Int)? {
    var index = position + 1
    func digits() -> Range<Int>? {
      var end = index
      while end < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[end]) { end += 1 }
      // No number has zeros in front.
      return end == index || (end > index + 1 && text[index] == UInt8(ascii: "0")) ? nil : index..<end
    }
    func value(_ digits: Range<Int>) -> Int {
      digits.count > 4 ? .max : text[digits].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
    guard let first = digits() else { return nil }
    let minimum = value(first)
    var maximum: Int? = minimum
    index = first.upperBound
    if index < text.count, text[index] == UInt8(ascii: ",") {
      index += 1
      maximum = nil
      if index < text.count, text[index] != UInt8(ascii: "}") {
        guard let second = digits() else { return nil }
        maximum = value(second)
        index = second.upperBound
      }
    }
    guard index < text.count, text[index] == UInt8(ascii: "}") else { return nil }
    index += 1
    let limit = RegularExpression.maximumRepetition
    guard minimum <= limit, maximum ?? minimum <= limit, minimum <= maximum ?? minimum else {
      throw problem(.invalidRepeatCount, of: position..<index)
    }
    return (minimum, maximum, index)
  }

  /// What an opening parenthesis begins.
  enum GroupOpening {
    case capture(name: String?)
    case withoutCapture
    /// No group: `(?i)` holds until the group around it ends.
    case flags
  }

  /// Reads `(`, `(?:`, `(?P<name>`, `(?<name>`, `(?i:` or `(?i)`, and switches flags.
  mutating func parseGroupOpening() throws(Problem) -> GroupOpening {
    let start = position
    position += 1
    guard position < text.count, text[position] == UInt8(ascii: "?") else { return .capture(name: nil) }
    position += 1
    let rest = text[position...]
    if rest.starts(with: "<".utf8) || rest.starts(with: "P<".utf8) {
      return .capture(name: try parseGroupName(start: start))
    }
    var flags = flags
    var isSwitchingOff = false
    var isFlagMissing = false
    loop: while let scalar = nextScalarIfAny() {
      let flag: RegularExpression.Flags
      switch scalar {
      case "i": flag = .ignoresCase
      case "m": flag = .multipleLines
      case "s": flag = .dotMatchesNewline
      case "U": flag = .swapsGreediness
      case "-":
        if isSwitchingOff { break loop }
        isSwitchingOff = true
        isFlagMissing = true
        continue
      case ":", ")":
        if isFlagMissing { break loop }
        self.flags = flags
        return scalar == ":" ? .withoutCapture : .flags
      default: break loop
      }
      isFlagMissing = false
      if isSwitchingOff { flags.remove(flag) } else { flags.insert(flag) }
    }
    throw problem(.invalidPerlSyntax, of: start..<position)
  }

  private mutating func parseGroupName(start: Int) throws(Problem) -> String {
    guard let opening = text[position...].firstIndex(of: UInt8(ascii: "<")),
      let end = text[opening...].firstIndex(of: UInt8(ascii: ">"))
    else { throw problem(.invalidNamedCapture, of: start..<text.count) }
    let name = text[(opening + 1)..<end]
    position = end + 1
    let isValid = name.allSatisfy { $0 == UInt8(ascii: "_") || Unicode.Scalar($0).isASCIILetterOrDigit }
    guard isValid && !name.isEmpty else { throw problem(.invalidNamedCapture, of: start..<position) }
    return String(decoding: name, as: UTF8.self)
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIILetterOrDigit: Bool {
    switch self {
    case "0"..."9", "A"..."Z", "a"..."z": true
    default: false
    }
  }

  fileprivate var hexadecimalValue: UInt32? {
    switch self {
    case "0"..."9": value - 0x30
    case "A"..."F": value - 0x41 + 10
    case "a"..."f": value - 0x61 + 10
    default: nil
    }
  }
}
