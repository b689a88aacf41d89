/// A length of time: `google.protobuf.Duration`, in the range of Go's `time.Duration`, about 292 years either way.
public struct CELDuration: Sendable, Hashable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// `nil` where that is out of range.
  public init?(seconds: Int64) {
    let (nanoseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflows { return nil }
    self.init(nanoseconds: nanoseconds)
  }

  /// Reads `1h30m`, `-1.5s` or `0`, as Go does; `nil` when it is something else, or out of range.
  init?(parsing text: String) {
    var rest = Array(text.utf8)[...]
    var isNegative = false
    if let sign = rest.first, "+-".utf8.contains(sign) {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    if rest.elementsEqual("0".utf8) {
      self.init(nanoseconds: 0)
      return
    }
    guard !rest.isEmpty else { return nil }
    var total: Int128 = 0
    while !rest.isEmpty {
      let whole = rest.prefix(while: Self.isDigit)
      rest = rest.dropFirst(whole.count)
      var fraction: ArraySlice<UInt8> = []
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = rest.prefix(while: Self.isDigit)
        rest = rest.dropFirst(fraction.count)
      }
      let name = rest.prefix { !Self.isDigit($0) && $0 != UInt8(ascii: ".") }
      rest = rest.dropFirst(name.count)
      guard whole.count + fraction.count > 0, whole.count <= 19, let unit = Self.unit(name) else { return nil }
      total += Self.number(whole) * unit
      // What lies beyond the nanosecond is cut off.
      let digits = fraction.prefix(18)
      let scale = (0..<digits.count).reduce(Int128(1)) { product, _ in product * 10 }
      total += Self.number(digits) * unit / scale
      if total > Int128(Int64.max) + 1 { return nil }
    }
    guard let nanoseconds = Int64(exactly: isNegative ? -total : total) else { return nil }
    self.init(nanoseconds: nanoseconds)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int128 {
    digits.reduce(0) { $0 * 10 + Int128($1 - UInt8(ascii: "0")) }
  }

  private static func unit(_ name: ArraySlice<UInt8>) -> Int128? {
    switch String(decoding: name, as: UTF8.self) {
    case "ns": 1
    // The micro sign, and the letter mu.
    case "us", "\u{B5}s", "\u{3BC}s": 1_000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    default: nil
    }
  }
}

extension CELDuration: CustomStringConvertible {
  /// As `string()` gives it: the seconds, with a fraction where there is one.
  public var description: String {
    let (seconds, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    return (nanoseconds < 0 ? "-" : "") + "\(seconds)\(CELTimestamp.fraction(Int64(rest)))s"
  }
}
