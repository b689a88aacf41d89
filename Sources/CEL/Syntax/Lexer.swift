/// Takes the text of an expression apart.
struct Lexer {
  private let source: [UInt8]
  private var position = 0

  /// A problem and the place it is at.
  struct Problem: Error {
    let failure: CELFailure
    let offset: Int

    init(_ failure: CELFailure, at offset: Int) {
      self.failure = failure
      self.offset = offset
    }

    init(_ message: String, at offset: Int) {
      failure = CELFailure(.syntax, message)
      self.offset = offset
    }
  }

  init(_ source: String) {
    self.source = Array(source.utf8)
  }

  mutating func next() throws(Problem) -> Token {
    skipSpace()
    let start = position
    let kind = try kind(startingWith: byte(at: start))
    return Token(kind: kind, range: start..<position)
  }

  private func byte(at offset: Int) -> UInt8? {
    offset < source.count ? source[offset] : nil
  }

  private mutating func skipSpace() {
    while let byte = byte(at: position) {
      if " \t\r\n\u{0C}".utf8.contains(byte) {
        position += 1
      } else if byte == UInt8(ascii: "/"), self.byte(at: position + 1) == UInt8(ascii: "/") {
        // A comment ends where the line ends.
        while let byte = self.byte(at: position), byte != UInt8(ascii: "\n") { position += 1 }
      } else {
        break
      }
    }
  }

  private mutating func kind(startingWith first: UInt8?) throws(Problem) -> Token.Kind {
    guard let first else { return .end }
    if let literal = try textLiteral() { return literal }
    if Self.isDigit(first) { return try number() }
    if first == UInt8(ascii: "."), byte(at: position + 1).map(Self.isDigit) == true { return try number() }
    if Self.isIdentifierByte(first) { return .identifier(identifier()) }
    if first == UInt8(ascii: "`") { return try quotedIdentifier() }
    return .symbol(try symbol())
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isIdentifierByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private mutating func text(while condition: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = byte(at: position), condition(byte) { position += 1 }
    return String(decoding: source[start..<position], as: UTF8.self)
  }

  private mutating func identifier() -> String {
    text(while: Self.isIdentifierByte)
  }

  private mutating func quotedIdentifier() throws(Problem) -> Token.Kind {
    let start = position
    position += 1
    let name = text { Self.isIdentifierByte($0) || "-./ ".utf8.contains($0) }
    guard byte(at: position) == UInt8(ascii: "`"), !name.isEmpty else {
      throw Problem(
        "A name in backticks is made of letters, digits, “_”, “-”, “.”, “/” and spaces, and ends with a backtick.",
        at: start)
    }
    position += 1
    return .quotedIdentifier(name)
  }

  private mutating func symbol() throws(Problem) -> Token.Symbol {
    let rest = source[position...]
    // Those of two characters come first.
    guard let symbol = Token.Symbol.allCases.first(where: { rest.starts(with: $0.rawValue.utf8) }) else {
      let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first ?? " "
      var hint = ""
      switch scalar {
      case "&", "|": hint = " The operators are && and ||."
      case "=": hint = " Equality is written ==."
      case "“", "”", "‘", "’", "„": hint = " Texts are put between straight quotes, ' or \"."
      default: break
      }
      throw Problem("“\(scalar)” does not belong into an expression.\(hint)", at: position)
    }
    position += symbol.rawValue.utf8.count
    return symbol
  }

  private mutating func number() throws(Problem) -> Token.Kind {
    let start = position
    if source[start] == UInt8(ascii: "0"), byte(at: start + 1) == UInt8(ascii: "x") {
      position += 2
      let digits = text { CELText.hexadecimalValue($0) != nil }
      if digits.isEmpty { throw Problem("There are no digits behind 0x.", at: start) }
      return try integer("0x" + digits, from: start)
    }
    var digits = text(while: Self.isDigit)
    var isDouble = false
    if byte(at: position) == UInt8(ascii: "."), byte(at: position + 1).map(Self.isDigit) == true {
      isDouble = true
      position += 1
      digits += "." + text(while: Self.isDigit)
    }
    if let letter = byte(at: position), letter | 0x20 == UInt8(ascii: "e") {
      isDouble = true
      position += 1
      digits += "e"
      if let sign = byte(at: position), "+-".utf8.contains(sign) {
        position += 1
        digits += String(Unicode.Scalar(sign))
      }
      let exponent = text(while: Self.isDigit)
      if exponent.isEmpty { throw Problem("The exponent of the number has no digits.", at: start) }
      digits += exponent
    }
    guard isDouble else { return try integer(digits, from: start) }
    try checkEnd(of: start)
    return .double(digits.hasPrefix(".") ? "0" + digits : digits)
  }

  private mutating func integer(_ digits: String, from start: Int) throws(Problem) -> Token.Kind {
    let isUnsigned = byte(at: position).map { $0 | 0x20 } == UInt8(ascii: "u")
    if isUnsigned { position += 1 }
    try checkEnd(of: start)
    return isUnsigned ? .uint(digits) : .int(digits)
  }

  /// A number must not run into a name.
  private func checkEnd(of start: Int) throws(Problem) {
    if let byte = byte(at: position), Self.isIdentifierByte(byte) {
      throw Problem("“\(Unicode.Scalar(byte))” does not belong to a number.", at: position)
    }
  }
}

// MARK: - Texts and bytes

extension Lexer {
  /// Reads a text or bytes, if there is such a literal: quotes with or without `b` and `r` before them.
  private mutating func textLiteral() throws(Problem) -> Token.Kind? {
    var start = position
    let isBytes = byte(at: start).map { $0 | 0x20 } == UInt8(ascii: "b")
    if isBytes { start += 1 }
    let isRaw = byte(at: start).map { $0 | 0x20 } == UInt8(ascii: "r")
    if isRaw { start += 1 }
    guard let quote = byte(at: start), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    let isLong = byte(at: start + 1) == quote && byte(at: start + 2) == quote
    let delimiter = Array(repeating: quote, count: isLong ? 3 : 1)
    let opening = position
    position = start + delimiter.count
    var content: [UInt8] = []
    while !source[position...].starts(with: delimiter) {
      guard let byte = byte(at: position) else {
        let end = isLong ? "three quotes" : "the quote"
        throw Problem("The text that begins here has no end: \(end) it began with must follow.", at: opening)
      }
      if !isLong && (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")) {
        throw Problem(
          "The text that begins here does not end in its line. Texts of several lines are put between three quotes.",
          at: opening)
      }
      if byte == UInt8(ascii: "\\") && !isRaw {
        content += try escape(isBytes: isBytes)
      } else {
        content.append(byte)
        position += 1
      }
    }
    position += delimiter.count
    return isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
  }

