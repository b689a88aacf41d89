/// Names and values of a form or of a query, in their order (application/x-www-form-urlencoded, WHATWG URL §5).
struct FormData: Sendable, Equatable {
  private let fields: [(name: String, value: String)]

  static func == (left: FormData, right: FormData) -> Bool {
    left.fields.elementsEqual(right.fields) { $0 == $1 }
  }

  /// - Returns: nil for what is no form: a percent sign without its two digits, or bytes that are no UTF-8.
  init?(_ bytes: some Collection<UInt8>) {
    var fields: [(String, String)] = []
    for part in bytes.split(separator: UInt8(ascii: "&")) {
      let name = part.prefix { $0 != UInt8(ascii: "=") }
      let value = part.dropFirst(name.count + 1)
      guard let name = Self.decoded(name), let value = Self.decoded(value) else { return nil }
      fields.append((name, value))
    }
    self.fields = fields
  }

  /// All values of a name.
  func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// The one value of a name, nil when there is none or an empty one (RFC 6749 §3.2 takes them for the same).
  ///
  /// - Throws: ``DuplicateField`` when it is there more than once.
  func value(_ name: String) throws(DuplicateField) -> String? {
    let values = values(name)
    guard values.count < 2 else { throw DuplicateField(name: name) }
    return values.first.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func decoded(_ bytes: some Collection<UInt8>) -> String? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
        result.append(high << 4 | low)
      default: result.append(byte)
      }
    }
    return String(validating: result, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

/// A parameter that may be there once, and is there more often (RFC 6749 §3.2).
struct DuplicateField: Error, Equatable {
  let name: String
}
