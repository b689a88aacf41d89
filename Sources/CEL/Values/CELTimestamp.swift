/// A point in time from the year 1 to the year 9999: `google.protobuf.Timestamp`.
public struct CELTimestamp: Sendable, Hashable, Comparable {
  /// Since 1970-01-01T00:00:00Z.
  public let seconds: Int64

  /// Behind the second: 0 to 999,999,999.
  public let nanoseconds: Int64

  /// `nil` where that is out of range.
  public init?(seconds: Int64, nanoseconds: Int64 = 0) {
    guard (-62_135_596_800...253_402_300_799).contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
      return nil
    }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  public static func < (left: CELTimestamp, right: CELTimestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// The time so much later; `nil` where that is out of range.
  func adding(_ duration: CELDuration) -> CELTimestamp? {
    let total = total + Int128(duration.nanoseconds)
    let (quotient, remainder) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
    let isBefore = remainder < 0
    return CELTimestamp(
      seconds: Int64(isBefore ? quotient - 1 : quotient),
      nanoseconds: Int64(isBefore ? remainder + 1_000_000_000 : remainder))
  }

  /// The time from another one to this; `nil` where that is out of range.
  func duration(since other: CELTimestamp) -> CELDuration? {
    Int64(exactly: total - other.total).map { CELDuration(nanoseconds: $0) }
  }

  private var total: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) }
}

// MARK: - The calendar

extension CELTimestamp {
  /// A date and a time of day, in a time zone that is so many seconds ahead of UTC.
  struct Fields {
    var year: Int64
    /// 1 to 12.
    var month: Int64
    /// 1 to 31.
    var day: Int64
    /// 0 to 365.
    var dayOfYear: Int64
    /// 0 is Sunday.
    var weekday: Int64
    var secondOfDay: Int64
  }

  func fields(secondsAheadOfUTC offset: Int64 = 0) -> Fields {
    let local = seconds + offset
    let secondOfDay = ((local % 86_400) + 86_400) % 86_400
    let days = (local - secondOfDay) / 86_400
    // Years that begin in March: the leap day is the last of its year. 400 years have 146,097 days.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayFromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayFromMarch + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return Fields(
      year: year, month: month, day: dayFromMarch - (153 * monthFromMarch + 2) / 5 + 1,
      dayOfYear: days - Self.days(year: year, month: 1, day: 1), weekday: ((days + 4) % 7 + 7) % 7,
      secondOfDay: secondOfDay)
  }

  /// The days from 1970-01-01 to a date.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayFromMarch = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayFromMarch - 719_468
  }

  static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

// MARK: - As a text

extension CELTimestamp: CustomStringConvertible {
  /// As `string()` gives it: RFC 3339, in UTC.
  public var description: String {
    let fields = fields()
    func padded(_ number: Int64, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    let date = "\(padded(fields.year, 4))-\(padded(fields.month))-\(padded(fields.day))"
    let (hour, rest) = fields.secondOfDay.quotientAndRemainder(dividingBy: 3_600)
    let time = "\(padded(hour)):\(padded(rest / 60)):\(padded(rest % 60))"
    return "\(date)T\(time)\(Self.fraction(nanoseconds))Z"
  }

  /// `.5` for half a second; nothing for none.
  static func fraction(_ nanoseconds: Int64) -> String {
    guard nanoseconds > 0 else { return "" }
    var digits = Array(String(nanoseconds + 1_000_000_000).utf8.dropFirst())
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return "." + String(decoding: digits, as: UTF8.self)
  }

  /// Reads a time of RFC 3339, as strictly as Go does; `nil` when it is something else, or out of range.
  init?(parsing text: String) {
    var rest = Array(text.utf8)[...]
    func number(_ width: Int, _ range: ClosedRange<Int64>, then separators: String = "") -> Int64? {
      let digits = rest.prefix(width)
      guard digits.count == width, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      rest = rest.dropFirst(width)
      if !separators.isEmpty {
        guard let next = rest.popFirst(), separators.utf8.contains(next) else { return nil }
      }
      let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
      return range.contains(value) ? value : nil
    }
    guard let year = number(4, 0...9999, then: "-"), let month = number(2, 1...12, then: "-"),
      let day = number(2, 1...31, then: "T"), day <= Self.daysInMonth(month, of: year),
      let hour = number(2, 0...23, then: ":"), let minute = number(2, 0...59, then: ":"),
      let second = number(2, 0...59)
    else { return nil }
    var nanoseconds: Int64 = 0
    if let point = rest.first, ".,".utf8.contains(point) {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      if digits.isEmpty { return nil }
      rest = rest.dropFirst(1 + digits.count)
      for index in 0..<9 {
        let place = digits.startIndex + index
        nanoseconds = nanoseconds * 10 + (place < digits.endIndex ? Int64(digits[place] - 0x30) : 0)
      }
    }
    var offset: Int64 = 0
    switch rest.popFirst() {
    case UInt8(ascii: "Z"): break
    case let sign? where "+-".utf8.contains(sign):
      guard let hours = number(2, 0...24, then: ":"), let minutes = number(2, 0...59) else { return nil }
      offset = (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    guard rest.isEmpty else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    self.init(
      seconds: days * 86_400 + hour * 3_600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
  }
}
