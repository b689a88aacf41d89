/// Guesses what somebody meant to write.
public enum Spelling {
  /// The name that is nearest to what was written, when it is near enough for a slip.
  public static func closest(to written: String, among names: [String]) -> String? {
    let limit = max(1, min(3, written.count / 3))
    return names.map { (name: $0, distance: distance(written.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit }
      .min { $0.distance < $1.distance }?.name
  }

  /// “Did you mean …?”, or all the names there are.
  public static func suggestion(for written: String, among names: [String]) -> String {
    if let name = closest(to: written, among: names) { return "Did you mean “\(name)”?" }
    let shown = names.prefix(24).joined(separator: ", ")
    return "There are: \(shown)\(names.count > 24 ? ", …" : "")."
  }

  /// How many letters must be changed, added, taken out or swapped with their neighbour.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.prefix(64))
    let b = Array(right.prefix(64))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
