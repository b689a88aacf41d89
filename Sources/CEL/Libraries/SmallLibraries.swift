/// Optional values.
///
/// <https://github.com/google/cel-spec/wiki/proposal-246>
enum OptionalLibrary {
  static let functions: [CELFunction] = [
    .global("optional.of", 1) { arguments, _ in .optional(arguments[0]) },
    .global("optional.none", 0) { _, _ in .optional(nil) },
    .global("optional.ofNonZeroValue", 1) { arguments, _ in
      .optional(arguments[0].isZero ? nil : arguments[0])
    },
    .member("hasValue", 0) { arguments, _ in
      guard case .optional(let content) = arguments[0] else { return nil }
      return .bool(content != nil)
    },
    .member("value", 0) { arguments, _ throws(CELFailure) in
      guard case .optional(let content) = arguments[0] else { return nil }
      guard let content else { throw CELFailure(.invalidArgument, "The optional value is none: it has no value().") }
      return content
    },
    .member("or", 1) { arguments, _ in
      guard case .optional(let content) = arguments[0], case .optional = arguments[1] else { return nil }
      return content == nil ? arguments[1] : arguments[0]
    },
    .member("orValue", 1) { arguments, _ in
      guard case .optional(let content) = arguments[0] else { return nil }
      return content ?? arguments[1]
    },
  ]
}

extension CELValue {
  /// Whether it is what its type begins with: 0, an empty text, nothing.
  fileprivate var isZero: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .int(let value): value == 0
    case .uint(let value): value == 0
    case .double(let value): value == 0
    case .string(let value): value.isEmpty
    case .bytes(let value): value.isEmpty
    case .list(let value): value.isEmpty
    case .map(let value): value.isEmpty
    case .timestamp(let value): value.seconds == 0 && value.nanoseconds == 0
    case .duration(let value): value.nanoseconds == 0
    case .optional(let value): value == nil
    case .type, .opaque: false
    }
  }
}

/// Base64.
///
/// <https://github.com/google/cel-go/blob/master/ext/README.md#encoders>
enum EncoderLibrary {
  static let functions: [CELFunction] = [
    .global("base64.encode", 1) { arguments, budget throws(CELFailure) in
      guard case .bytes(let bytes) = arguments[0] else { return nil }
      try budget.spend(bytes: bytes.count * 2)
      return .string(encode(bytes))
    },
    .global("base64.decode", 1) { arguments, budget throws(CELFailure) in
      guard case .string(let text) = arguments[0] else { return nil }
      try budget.spend(bytes: text.utf8.count * 2)
      guard let bytes = decode(text) else {
        throw CELFailure(.invalidArgument, "\(CELText.quoted(text)) is not in base64.")
      }
      return .bytes(bytes)
    },
  ]

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for index in 0..<4 {
        let place = Int(bits >> UInt32(18 - 6 * index) & 0x3F)
        result.append(index <= group.count ? alphabet[place] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Takes padding, but does not need it.
  private static func decode(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    let length = digits.count
    while digits.last == UInt8(ascii: "="), length - digits.count < 2 { digits.removeLast() }
    guard digits.count == length || length.isMultiple(of: 4), digits.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    var bits: UInt32 = 0
    for (index, digit) in digits.enumerated() {
      guard let value = alphabet.firstIndex(of: digit) else { return nil }
      bits = bits << 6 | UInt32(value)
      // Every digit but the first of four completes a byte.
      let rest = UInt32(6 - 2 * (index % 4))
      if index % 4 != 0 { result.append(UInt8(truncatingIfNeeded: bits >> rest)) }
    }
    return result
  }
}

/// Lists taken as sets.
///
/// <https://github.com/google/cel-go/blob/master/ext/README.md#sets>
enum SetsLibrary {
  static let functions: [CELFunction] = [
    .global("sets.contains", 2) { arguments, budget throws(CELFailure) in
      guard case .list(let set) = arguments[0], case .list(let subset) = arguments[1] else { return nil }
      return .bool(try contains(set, subset, &budget))
    },
    .global("sets.equivalent", 2) { arguments, budget throws(CELFailure) in
      guard case .list(let left) = arguments[0], case .list(let right) = arguments[1] else { return nil }
      guard try contains(left, right, &budget) else { return .bool(false) }
      return .bool(try contains(right, left, &budget))
    },
    .global("sets.intersects", 2) { arguments, budget throws(CELFailure) in
      guard case .list(let left) = arguments[0], case .list(let right) = arguments[1] else { return nil }
      for element in left where try budget.contains(right, element) { return .bool(true) }
      return .bool(false)
    },
  ]

  private static func contains(
    _ set: [CELValue], _ subset: [CELValue], _ budget: inout Budget
  ) throws(CELFailure) -> Bool {
    for element in subset where try !budget.contains(set, element) { return false }
    return true
  }
}

/// Google Cloud's function on texts.
///
/// <https://cloud.google.com/iam/docs/conditions-attribute-reference#extract>
enum ExtractLibrary {
  static let functions: [CELFunction] = [
    .member("extract", 1) { arguments, budget throws(CELFailure) in
      guard case .string(let text) = arguments[0], case .string(let template) = arguments[1] else { return nil }
      try budget.spend(bytes: text.utf8.count + template.utf8.count)
      return .string(try extract(from: Array(text.utf8), Array(template.utf8)))
    }
  ]

  /// What a text has in the place of the name in braces: behind the first occurrence of what comes before the braces, up
  /// to the next of what comes after them. Nothing where one of the two does not occur.
  private static func extract(from text: [UInt8], _ template: [UInt8]) throws(CELFailure) -> String {
    guard let open = template.firstIndex(of: UInt8(ascii: "{")),
      let close = template[open...].firstIndex(of: UInt8(ascii: "}")),
      !template[(close + 1)...].contains(UInt8(ascii: "{"))
    else {
      throw CELFailure(
        .invalidArgument, "The template of extract() has one name in braces, such as \"repo:{name}:\".")
    }
    let prefix = Array(template[..<open])
    let suffix = Array(template[(close + 1)...])
    guard let found = TextSearch.firstIndex(of: prefix, in: text) else { return "" }
    let start = found + prefix.count
    let end = suffix.isEmpty ? text.count : TextSearch.firstIndex(of: suffix, in: text, from: start)
    return end.map { String(decoding: text[start..<$0], as: UTF8.self) } ?? ""
  }
}
