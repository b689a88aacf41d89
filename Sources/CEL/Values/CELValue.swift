/// A value of the Common Expression Language.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#values>
public enum CELValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([CELValue])
  case map(CELMap)
  case timestamp(CELTimestamp)
  case duration(CELDuration)
  case type(CELType)
  /// A value that may be absent, of the optionals library.
  indirect case optional(CELValue?)
  /// A value of a library's own type, such as an IP address.
  case opaque(any CELOpaque)
}

/// A value of a type that a library brings along.
public protocol CELOpaque: Sendable {
  /// The type, such as `net.IP`.
  var celType: CELType { get }

  /// Whether two values are equal, of which the other may have any type.
  func isEqual(to other: any CELOpaque) -> Bool

  /// What `string()` makes of it; `nil` where that is no conversion.
  var celText: String? { get }
}

/// The type of a value, as `type()` gives it.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#types>
public struct CELType: Sendable, Hashable, CustomStringConvertible {
  /// The name, such as `int` or `google.protobuf.Timestamp`.
  public let name: String

  public init(_ name: String) {
    self.name = name
  }

  public var description: String { name }

  static let null = CELType("null_type")
  static let bool = CELType("bool")
  static let int = CELType("int")
  static let uint = CELType("uint")
  static let double = CELType("double")
  static let string = CELType("string")
  static let bytes = CELType("bytes")
  static let list = CELType("list")
  static let map = CELType("map")
  static let timestamp = CELType("google.protobuf.Timestamp")
  static let duration = CELType("google.protobuf.Duration")
  static let type = CELType("type")
  static let optional = CELType("optional_type")

  /// The types that have a name in every environment.
  static let standard: [CELType] = [
    null, bool, int, uint, double, string, bytes, list, map, timestamp, duration, type,
  ]
}

extension CELValue {
  /// The type of the value.
  public var type: CELType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .list: .list
    case .map: .map
    case .timestamp: .timestamp
    case .duration: .duration
    case .type: .type
    case .optional: .optional
    case .opaque(let value): value.celType
    }
  }
}
