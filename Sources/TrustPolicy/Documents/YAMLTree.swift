import Inspection
import JOSE
import Yams

/// A YAML text as trees in which everything knows its place.
enum YAMLTree {
  /// YAML's reader is slow, and no document in YAML is as large as a state file.
  static let mostBytes = 4 << 20
  /// Aliases can make much out of little.
  static let mostValues = 500_000

  /// The documents of a text, in their order, without empty ones.
  static func read(_ source: SourceText) throws(DocumentError) -> [DocumentNode] {
    guard source.bytes.count <= mostBytes else {
      throw DocumentError(
        "more than \(mostBytes) bytes of YAML", remedy: "Take the part out that is about the trust policy.",
        at: source.location(at: mostBytes))
    }
    guard let text = String(validating: source.bytes, as: UTF8.self) else {
      throw DocumentError("it is not UTF-8", remedy: "Save it as UTF-8.", at: source.location(at: 0))
    }
    var reader = Reader(source: source)
    do {
      var trees = try Yams.compose_all(yaml: text, .basic)
      var nodes: [DocumentNode] = []
      while let tree = trees.next() {
        let node = try reader.node(tree)
        if !node.isNull { nodes.append(node) }
      }
      if let error = trees.error { throw error }
      return nodes
    } catch let error as DocumentError {
      throw error
    } catch let error as YamlError {
      throw problem(error, source, text)
    } catch {
      throw DocumentError("it cannot be read: \(error)", at: source.location(at: 0))
    }
  }

  private static func problem(_ error: YamlError, _ source: SourceText, _ text: String) -> DocumentError {
    func location(_ line: Int, _ column: Int) -> DocumentLocation {
      DocumentLocation(file: source.file, line: max(line, 1), column: max(column, 1))
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return DocumentError(
        "this is no YAML: \(problem)", remedy: "Check the indentation, the colons and the quotes here.",
        at: location(mark.line, mark.column))
    case .reader(let problem, let offset, _, _):
      let bytes = text.prefix(offset ?? 0).utf8.count
      return DocumentError(
        "this is no YAML: \(problem)", remedy: "Take the character out.", at: source.location(at: bytes))
    case .duplicatedKeysInMapping(let names, let context):
      let name = names.sorted().first ?? ""
      let place = secondPlace(of: name, from: context.mark, in: text)
      return DocumentError(
        "“\(name)” is here a second time", remedy: "Take one of them out.", at: location(place.line, place.column))
    default: return DocumentError("it cannot be read: \(error)", at: source.location(at: 0))
    }
  }

  /// Where a name begins a line for the second time; the reader tells only where the mapping begins.
  private static func secondPlace(of name: String, from mark: Mark, in text: String) -> (line: Int, column: Int) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var seen = 0
    for index in lines.indices.dropFirst(mark.line - 1) {
      let trimmed = lines[index].drop { $0 == " " || $0 == "-" }
      let key = trimmed.drop { $0 == "\"" || $0 == "'" }
      guard key.hasPrefix(name), key.dropFirst(name.count).drop(while: { "\"' ".contains($0) }).first == ":" else {
        continue
      }
      let column = lines[index].count - trimmed.count + 1
      guard column == mark.column else { continue }
      seen += 1
      if seen == 2 { return (index + 1, column) }
    }
    return (mark.line, mark.column)
  }

  private struct Reader {
    let source: SourceText
    var count = 0

    mutating func node(_ tree: Node) throws(DocumentError) -> DocumentNode {
      let start = source.offset(line: tree.mark?.line ?? 1, column: tree.mark?.column ?? 1)
      count += 1
      guard count <= YAMLTree.mostValues else {
        throw DocumentError(
          "more than \(YAMLTree.mostValues) values", remedy: "Aliases that hold aliases multiply; write them out.",
          at: source.location(at: start))
      }
      switch tree {
      case .scalar(let scalar):
        let meaning = PlainScalar(scalar, tag: Tag.Name(rawValue: tree.tag.rawValue))
        return DocumentNode(
          value(scalar.string, meaning), in: source, start: start, end: end(of: scalar, from: start))
      case .sequence(let sequence):
        var elements: [DocumentNode] = []
        for element in sequence { elements.append(try node(element)) }
        return DocumentNode(.array(elements), in: source, start: start, end: nil)
      case .mapping(let mapping):
        var members: [DocumentNode.Member] = []
        for (key, value) in mapping {
          let place = source.offset(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
          guard let name = key.scalar?.string else {
            throw DocumentError("a name must be text", at: source.location(at: place))
          }
          members.append(.init(name: name, start: place, value: try node(value)))
        }
        return DocumentNode(.object(members), in: source, start: start, end: nil)
      case .alias:
        throw DocumentError("an alias that nothing stands for", at: source.location(at: start))
      }
    }

    private func value(_ text: String, _ meaning: PlainScalar) -> DocumentNode.Value {
      switch meaning {
      case .null: .null
      case .bool(let bool): .bool(bool)
      case .integer, .decimal: JSONNumber(text: text).map { .number($0.text) } ?? .string(text)
      case .text: .string(text)
      }
    }

    /// Where a scalar ends that stands on one line; nil for all others.
    private func end(of scalar: Node.Scalar, from start: Int) -> Int? {
      let bytes = source.bytes
      guard start < bytes.count else { return nil }
      switch scalar.style {
      case .plain:
        let end = start + scalar.string.utf8.count
        guard end <= bytes.count, bytes[start..<end].elementsEqual(scalar.string.utf8) else { return nil }
        return end > start ? end : nil
      case .singleQuoted, .doubleQuoted:
        let quote = scalar.style == .singleQuoted ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        guard bytes[start] == quote else { return nil }
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
          if quote == UInt8(ascii: "\""), bytes[position] == UInt8(ascii: "\\") {
            position += 2
          } else if bytes[position] == quote {
            guard quote == UInt8(ascii: "'"), position + 1 < bytes.count, bytes[position + 1] == quote else {
              return position + 1
            }
            position += 2
          } else {
            position += 1
          }
        }
        return nil
      default: return nil
      }
    }
  }
}