  private mutating func escape(isBytes: Bool) throws(Problem) -> [UInt8] {
    let start = position
    func problem() -> Problem {
      let text = String(decoding: source[start..<min(start + 2, source.count)], as: UTF8.self)
      return Problem(
        "“\(text)” begins no escape sequence. A backslash is written \\\\; raw texts, as r'\\d', keep it as it is.",
        at: start)
    }
    guard let letter = byte(at: start + 1) else { throw problem() }
    position += 2
    let value: UInt32?
    switch Unicode.Scalar(letter) {
    case "a": return [0x07]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "v": return [0x0B]
    case "\\", "?", "\"", "'", "`": return [letter]
    case "x", "X": value = digits(2, radix: 16)
    case "u" where !isBytes: value = digits(4, radix: 16)
    case "U" where !isBytes: value = digits(8, radix: 16)
    case "0"..."3":
      position -= 1
      value = digits(3, radix: 8)
    default: value = nil
    }
    guard let value else { throw problem() }
    // In bytes an escape is a byte, in a text a scalar.
    if isBytes { return [UInt8(truncatingIfNeeded: value)] }
    guard let scalar = Unicode.Scalar(value) else {
      throw Problem("The escape sequence is no Unicode character.", at: start)
    }
    return Array(String(scalar).utf8)
  }

  private mutating func digits(_ count: Int, radix: UInt32) -> UInt32? {
    guard position + count <= source.count else { return nil }
    var value: UInt32 = 0
    for byte in source[position..<(position + count)] {
      guard let digit = CELText.hexadecimalValue(byte).map(UInt32.init), digit < radix else { return nil }
      value = value &* radix &+ digit
    }
    position += count
    return value
  }
}
