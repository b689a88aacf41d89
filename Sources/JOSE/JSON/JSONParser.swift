/// Reads RFC 8259 and nothing else, in one pass over the bytes.
///
/// It recurses once for each level of nesting, and ``JSONLimits/deepest`` bounds those, so no input can overflow the
/// stack.
struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let depthLimit: Int
  private var position = 0
  private var depth = 0
  /// The members of the outermost object read so far; nil when they are not wanted.
  private var outermostMembers: [JSONObject.Member]?

  private init(_ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  static func parse(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) -> Result<JSON, JSONError> {
    var parser = JSONParser(bytes, depthLimit: min(max(limits.depth, 0), JSONLimits.deepest))
    do throws(JSONError) {
      return .success(try parser.document(sizeLimit: limits.bytes))
    } catch {
      return .failure(error)
    }
  }

  /// The members of the outermost object that stand before the first error; nil when there is none.
  static func salvage(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) -> JSONObject? {
    var parser = JSONParser(bytes, depthLimit: min(max(limits.depth, 0), JSONLimits.deepest))
    parser.outermostMembers = []
    guard (try? parser.document(sizeLimit: limits.bytes)) == nil, var members = parser.outermostMembers else {
      return nil
    }
    // A number at the very end may be the beginning of a longer one.
    if parser.position == bytes.count, case .number? = members.last?.value, bytes.last.map(isDigit) == true {
      members.removeLast()
    }
    return members.isEmpty ? nil : JSONObject(members: members)
  }

  private mutating func document(sizeLimit: Int) throws(JSONError) -> JSON {
    guard bytes.count <= sizeLimit else { throw JSONError(offset: sizeLimit, reason: .tooLarge(limit: sizeLimit)) }
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw JSONError(offset: 0, reason: .byteOrderMark)
    }
    skipWhitespace()
    guard position < bytes.count else { throw JSONError(offset: position, reason: .empty) }
    let value = try value(expected: "a JSON value")
    skipWhitespace()
    guard position == bytes.count else { throw failure(.trailingData(bytes[position])) }
    return value
  }

  // MARK: Values

  private mutating func value(expected: String) throws(JSONError) -> JSON {
    switch try peek(expected: expected) {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
    case let byte:
      if byte >= 0x80, utf8Length(at: position) == nil { throw failure(.invalidUTF8) }
      throw failure(.unexpected(byte, expected: expected))
    }
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    var members: [JSONObject.Member] = []
    skipWhitespace()
    if try peek(expected: "a member name or '}'") == UInt8(ascii: "}") {
      leave()
      return JSONObject()
    }
    // The outermost object is a header or the claims: room for its members at once, for they are costly to move.
    if depth == 1 { members.reserveCapacity(12) }
    while true {
      let first = try peek(expected: "a member name")
      guard first == UInt8(ascii: "\"") else {
        if first == UInt8(ascii: "}") { throw failure(.trailingComma) }
        throw failure(.unexpected(first, expected: members.isEmpty ? "a member name or '}'" : "a member name"))
      }
      let name = try string()
      skipWhitespace()
      let colon = try peek(expected: "':' after a member name")
      guard colon == UInt8(ascii: ":") else { throw failure(.unexpected(colon, expected: "':' after a member name")) }
      position += 1
      skipWhitespace()
      let member = JSONObject.Member(name: name, value: try value(expected: "a value after ':'"))
      members.append(member)
      if depth == 1 { outermostMembers?.append(member) }
      if try separator(closing: UInt8(ascii: "}"), expected: "',' or '}' after a member") { break }
    }
    leave()
    return JSONObject(members: members)
  }

  private mutating func array() throws(JSONError) -> [JSON] {
    try enter()
    var elements: [JSON] = []
    skipWhitespace()
    if try peek(expected: "an element or ']'") == UInt8(ascii: "]") {
      leave()
      return elements
    }
    while true {
      if !elements.isEmpty, try peek(expected: "an element") == UInt8(ascii: "]") { throw failure(.trailingComma) }
      elements.append(try value(expected: elements.isEmpty ? "an element or ']'" : "an element"))
      if try separator(closing: UInt8(ascii: "]"), expected: "',' or ']' after an element") { break }
    }
    leave()
    return elements
  }

  /// Steps over a comma; true when the closing bracket stands there instead (which is left for ``leave()``).
  private mutating func separator(closing: UInt8, expected: String) throws(JSONError) -> Bool {
    skipWhitespace()
    let byte = try peek(expected: expected)
    if byte == closing { return true }
    guard byte == UInt8(ascii: ",") else { throw failure(.unexpected(byte, expected: expected)) }
    position += 1
    skipWhitespace()
    return false
  }

  private mutating func enter() throws(JSONError) {
    guard depth < depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
    depth += 1
    position += 1
  }

  private mutating func leave() {
    depth -= 1
    position += 1
  }

  private mutating func literal(_ word: StaticString) throws(JSONError) {
    for index in 0..<word.utf8CodeUnitCount {
      let byte = try peek(expected: "'\(word)'")
      guard byte == word.utf8Start[index] else { throw failure(.unexpected(byte, expected: "'\(word)'")) }
      position += 1
    }
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let leading = position
    try digits(expected: "a digit")
    if position - leading > 1, bytes[leading] == UInt8(ascii: "0") {
      throw JSONError(offset: leading, reason: .leadingZero)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try digits(expected: "a digit after '.'")
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        position += 1
      }
      try digits(expected: "a digit of the exponent")
    }
    return JSONNumber(validated: text(start..<position))
  }

  private mutating func digits(expected: String) throws(JSONError) {
    let first = try peek(expected: expected)
    guard first >= 0x30, first <= 0x39 else { throw failure(.unexpected(first, expected: expected)) }
    while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> JSONString {
    position += 1
    let start = position
    while true {
      let byte = try peek(expected: "'\"' at the end of a string")
      switch byte {
      case UInt8(ascii: "\""):
        let raw = text(start..<position)
        position += 1
        return JSONString(raw: raw, value: raw, hasLoneSurrogate: false)
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case ..<0x20: throw failure(.controlCharacter(byte))
      case 0x80...:
        guard let length = utf8Length(at: position) else { throw failure(.invalidUTF8) }
        position += length
      default: position += 1
      }
    }
  }

  /// The rest of a string in which an escape was met: what it says is no longer what is written.
  private mutating func escapedString(from start: Int) throws(JSONError) -> JSONString {
    var value = text(start..<position)
    var plainStart = position
    var hasLoneSurrogate = false
    while true {
      let byte = try peek(expected: "'\"' at the end of a string")
      switch byte {
      case UInt8(ascii: "\""):
        value += text(plainStart..<position)
        let raw = text(start..<position)
        position += 1
        return JSONString(raw: raw, value: value, hasLoneSurrogate: hasLoneSurrogate)
      case UInt8(ascii: "\\"):
        value += text(plainStart..<position)
        if let scalar = try escape() {
          value.unicodeScalars.append(scalar)
        } else {
          hasLoneSurrogate = true
          value.unicodeScalars.append("\u{FFFD}")
        }
        plainStart = position
      case ..<0x20: throw failure(.controlCharacter(byte))
      case 0x80...:
        guard let length = utf8Length(at: position) else { throw failure(.invalidUTF8) }
        position += length
      default: position += 1
      }
    }
  }

  /// One escape (both halves of a surrogate pair are one), nil for a lone surrogate.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar? {
    position += 1
    let byte = try peek(expected: "the rest of an escape")
    let simple: Unicode.Scalar
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): simple = Unicode.Scalar(byte)
    case UInt8(ascii: "b"): simple = "\u{8}"
    case UInt8(ascii: "f"): simple = "\u{C}"
    case UInt8(ascii: "n"): simple = "\n"
    case UInt8(ascii: "r"): simple = "\r"
    case UInt8(ascii: "t"): simple = "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure(.invalidEscape(byte))
    }
    position += 1
    return simple
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar? {
    guard let unit = codeUnit(at: position + 1) else { throw unicodeEscapeFailure() }
    position += 5
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A high surrogate is half a character; its other half must be the very next escape.
    guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u"), let low = codeUnit(at: position + 2), low & 0xFC00 == 0xDC00
    else { return nil }
    position += 6
    return Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF)))
  }

  /// Names the first byte that is no digit, or the end.
  private func unicodeEscapeFailure() -> JSONError {
    var offset = position + 1
    while offset < bytes.count, hexValue(bytes[offset]) != nil { offset += 1 }
    return JSONError(offset: offset, reason: .invalidUnicodeEscape)
  }

  private func codeUnit(at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for offset in start..<start + 4 {
      guard let digit = hexValue(bytes[offset]) else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  // MARK: Bytes

  /// How many bytes the UTF-8 sequence has that begins here; nil when it is overlong, a surrogate, beyond U+10FFFF or
  /// cut off (RFC 3629 §4).
  private func utf8Length(at start: Int) -> Int? {
    func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      start + offset < bytes.count && range.contains(bytes[start + offset])
    }
    switch bytes[start] {
    case 0xC2...0xDF: return continues(1) ? 2 : nil
    case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : nil
    case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : nil
    case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : nil
    case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : nil
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : nil
    case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : nil
    default: return nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private func peek(expected: @autoclosure () -> String) throws(JSONError) -> UInt8 {
    guard position < bytes.count else {
      throw JSONError(offset: bytes.count, reason: .unexpectedEnd(expected: expected()))
    }
    return bytes[position]
  }

  private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(offset: position, reason: reason) }
}
