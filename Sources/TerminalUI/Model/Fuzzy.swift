/// Finding by a few letters, as the palette does.
enum Fuzzy {
  /// How well `query`'s letters are found in order in `text`, higher is better; nil when they are not.
  static func score(_ query: String, _ text: String) -> Int? {
    let wanted = Array(query.lowercased().filter { $0 != " " && $0 != "-" })
    guard !wanted.isEmpty else { return 0 }
    let letters = Array(text.lowercased())
    var position = 0
    var score = 0
    var previous = -2
    for letter in wanted {
      guard let found = letters[position...].firstIndex(of: letter) else { return nil }
      if found == previous + 1 { score += 5 }
      if found == 0 || !letters[found - 1].isLetter { score += 8 }
      score -= min(found - position, 5)
      previous = found
      position = found + 1
    }
    return score * 4 - letters.count / 8
  }

  /// The number of letters to add, drop or change between two short names.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.prefix(40).lowercased())
    let b = Array(right.prefix(40).lowercased())
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let cost = x == y ? diagonal : min(diagonal, row[j], row[j + 1]) + 1
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[b.count]
  }
}
