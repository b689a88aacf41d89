import JOSE

/// Finds the token in what people paste, pipe and keep in files.
public enum TokenText {
  /// The most that is read: 1 MiB.
  public static let byteLimit = 1 << 20

  /// Where counting ends when a text holds many tokens.
  static let mostCounted = 20

  /// A token, and what was taken off to get it.
  public struct Extracted: Sendable, Hashable {
    /// The compact token, as it was in the input; whether it is well formed is not decided here.
    public let token: String
    /// What was done, in the order in which it was done, such as `removed "Bearer"`.
    public let how: [String]
  }

  /// Takes a token out of its wrapping: `Bearer`, a header line, quotes, `export NAME=`, wrapped lines, a JSON document
  /// that holds one token, a URL or other text around it.
  ///
  /// A token that is broken in itself is handed on as it is, so that it can be shown.
  ///
  /// - Throws: ``TokenTextError`` when there is none, more than one, or too much text.
  public static func extract(from input: String) throws(TokenTextError) -> Extracted {
    let size = input.utf8.count
    guard size <= byteLimit else { throw .tooLarge(bytes: size) }
    var text = input[...]
    if text.unicodeScalars.first == "\u{FEFF}" { text = Substring(text.unicodeScalars.dropFirst()) }
    text = trimmed(text)
    guard !text.isEmpty else { throw .empty }
    if text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "["),
      let found = try JSONSearch.token(in: text)
    {
      return found
    }
    var how: [String] = []
    text = unwrapped(text, &how)
    guard !text.isEmpty else { throw .noToken }
    if text.utf8.first == UInt8(ascii: "{"), let found = try JSONSearch.token(in: text) {
      return Extracted(token: found.token, how: how + found.how)
    }
    let words = text.split(whereSeparator: { isSpace($0) })
    if words.count == 1, isWhole(text) { return Extracted(token: String(text), how: how) }
    if words.count > 1, let joined = joined(words, of: text) {
      let lines = text.utf8.count { $0 == 0x0A } + 1
      how.append(lines > 1 ? "joined \(lines) lines" : "removed the spaces inside")
      return Extracted(token: joined, how: how)
    }
    return try scan(text, how)
  }

  // MARK: Wrapping

  /// Takes off, again and again, what people and tools put around a token.
  static func unwrapped(_ whole: Substring, _ how: inout [String]) -> Substring {
    var text = trimmed(whole)
    // Nobody wraps a token more often than this; a hostile text would, to keep us busy.
    for _ in 0..<16 {
      if let rest = withoutPrefix("export ", text) ?? withoutPrefix("set ", text) ?? withoutPrefix("$env:", text) {
        text = rest
      } else if let rest = withoutPrefix("Authorization:", text) {
        text = rest
        how.append("removed \"Authorization:\"")
      } else if let rest = withoutPrefix("Bearer ", text) ?? withoutPrefix("Bearer\n", text) {
        text = rest
        how.append("removed \"Bearer\"")
      } else if let rest = withoutQuotes(text) {
        text = rest
        how.append("removed the quotes")
      } else if let (name, rest) = assignment(text) {
        text = rest
        how.append("removed \"\(name)\"")
      } else if let last = text.utf8.last, last == UInt8(ascii: ";") || last == UInt8(ascii: ",") {
        text = trimmed(text.dropLast())
      } else {
        break
      }
    }
    return text
  }

  private static func withoutPrefix(_ prefix: String, _ text: Substring) -> Substring? {
    let start = text.utf8.prefix(prefix.utf8.count)
    guard start.elementsEqual(prefix.utf8, by: { $0 == $1 || ($0 | 0x20) == ($1 | 0x20) && isLetter($1) }) else {
      return nil
    }
    return trimmed(text[start.endIndex...])
  }

  private static func withoutQuotes(_ text: Substring) -> Substring? {
    let pairs: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201C}", "\u{201D}"), ("\u{2018}", "\u{2019}"), ("<", ">"),
    ]
    let scalars = text.unicodeScalars
    guard text.utf8.count > 1, let first = scalars.first, let last = scalars.last,
      pairs.contains(where: { $0 == (first, last) })
    else { return nil }
    return trimmed(Substring(scalars.dropFirst().dropLast()))
  }

  /// `NAME=value` or `name: value`, when what follows is wrapped further or begins as a token does. A padded token has
  /// equals signs too, but no token follows them.
  private static func assignment(_ text: Substring) -> (name: String, rest: Substring)? {
    let name = text.utf8.prefix { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: "_") || $0 == 0x2D }
    guard let first = name.first, name.count <= 64, isLetter(first) || first == UInt8(ascii: "_") else { return nil }
    var rest = trimmed(text[name.endIndex...])
    guard let sign = rest.utf8.first, sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":") else { return nil }
    rest = trimmed(rest.dropFirst())
    var value = rest
    for _ in 0..<4 {
      guard let inner = withoutQuotes(value) ?? withoutPrefix("Bearer ", value) else { break }
      value = inner
    }
    guard beginsAsToken(value) else { return nil }
    return (String(text[..<name.endIndex]) + (sign == UInt8(ascii: "=") ? "=" : ":"), rest)
  }

  // MARK: Judging

  /// Whether one word is to be read as a token: it begins as one, or has as many parts.
  static func isWhole(_ text: Substring) -> Bool {
    let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
    return (beginsAsToken(text) && dots <= 8) || dots == 2 || dots == 4
  }

  /// Whether the text begins with the base64url of `{` and what can follow it in a header: `"`, `}` or white space.
  static func beginsAsToken(_ text: Substring) -> Bool {
    let start = text.utf8.prefix(3)
    let bytes = (try? Base64URL.decode(start + [UInt8(ascii: "A")])) ?? []
    guard start.count == 3, bytes.first == UInt8(ascii: "{") else { return false }
    switch bytes[1] {
    case UInt8(ascii: "\""), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D: return true
    default: return false
    }
  }

  /// The words put together, when they are one token that was wrapped.
  private static func joined(_ words: [Substring], of text: Substring) -> String? {
    // A shell continues a line after a backslash.
    let parts = words.filter { $0 != "\\" }.map { $0.utf8.last == UInt8(ascii: "\\") ? $0.dropLast() : $0 }
    guard let first = parts.first, let last = parts.last, beginsAsToken(first) else { return nil }
    let whole = parts.joined()
    let dots = whole.utf8.count { $0 == UInt8(ascii: ".") }
    guard dots <= 4, whole.utf8.allSatisfy(isTokenByte) else { return nil }
    // After a first word that is whole, the others are its signature only if they look wrapped at one width.
    guard first.utf8.count(where: { $0 == UInt8(ascii: ".") }) >= 2 else { return whole }
    let width = first.utf8.count
    let isWrapped = parts.dropLast().allSatisfy { $0.utf8.count == width } && last.utf8.count <= width
    let hasLines = text.utf8.contains(0x0A)
    return isWrapped && (hasLines || parts.count > 2) ? whole : nil
  }

  /// Tokens inside other text, such as a URL or a log line.
  private static func scan(_ text: Substring, _ how: [String]) throws(TokenTextError) -> Extracted {
    var found: [Substring] = []
    for run in text.utf8.split(whereSeparator: { !isTokenByte($0) || $0 == 0x2B || $0 == 0x2F || $0 == 0x3D }) {
      var word = text[run.startIndex..<run.endIndex]
      // The dot of a sentence.
      if word.utf8.last == UInt8(ascii: "."), word.utf8.count(where: { $0 == 0x2E }) > 2 { word = word.dropLast() }
      guard beginsAsToken(word), let dot = word.utf8.firstIndex(of: UInt8(ascii: ".")),
        let header = try? JSON(parsing: Base64URL.salvage(word[..<dot].utf8)), header.objectValue != nil,
        !found.contains(where: { $0.hasSameBytes(as: word) })
      else { continue }
      found.append(word)
      if found.count == mostCounted { break }
    }
    guard let token = found.first else { throw .noToken }
    guard found.count == 1 else { throw .several(found.count, names: []) }
    return Extracted(token: String(token), how: how + ["found inside other text"])
  }

  // MARK: Bytes

  static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.unicodeScalars.first, isSpace(first) { text = Substring(text.unicodeScalars.dropFirst()) }
    while let last = text.unicodeScalars.last, isSpace(last) { text = Substring(text.unicodeScalars.dropLast()) }
    return text
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) || scalar == "\u{A0}" || scalar == "\u{200B}"
      || scalar == "\u{FEFF}" || scalar.value == 0
  }

  private static func isSpace(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { isSpace($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  /// The characters of a compact token, and those that a wrong encoder puts there.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x2E, 0x2B, 0x2F, 0x3D: true
    default: false
    }
  }
}
