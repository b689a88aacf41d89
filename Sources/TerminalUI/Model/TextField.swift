/// One line of text being typed: characters, a cursor, and the editing keys that shells have taught.
struct TextField: Sendable, Hashable {
  private(set) var characters: [Character] = []
  /// Position of the cursor, in characters from the start.
  private(set) var cursor = 0

  /// What a field takes at most; a paste of a megabyte into a name would only be a mistake.
  static let limit = 65_536

  init(_ text: String = "") {
    characters = Array(text)
    cursor = characters.count
  }

  var text: String { String(characters) }
  var isEmpty: Bool { characters.isEmpty }
  var beforeCursor: String { String(characters[..<cursor]) }

  mutating func insert(_ text: String) {
    // A field is one line: line ends of a paste become spaces, other control characters are left out.
    let clean = text.compactMap { character -> Character? in
      if character.isNewline || character == "\t" { return " " }
      return character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? character : nil
    }
    let room = max(0, Self.limit - characters.count)
    let taken = clean.prefix(room)
    characters.insert(contentsOf: taken, at: cursor)
    cursor += taken.count
  }

  mutating func clear() {
    characters = []
    cursor = 0
  }

  /// Carries out an editing key; false when the key is none.
  mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .backspace, .control("h"):
      if cursor > 0 {
        cursor -= 1
        characters.remove(at: cursor)
      }
    case .delete:
      if cursor < characters.count { characters.remove(at: cursor) }
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .control("u"):
      characters.removeSubrange(..<cursor)
      cursor = 0
    case .control("k"): characters.removeSubrange(cursor...)
    case .control("w"), .alt("\u{7F}"): deleteWord()
    default: return false
    }
    return true
  }

  private mutating func deleteWord() {
    var start = cursor
    while start > 0, characters[start - 1] == " " { start -= 1 }
    while start > 0, characters[start - 1] != " " { start -= 1 }
    characters.removeSubrange(start..<cursor)
    cursor = start
  }
}
