/// A JSON value that remembers how it was written.
///
/// Member order, duplicate members, the text of numbers and the escapes of strings are kept, so that a token is shown as
/// its issuer wrote it and not as a library would have written it.
public enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(JSONString)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  /// Reads one JSON text (RFC 8259), all of it.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 without a byte order mark.
  ///   - limits: how large and how deep the text may be.
  /// - Throws: ``JSONError`` with the offset of the first byte that is wrong.
  public init(parsing bytes: some Collection<UInt8>, limits: JSONLimits = .standard) throws(JSONError) {
    let read = bytes.withContiguousStorageIfAvailable { JSONParser.parse($0, limits: limits) }
    let result = read ?? ContiguousArray(bytes).withUnsafeBufferPointer { JSONParser.parse($0, limits: limits) }
    self = try result.get()
  }

  /// Reads one JSON text (RFC 8259), all of it.
  ///
  /// - Throws: ``JSONError`` with the offset, in UTF-8 bytes, of the first byte that is wrong.
  public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: text.utf8, limits: limits)
  }

  /// The decoded text of a string, else nil.
  public var stringValue: String? {
    if case .string(let string) = self { string.value } else { nil }
  }

  /// The object, else nil.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The elements of an array, else nil.
  public var arrayValue: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The boolean, else nil.
  public var boolValue: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  /// The number as an integer when it is exactly one that 64 bits hold (`3`, `3.0` and `3e0` are), else nil.
  public var integerValue: Int64? {
    if case .number(let number) = self { number.integer } else { nil }
  }

  /// The nearest double of a number, nil when it is no number or none is finite.
  public var doubleValue: Double? {
    if case .number(let number) = self { number.double } else { nil }
  }

  /// What kind of value this is, in words: `a string`, `an object`.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The member of an object; the last one of duplicates, nil when there is none or this is no object.
  public subscript(key: String) -> JSON? { objectValue?[key] }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(JSONString(value)) }
  public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
  public init(nilLiteral: ()) { self = .null }

  /// A string value.
  public init(_ value: String) { self = .string(JSONString(value)) }
  /// An integer value.
  public init(_ value: Int64) { self = .number(JSONNumber(value)) }
}
