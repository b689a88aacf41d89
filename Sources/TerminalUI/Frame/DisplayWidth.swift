/// How many columns text takes in a frame, with its escapes: what `Frame.put` would use if it had the room.
public enum DisplayWidth {
  public static func of(_ character: Character, in characters: CharacterSet = .unicode) -> Int {
    of(String(character), in: characters)
  }

  public static func of(_ text: String, in characters: CharacterSet = .unicode) -> Int {
    var width = 0
    TextColumns.forEachPiece(of: text, in: characters) { piece in
      if case .base(_, let isWide) = piece { width += isWide ? 2 : 1 }
      return true
    }
    return width
  }
}
