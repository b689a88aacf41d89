import Inspection
import JOSE

extension Repair {
  /// One more member at the end of an object; empty when the place cannot be changed, or when the object is empty.
  ///
  /// - Parameter json: the value as JSON writes it, which YAML reads too.
  static func inserting(_ name: String, _ json: String, into object: DocumentNode, _ title: String) -> [Repair] {
    // Behind a value that is a text: its end is known, and it stands on one line.
    guard let members = object.object, let last = members.last(where: { $0.value.string != nil }),
      let own = last.value.string
    else { return [] }
    let source = object.source.bytes
    let isFlow = object.start < source.count && source[object.start] == UInt8(ascii: "{")
    var start = last.start
    while start > 0, source[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    let indent = String(repeating: " ", count: last.start - start)
    let separator = isFlow ? ", \"\(name)\": " : "\n\(indent)\(name): "
    return of(Edit(replacing: last.value, with: quoted(own) + separator + json), title)
  }
}
