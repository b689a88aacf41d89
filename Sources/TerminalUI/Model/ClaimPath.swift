/// The way from the top of a header or of the claims to one value; selections are kept by it, so that they survive a
/// renewal, a filter and a resize.
struct ClaimPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    /// A member by name; `occurrence` counts equal names from 0, as duplicates are shown and not merged.
    case member(String, occurrence: Int)
    case element(Int)
  }

  var steps: [Step]

  init(_ steps: [Step] = []) {
    self.steps = steps
  }

  func appending(_ step: Step) -> ClaimPath {
    ClaimPath(steps + [step])
  }

  /// The path of the container that holds this value, nil at the top.
  var parent: ClaimPath? {
    steps.count > 1 ? ClaimPath(Array(steps.dropLast())) : nil
  }

  func isInside(_ other: ClaimPath) -> Bool {
    steps.count > other.steps.count && Array(steps.prefix(other.steps.count)) == other.steps
  }

  /// The path as jq writes it: `.aud[0]`, `."https://example.org/groups"[2]`.
  var text: String {
    var text = ""
    for step in steps {
      switch step {
      case .element(let index): text += "[\(index)]"
      case .member(let name, _):
        text += "."
        if Self.isIdentifier(name) {
          text += name
        } else {
          text += "\"" + name.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
        }
      }
    }
    return text
  }

  private static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
  }
}
