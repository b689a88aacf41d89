/// Divides the rows of a stack that is too low for all that its panes have to show.
///
/// No pane keeps a row that it has nothing for while another lacks one. The focused pane comes first, so that heights
/// change with the focus, but the others keep some rows of their own.
struct StackShares {
  struct Part {
    let pane: Pane
    /// Rows that it has something for.
    let need: Int
  }

  /// Rows that a pane keeps while another one has the focus; then what it gets before any gets all that it needs.
  private static func least(_ pane: Pane) -> (floor: Int, share: Int) {
    switch pane {
    case .list: (2, 4)
    case .header: (1, 3)
    case .claims: (4, 6)
    case .signature: (1, 2)
    case .trust: (2, 3)
    }
  }

  /// Who is served first after the focused one.
  private static let order: [Pane] = [.claims, .list, .trust, .header, .signature]

  /// The rows of each part, in the order of the parts; all `rows` are given away, what nobody needs to the claims.
  static func rows(_ rows: Int, among parts: [Part], focus: Pane) -> [Int] {
    var given = parts.map { _ in 0 }
    var left = max(0, rows)
    let order = ([focus] + order.filter { $0 != focus }).compactMap { pane in parts.firstIndex { $0.pane == pane } }
    func give(_ target: (Pane) -> Int) {
      for index in order {
        let more = min(left, min(target(parts[index].pane), parts[index].need) - given[index])
        guard more > 0 else { continue }
        given[index] += more
        left -= more
      }
    }
    give { _ in 1 }
    give { least($0).floor }
    give { $0 == focus ? max(10, rows / 2) : 0 }
    give { least($0).share }
    give { _ in .max }
    if let claims = parts.firstIndex(where: { $0.pane == .claims }) { given[claims] += left }
    return given
  }
}
