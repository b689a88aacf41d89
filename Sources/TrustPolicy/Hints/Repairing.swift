import Inspection
import JOSE

/// Making repairs of documents, in JSON and in YAML.
extension Repair {
  /// A text as JSON writes it, which YAML reads too.
  static func quoted(_ text: String) -> String { "\"\(JSONString(text).raw)\"" }

  /// Another text in the place of one; empty when the place cannot be changed.
  static func replacing(_ node: DocumentNode, with text: String, _ title: String) -> [Repair] {
    of(Edit(replacing: node, with: quoted(text)), title)
  }

  /// Another JSON value in the place of one; empty when the place cannot be changed.
  static func replacing(_ node: DocumentNode, withJSON json: String, _ title: String) -> [Repair] {
    of(Edit(replacing: node, with: json), title)
  }

  /// One more text in a list, or a list in the place of the one text that stands there; empty when the place cannot be
  /// changed.
  static func adding(_ text: String, to node: DocumentNode, _ title: String) -> [Repair] {
    guard let elements = node.array else {
      guard let own = node.string else { return [] }
      return of(Edit(replacing: node, with: "[\(quoted(own)), \(quoted(text))]"), title)
    }
    guard let last = elements.last else { return of(Edit(replacing: node, with: "[\(quoted(text))]"), title) }
    guard let own = last.string else { return [] }
    // A list of YAML without brackets has a line and a dash for each element.
    let separator = node.isBlockList ? "\n\(last.indentation)- " : ", "
    return of(Edit(replacing: last, with: quoted(own) + separator + quoted(text)), title)
  }

  static func of(_ edit: Edit?, _ title: String) -> [Repair] {
    guard let edit else { return [] }
    return [Repair(title: title, before: edit.before, after: edit.after, change: .document([edit]))]
  }

  /// Another token, in which a claim has this value.
  static func token(_ claim: String, from before: String, to after: String, _ title: String) -> Repair {
    Repair(title: title, before: before, after: after, change: .claim(claim, JSON(after)))
  }
}

extension DocumentNode {
  /// Whether this is a list of YAML with a dash for each element.
  fileprivate var isBlockList: Bool {
    start < source.bytes.count && source.bytes[start] != UInt8(ascii: "[")
  }

  /// What stands before the dash of an element, as white space.
  fileprivate var indentation: String {
    var position = start
    while position > 0, source.bytes[position - 1] != UInt8(ascii: "\n") { position -= 1 }
    let line = source.bytes[position..<start]
    let dash = line.lastIndex(of: UInt8(ascii: "-")) ?? line.startIndex
    return String(repeating: " ", count: dash - line.startIndex)
  }
}
