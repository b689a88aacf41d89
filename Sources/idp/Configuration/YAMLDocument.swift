import Inspection
import JOSE
import TrustPolicy
import Yams

/// A YAML text as a tree in which everything knows its line and column.
struct YAMLDocument {
  /// The value of the document; nil when there is nothing but white space and comments.
  let root: Node?

  /// - Throws: ``Failure`` with the place of the first mistake.
  init(_ bytes: [UInt8], file: String) throws(Failure) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Self.failure("it is not UTF-8", "Save it as UTF-8.", file, line: 1, column: 1)
    }
    do {
      let document = try Yams.compose(yaml: text, .basic)
      root = document.flatMap { YAMLValue.meaning(of: $0) == .null ? nil : $0 }
    } catch let error as YamlError {
      throw Self.failure(error, file: file, text: text)
    } catch {
      throw Self.failure("it cannot be read: \(error)", nil, file, line: 1, column: 1)
    }
  }

  /// A mistake in a file, with its place.
  static func failure(_ problem: String, _ remedy: String?, _ file: String, line: Int, column: Int) -> Failure {
    Failure(
      "configuration", "\(file):\(line):\(column): \(problem)\(problem.hasSuffix(".") ? "" : ".")", hint: remedy,
      location: DocumentLocation(file: file, line: line, column: column))
  }

  private static func failure(_ error: YamlError, file: String, text: String) -> Failure {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return failure(
        "this is no YAML: \(problem)", "Check the indentation, the colons and the quotes here.", file,
        line: mark.line, column: mark.column)
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let line = before.count { $0.isNewline } + 1
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      return failure("this is no YAML: \(problem)", "Take the character out.", file, line: line, column: column)
    case .duplicatedKeysInMapping(let names, let context):
      let name = names.sorted().first ?? ""
      let (line, column) = secondPlace(of: name, from: context.mark, in: text)
      return failure("“\(name)” is here a second time", "Take one of them out.", file, line: line, column: column)
    default: return failure("it cannot be read: \(error)", nil, file, line: 1, column: 1)
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
}

/// A value of the configuration with its name and place, read as what it ought to be.
struct YAMLValue {
  let node: Node
  let file: String
  /// What a person would call it, such as `issuer.lifetime`.
  let name: String

  init(_ node: Node, file: String, name: String) {
    self.node = node
    self.file = file
    self.name = name
  }

  /// A name with its value.
  struct Member {
    let name: String
    let mark: Mark?
    let value: YAMLValue
  }

  var isMapping: Bool { node.mapping != nil }
  var isSequence: Bool { node.sequence != nil }

  /// The members of a mapping, in their order.
  ///
  /// - Parameter known: the names that there are; nil when any will do.
  func members(among known: [String]?) throws(Failure) -> [Member] {
    guard let mapping = node.mapping else { throw wrongKind("a mapping of names to values") }
    var members: [Member] = []
    for (key, value) in mapping {
      guard let scalar = key.scalar else {
        throw failure("a name must be text", nil, at: key.mark)
      }
      let written = scalar.string
      if let known, !known.contains(written) {
        throw failure(
          "there is no setting “\(written)”\(isRoot ? "" : " in \(name)")",
          Spelling.suggestion(for: written, among: known), at: key.mark)
      }
      let path = isRoot ? written : "\(name).\(written)"
      members.append(Member(name: written, mark: key.mark, value: YAMLValue(value, file: file, name: path)))
    }
    return members
  }

  /// The elements of a list.
  func elements() throws(Failure) -> [YAMLValue] {
    guard let sequence = node.sequence else { throw wrongKind("a list") }
    return sequence.enumerated().map { YAMLValue($1, file: file, name: "\(name)[\($0)]") }
  }

  /// The text of a string.
  func text() throws(Failure) -> String {
    guard let scalar = node.scalar, meaning == .text else {
      let isScalar = node.scalar != nil && meaning != .null
      throw wrongKind("text", isScalar ? "Put it in quotes if it is meant as text." : nil)
    }
    return scalar.string
  }

  /// The text of a string, a number or a boolean, as it was written.
  func scalar() throws(Failure) -> String {
    guard let scalar = node.scalar, meaning != .null else { throw wrongKind("text") }
    return scalar.string
  }

  func boolean() throws(Failure) -> Bool {
    guard case .bool(let value) = meaning else { throw wrongKind("true or false") }
    return value
  }

  /// One of some words.
  func choice(_ words: [String]) throws(Failure) -> String {
    let written = try scalar()
    guard words.contains(written) else {
      throw failure("“\(written)” is no value of \(name)", Spelling.suggestion(for: written, among: words))
    }
    return written
  }

  /// Any value, as a token carries it.
  func json() throws(Failure) -> JSON {
    switch node {
    case .mapping:
      var object = JSONObject()
      for member in try members(among: nil) {
        object.members.append(.init(name: JSONString(member.name), value: try member.value.json()))
      }
      return .object(object)
    case .sequence: return .array(try elements().map { (element) throws(Failure) in try element.json() })
    default: return try scalarJSON()
    }
  }

  private func scalarJSON() throws(Failure) -> JSON {
    switch meaning {
    case .null, nil: return .null
    case .bool(let value): return .bool(value)
    case .text: return JSON(try scalar())
    case .integer, .decimal:
      let written = try scalar()
      guard let number = JSONNumber(text: written) else {
        throw failure(
          "“\(written)” is no number that JSON can hold", "Write it in decimal, or in quotes if it is meant as text.")
      }
      return .number(number)
    }
  }

  /// A mistake in this value.
  func failure(_ problem: String, _ remedy: String? = nil, at mark: Mark? = nil) -> Failure {
    let mark = mark ?? node.mark
    return YAMLDocument.failure(problem, remedy, file, line: mark?.line ?? 1, column: mark?.column ?? 1)
  }

  /// What a scalar means; nil for mappings and lists.
  static func meaning(of node: Node) -> PlainScalar? {
    node.scalar.map { PlainScalar($0, tag: Tag.Name(rawValue: node.tag.rawValue)) }
  }

  private var meaning: PlainScalar? { Self.meaning(of: node) }

  private var isRoot: Bool { name == "the configuration" }

  private func wrongKind(_ expected: String, _ remedy: String? = nil) -> Failure {
    failure("\(name) must be \(expected), but is \(kind)", remedy)
  }

  private var kind: String {
    switch node {
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    default: break
    }
    return switch meaning {
    case .null: "empty"
    case .bool: "a boolean (YAML takes yes, no, on and off as such)"
    case .integer, .decimal: "a number"
    case .text: "text"
    case nil: "something else"
    }
  }
}
