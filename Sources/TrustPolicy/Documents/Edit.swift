import Inspection
import JOSE

/// A change of a document: some bytes for others.
public struct Edit: Sendable, Equatable {
  public let location: DocumentLocation
  /// What stands there, as it is written.
  public let before: String
  /// What to write instead.
  public let after: String
  /// The bytes of `before` in the file.
  public let range: Range<Int>

  /// Replaces a value by a JSON text, which YAML reads too; nil when the value's end is not known.
  init?(replacing node: DocumentNode, with json: String) {
    guard let end = node.end else { return nil }
    let source = node.source
    range = source.outermostRange(node.start..<end)
    location = node.location
    before = String(decoding: source.outermost.bytes[range], as: UTF8.self)
    var text = json
    // A text within a string is escaped as one, once for each string around it.
    for _ in 0..<source.embedding { text = JSONString(text).raw }
    after = text
  }

  /// Gives a member of an object another name; nil when the name is not written in double quotes.
  init?(renaming member: DocumentNode.Member, in object: DocumentNode, to name: String) {
    let quote = [UInt8(ascii: "\"")]
    guard object.source.bytes[member.start...].starts(with: quote) else { return nil }
    let end = member.start + JSONString(member.name).raw.utf8.count + 2
    guard end <= object.source.bytes.count, object.source.bytes[(end - 1)...].starts(with: quote) else { return nil }
    let node = DocumentNode(.string(member.name), in: object.source, start: member.start, end: end)
    self.init(replacing: node, with: "\"\(JSONString(name).raw)\"")
  }

  /// The bytes of a document after all these edits; they must not overlap.
  public static func apply(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound })
    where edit.range.upperBound <= bytes.count {
      bytes.replaceSubrange(edit.range, with: Array(edit.after.utf8))
    }
    return bytes
  }
}
