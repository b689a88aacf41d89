import Inspection
import JOSE

/// A value of a JSON or YAML document that knows where it stands.
public struct DocumentNode: Sendable {
  public indirect enum Value: Sendable {
    case null
    case bool(Bool)
    /// The number as it was written.
    case number(String)
    case string(String)
    case array([DocumentNode])
    case object([Member])
  }

  /// A name with its value.
  public struct Member: Sendable {
    public let name: String
    /// The offset of the name.
    let start: Int
    public let value: DocumentNode
  }

  public let value: Value
  let source: SourceText
  /// The offset of the first byte.
  let start: Int
  /// The offset behind the last byte; nil when it is not known, and then the value cannot be replaced.
  let end: Int?

  init(_ value: Value, in source: SourceText, start: Int, end: Int?) {
    self.value = value
    self.source = source
    self.start = start
    self.end = end
  }

  public var location: DocumentLocation { source.location(at: start) }

  /// The text of a string, else nil.
  public var string: String? {
    if case .string(let text) = value { text } else { nil }
  }

  /// The elements of an array, else nil.
  public var array: [DocumentNode]? {
    if case .array(let elements) = value { elements } else { nil }
  }

  /// The members of an object, in their order, else nil.
  public var object: [Member]? {
    if case .object(let members) = value { members } else { nil }
  }

  public var bool: Bool? {
    if case .bool(let value) = value { value } else { nil }
  }

  public var isNull: Bool {
    if case .null = value { true } else { false }
  }

  /// The member with this name, byte for byte.
  public subscript(name: String) -> DocumentNode? { member(name)?.value }

  func member(_ name: String) -> Member? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.name.hasSameBytes(as: name) }
  }

  /// The place of a member's name.
  func location(of member: Member) -> DocumentLocation { source.location(at: member.start) }

  /// What kind of value this is, in words.
  public var kindName: String {
    switch value {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The value as a token would carry it.
  public var json: JSON {
    switch value {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .number(let text): JSONNumber(text: text).map { .number($0) } ?? JSON(text)
    case .string(let text): JSON(text)
    case .array(let elements): .array(elements.map(\.json))
    case .object(let members):
      .object(JSONObject(members: members.map { .init(name: JSONString($0.name), value: $0.value.json) }))
    }
  }
}

// MARK: Reading what ought to be there

extension DocumentNode {
  /// A mistake in this value.
  func error(_ problem: String, remedy: String? = nil) -> DocumentError {
    DocumentError(problem, remedy: remedy, at: location)
  }

  /// The text of a string.
  ///
  /// - Parameter name: what a person would call the value, such as `issuer`.
  func text(_ name: String) throws(DocumentError) -> String {
    guard let string else {
      throw error("\(name) must be a string, but is \(kindName)", remedy: "Write it in double quotes.")
    }
    return string
  }

  /// The text of a string, a number or a boolean, as it was written.
  func scalarText(_ name: String) throws(DocumentError) -> String {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let bool): bool ? "true" : "false"
    default: throw error("\(name) must be a string, but is \(kindName)", remedy: "Write it in double quotes.")
    }
  }

  func boolean(_ name: String) throws(DocumentError) -> Bool {
    guard let bool else { throw error("\(name) must be true or false, but is \(kindName)") }
    return bool
  }

  /// The elements of a list.
  func elements(_ name: String) throws(DocumentError) -> [DocumentNode] {
    guard let array else {
      throw error("\(name) must be a list, but is \(kindName)", remedy: "Write it in square brackets.")
    }
    return array
  }

  /// The elements of a list, or the one value that stands in its place.
  var elementsOrSelf: [DocumentNode] { array ?? [self] }

  /// The members of an object.
  ///
  /// - Parameter known: the names that there are; nil when any will do.
  func members(_ name: String, among known: [String]? = nil) throws(DocumentError) -> [Member] {
    guard let object else {
      throw error("\(name) must be an object, but is \(kindName)", remedy: "Write it in curly brackets.")
    }
    if let known {
      for member in object where !known.contains(where: { $0.hasSameBytes(as: member.name) }) {
        throw DocumentError(
          "\(name) has no member “\(member.name)”", remedy: Spelling.suggestion(for: member.name, among: known),
          at: location(of: member))
      }
    }
    return object
  }

  /// The member with this name, unless it is missing or null.
  func present(_ name: String) -> DocumentNode? {
    guard let node = self[name], !node.isNull else { return nil }
    return node
  }

  /// The member that must be there.
  func required(_ name: String, of what: String) throws(DocumentError) -> DocumentNode {
    guard let node = present(name) else {
      throw error("\(what) has no “\(name)”", remedy: "Add “\(name)”.")
    }
    return node
  }
}
