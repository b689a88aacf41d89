/// An element of an XML document, as far as AWS's query protocol needs it: names without their prefix, text, children.
///
/// A document with its own declarations (`<!DOCTYPE`) is refused: nothing that AWS answers has one, and entities of a
/// document's own can grow without bound.
struct XMLElement: Equatable {
  let name: String
  /// The text in it, its children left out.
  var text = ""
  var children: [XMLElement] = []

  /// The first child of a name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// - Returns: nil for what is no such document.
  init?(parsing bytes: [UInt8]) {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var reader = XMLReader(bytes)
    guard let root = reader.document() else { return nil }
    self = root
  }

  init(name: String) { self.name = name }
}

private struct XMLReader {
  private var rest: ArraySlice<UInt8>

  /// More elements inside each other are no answer of AWS's.
  private static let deepest = 16

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func document() -> XMLElement? {
    guard skipMisc(), let root = element(depth: 0), skipMisc(), rest.isEmpty else { return nil }
    return root
  }

  // MARK: Elements

  /// An element whose tag is next.
  private mutating func element(depth: Int) -> XMLElement? {
    guard depth < Self.deepest, skip("<"), let name = name() else { return nil }
    guard let isEmpty = attributes() else { return nil }
    var element = XMLElement(name: Self.local(name))
    if isEmpty { return element }
    var text: [UInt8] = []
    while true {
      if skip("</") {
        guard self.name() == name, skipSpace(), skip(">") else { return nil }
        element.text = String(decoding: text, as: UTF8.self)
        return element
      }
      if starts("<!--") {
        guard skipComment() else { return nil }
      } else if skip("<![CDATA[") {
        guard let inside = take(until: "]]>") else { return nil }
        text += inside
      } else if rest.first == UInt8(ascii: "<") {
        guard let child = self.element(depth: depth + 1) else { return nil }
        element.children.append(child)
      } else {
        guard let piece = characters() else { return nil }
        text += piece
      }
    }
  }

  /// Passes over attributes and the end of the tag.
  ///
  /// - Returns: whether the element ends with its tag; nil for a malformed one.
  private mutating func attributes() -> Bool? {
    while true {
      let hadSpace = rest.first.map(Self.isSpace) ?? false
      _ = skipSpace()
      if skip(">") { return false }
      if skip("/>") { return true }
      guard hadSpace, name() != nil, skipSpace(), skip("="), skipSpace(), let quote = rest.popFirst(),
        quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), let end = rest.firstIndex(of: quote),
        !rest[..<end].contains(UInt8(ascii: "<"))
      else { return nil }
      rest = rest[end...].dropFirst()
    }
  }

  private mutating func name() -> [UInt8]? {
    let name = rest.prefix { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_.:".utf8.contains(byte)
    }
    guard let first = name.first, !(0x30...0x39).contains(first), first != 0x2D, first != 0x2E else { return nil }
    rest = rest[name.endIndex...]
    return Array(name)
  }

  private static func local(_ name: [UInt8]) -> String {
    String(decoding: name.split(separator: UInt8(ascii: ":")).last ?? [], as: UTF8.self)
  }

  // MARK: Text

  /// Text up to the next tag, with what its references stand for.
  private mutating func characters() -> [UInt8]? {
    guard !rest.isEmpty else { return nil }
    var text: [UInt8] = []
    while let byte = rest.first, byte != UInt8(ascii: "<") {
      rest = rest.dropFirst()
      if byte != UInt8(ascii: "&") {
        text.append(byte)
        continue
      }
      let reference = rest.prefix { $0 != UInt8(ascii: ";") }
      guard reference.count <= 8, let scalar = Self.scalar(String(decoding: reference, as: UTF8.self)) else {
        return nil
      }
      rest = rest[reference.endIndex...].dropFirst()
      text += Array(String(Character(scalar)).utf8)
    }
    return text
  }

  private static func scalar(_ reference: String) -> Unicode.Scalar? {
    switch reference {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    let number =
      reference.hasPrefix("#x")
      ? UInt32(reference.dropFirst(2), radix: 16)
      : reference.hasPrefix("#") ? UInt32(reference.dropFirst()) : nil
    return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
  }

  // MARK: Between

  /// Passes over white space, comments and instructions; false for what must not stand there.
  private mutating func skipMisc() -> Bool {
    if starts("\u{FEFF}") { _ = skip("\u{FEFF}") }
    while true {
      _ = skipSpace()
      if starts("<!--") {
        guard skipComment() else { return false }
      } else if skip("<?") {
        guard take(until: "?>") != nil else { return false }
      } else {
        return true
      }
    }
  }

  private mutating func skipComment() -> Bool { skip("<!--") && take(until: "-->") != nil }

  private mutating func take(until end: StaticString) -> ArraySlice<UInt8>? {
    let mark = end.withUTF8Buffer { Array($0) }
    var index = rest.startIndex
    while rest.endIndex - index >= mark.count {
      if rest[index...].starts(with: mark) {
        defer { rest = rest[(index + mark.count)...] }
        return rest[..<index]
      }
      index += 1
    }
    return nil
  }

  private mutating func skipSpace() -> Bool {
    rest = rest.drop(while: Self.isSpace)
    return true
  }

  private func starts(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { rest.starts(with: $0) }
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    guard starts(text) else { return false }
    rest = rest.dropFirst(text.utf8CodeUnitCount)
    return true
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
