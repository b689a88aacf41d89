// Fields of maps, elements of lists, and what optional values make of them.
// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#field-selection>

extension CELValue {
  /// `value.field`, or `value.?field`. From an optional value comes an optional value.
  func selecting(_ field: String, isOptional: Bool) throws(CELFailure) -> CELValue {
    switch self {
    case .map(let map):
      let value = map[field]
      if isOptional { return .optional(value) }
      guard let value else { throw Self.noSuchField(field, in: map) }
      return value
    case .optional(let content):
      guard let content else { return .optional(nil) }
      let value = try content.selecting(field, isOptional: true)
      return value
    default:
      throw CELFailure(.noSuchOverload, "A value of type \(type) has no field “\(field)”.")
    }
  }

  /// `has(value.field)`
  func has(_ field: String) throws(CELFailure) -> Bool {
    switch self {
    case .map(let map): return map[field] != nil
    case .optional(let content): return try content?.has(field) ?? false
    default: throw CELFailure(.noSuchOverload, "A value of type \(type) has no field “\(field)”.")
    }
  }

  /// `value[index]`, or `value[?index]`
  func indexed(by index: CELValue, isOptional: Bool) throws(CELFailure) -> CELValue {
    switch self {
    case .list(let list):
      let place = try index.place
      let value = list.indices.contains(place) ? list[place] : nil
      if isOptional { return .optional(value) }
      guard let value else {
        throw CELFailure(.indexOutOfRange, "The list has no element \(place): it has \(list.count).")
      }
      return value
    case .map(let map):
      let value = map[index]
      if isOptional { return .optional(value) }
      guard let value else { throw Self.noSuchField(index.keyText, in: map) }
      return value
    case .optional(let content):
      guard let content else { return .optional(nil) }
      return try content.indexed(by: index, isOptional: true)
    default:
      throw CELFailure(.noSuchOverload, "A value of type \(type) has no elements.")
    }
  }

  /// The place in a list that a value stands for: any number, if it is whole.
  private var place: Int {
    get throws(CELFailure) {
      let place: Int? =
        switch self {
        case .int(let value): Int(exactly: value)
        case .uint(let value): Int(exactly: min(value, UInt64(Int.max)))
        case .double(let value): Int(exactly: value)
        default: nil
        }
      guard let place else {
        throw CELFailure(
          .invalidArgument, "An element of a list has an int for its index, not a value of type \(type).")
      }
      return place
    }
  }

  private var keyText: String {
    switch self {
    case .string(let value): value
    case .int(let value): String(value)
    case .uint(let value): String(value)
    case .double(let value): String(value)
    case .bool(let value): String(value)
    default: "a value of type \(type)"
    }
  }

  private static func noSuchField(_ name: String, in map: CELMap) -> CELFailure {
    let known = map.entries.prefix(20).map(\.key.keyText).joined(separator: ", ")
    let list = map.isEmpty ? "it is empty" : "it has \(known)\(map.count > 20 ? ", …" : "")"
    return CELFailure(.noSuchField(name), "The map has no key “\(name)”: \(list).")
  }
}

extension CELMap {
  /// Adds an entry whose key is not there yet.
  mutating func insertNew(_ value: CELValue, for key: CELValue) throws(CELFailure) {
    if self[key] != nil {
      throw CELFailure(.invalidArgument, "The map has the same key twice.")
    }
    guard insert(value, for: key) != nil else {
      throw CELFailure(
        .typeMismatch, "A key of a map is a bool, an int, a uint or a text, not a value of type \(key.type).")
    }
  }
}
