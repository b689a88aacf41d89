/// Conversions between types.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#type-conversions>
enum Conversions {
  static let functions: [CELFunction] = [
    .global("bool", 1) { arguments, _ throws(CELFailure) in try bool(arguments[0]) },
    .global("int", 1) { arguments, _ throws(CELFailure) in try int(arguments[0]) },
    .global("uint", 1) { arguments, _ throws(CELFailure) in try uint(arguments[0]) },
    .global("double", 1) { arguments, _ throws(CELFailure) in try double(arguments[0]) },
    .global("string", 1) { arguments, budget throws(CELFailure) in
      if case .bytes(let bytes) = arguments[0] { try budget.spend(bytes: bytes.count) }
      return try string(arguments[0]).map { .string($0) }
    },
    .global("bytes", 1) { arguments, budget throws(CELFailure) in
      switch arguments[0] {
      case .bytes: return arguments[0]
      case .string(let text):
        try budget.spend(bytes: text.utf8.count)
        return .bytes(Array(text.utf8))
      default: return nil
      }
    },
    .global("timestamp", 1) { arguments, _ throws(CELFailure) in try timestamp(arguments[0]) },
    .global("duration", 1) { arguments, _ throws(CELFailure) in try duration(arguments[0]) },
  ]

  private static func failure(_ kind: CELError.Kind, _ text: String, _ type: CELType) -> CELFailure {
    CELFailure(kind, "\(CELText.quoted(text)) is no \(type).")
  }

  private static func outOfRange(_ value: some CustomStringConvertible, _ type: CELType) -> CELFailure {
    CELFailure(.overflow, "\(value) is out of the range of \(type).")
  }

  private static func bool(_ value: CELValue) throws(CELFailure) -> CELValue? {
    switch value {
    case .bool: return value
    case .string(let text):
      switch text {
      case "1", "t", "T", "true", "TRUE", "True": return .bool(true)
      case "0", "f", "F", "false", "FALSE", "False": return .bool(false)
      default: throw failure(.invalidArgument, text, .bool)
      }
    default: return nil
    }
  }

  private static func int(_ value: CELValue) throws(CELFailure) -> CELValue? {
    switch value {
    case .int: return value
    case .uint(let number):
      guard let result = Int64(exactly: number) else { throw outOfRange(number, .int) }
      return .int(result)
    case .double(let number):
      // The limits themselves are left out, as the numbers next to them cannot be told from them.
      guard number > -0x1p63, number < 0x1p63 else { throw outOfRange(number, .int) }
      return .int(Int64(number))
    case .string(let text):
      guard let result = Int64(text) else { throw failure(.invalidArgument, text, .int) }
      return .int(result)
    case .timestamp(let time): return .int(time.seconds)
    default: return nil
    }
  }

  private static func uint(_ value: CELValue) throws(CELFailure) -> CELValue? {
    switch value {
    case .uint: return value
    case .int(let number):
      guard let result = UInt64(exactly: number) else { throw outOfRange(number, .uint) }
      return .uint(result)
    case .double(let number):
      guard number >= 0, number < 0x1p64 else { throw outOfRange(number, .uint) }
      return .uint(UInt64(number))
    case .string(let text):
      guard !text.hasPrefix("+"), let result = UInt64(text) else { throw failure(.invalidArgument, text, .uint) }
      return .uint(result)
    default: return nil
    }
  }

  private static func double(_ value: CELValue) throws(CELFailure) -> CELValue? {
    switch value {
    case .double: return value
    case .int(let number): return .double(Double(number))
    case .uint(let number): return .double(Double(number))
    case .string(let text):
      guard let result = Double(text) else { throw failure(.invalidArgument, text, .double) }
      return .double(result)
    default: return nil
    }
  }

  static func string(_ value: CELValue) throws(CELFailure) -> String? {
    switch value {
    case .string(let text): return text
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .uint(let number): return String(number)
    case .double(let number): return DoubleText.shortest(number)
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw CELFailure(.invalidArgument, "The bytes are no text: they are no UTF-8.")
      }
      return text
    case .timestamp(let time): return time.description
    case .duration(let duration): return duration.description
    case .opaque(let value): return value.celText
    default: return nil
    }
  }

  private static func timestamp(_ value: CELValue) throws(CELFailure) -> CELValue? {
    switch value {
    case .timestamp: return value
    case .int(let seconds):
      guard let time = CELTimestamp(seconds: seconds) else { throw outOfRange(seconds, .timestamp) }
      return .timestamp(time)
    case .string(let text):
      guard let time = CELTimestamp(parsing: text) else {
        throw CELFailure(
          .invalidArgument,
          "\(CELText.quoted(text)) is no time of RFC 3339 from the year 1 to 9999, such as 2026-01-31T12:00:00Z.")
      }
      return .timestamp(time)
    default: return nil
    }
  }

  private static func duration(_ value: CELValue) throws(CELFailure) -> CELValue? {
    switch value {
    case .duration: return value
    case .string(let text):
      guard let duration = CELDuration(parsing: text) else {
        throw CELFailure(
          .invalidArgument, "\(CELText.quoted(text)) is no duration of up to 292 years, such as 1h30m or 90s.")
      }
      return .duration(duration)
    default: return nil
    }
  }
}
