import Inspection
import JOSE

/// The values directly within a container, with the steps that lead to them.
enum JSONChildren {
  struct Child {
    let step: ClaimPath.Step
    let label: String
    let value: JSON
  }

  static func of(_ value: JSON) -> [Child] {
    switch value {
    case .array(let elements):
      return elements.enumerated().map { Child(step: .element($0.offset), label: "[\($0.offset)]", value: $0.element) }
    case .object(let object):
      var seen: [String: Int] = [:]
      return object.members.map { member in
        let name = member.name.value
        let occurrence = seen[name, default: 0]
        seen[name] = occurrence + 1
        return Child(step: .member(name, occurrence: occurrence), label: name, value: member.value)
      }
    default: return []
    }
  }
}

/// Lays a tree of values out as rows: what is unfolded, or, while a filter is on, what matches and the way to it.
struct RowBuilder {
  let filter: Filter
  let expanded: Set<ClaimPath>
  private(set) var rows: [FieldRow] = []
  private(set) var matchCount = 0
  private(set) var totalCount = 0
  private(set) var hasMasked = false

  init(filter: Filter, expanded: Set<ClaimPath>) {
    self.filter = filter
    self.expanded = expanded
  }

  /// Adds a value's rows; true when any of them stays.
  /// - Parameter keep: show it whether it matches or not, as its container was found and unfolded by hand.
  @discardableResult
  mutating func add(
    _ value: JSON, label: String, path: ClaimPath, field: Field?, container: JSONObject?, keep: Bool = false,
    isMasked inherited: Bool = false
  ) -> Bool {
    totalCount += 1
    let isMasked = inherited || Masking.hides(name: label, value: value, in: container)
    if isMasked { hasMasked = true }
    let children = JSONChildren.of(value)
    let isMatch = matches(value, name: label, path: path, isMasked: isMasked, isLeaf: children.isEmpty)
    if isMatch { matchCount += 1 }
    let position = rows.count
    let row = FieldRow(
      path: path, label: Visible.escaped(JSONPreview.prefix(label, limit: 200)), hasChildren: !children.isEmpty,
      value: value, field: field, isMatch: isMatch, isMasked: isMasked)
    rows.append(row)
    guard !filter.isEmpty || expanded.contains(path) else {
      if !children.isEmpty { countHidden(in: value, isMasked: isMasked) }
      return true
    }
    let isOpened = expanded.contains(path) && (filter.isEmpty || isMatch || keep)
    var object: JSONObject?
    if case .object(let own) = value { object = own }
    for child in children {
      add(
        child.value, label: child.label, path: path.appending(child.step), field: nil, container: object,
        keep: isOpened, isMasked: isMasked)
    }
    let hasRowsBelow = rows.count > position + 1
    rows[position].isExpanded = hasRowsBelow
    if filter.isEmpty || keep || isMatch || hasRowsBelow { return true }
    rows.removeLast()
    return false
  }

  private mutating func countHidden(in value: JSON, isMasked: Bool) {
    var object: JSONObject?
    if case .object(let own) = value { object = own }
    for child in JSONChildren.of(value) {
      totalCount += 1
      let isHidden = isMasked || Masking.hides(name: child.label, value: child.value, in: object)
      if isHidden { hasMasked = true }
      countHidden(in: child.value, isMasked: isHidden)
    }
  }

  private func matches(_ value: JSON, name: String, path: ClaimPath, isMasked: Bool, isLeaf: Bool) -> Bool {
    if filter.isEmpty || filter.matches(name) { return true }
    if path.steps.count > 1 || filter.query.hasPrefix("."), filter.query.contains(where: { ".[".contains($0) }) {
      if filter.matches(path.text) { return true }
    }
    guard isLeaf, !isMasked else { return false }
    if case .string(let string) = value { return filter.matches(string.value) }
    return filter.matches(JSONPreview.compact(value, limit: 200))
  }
}
