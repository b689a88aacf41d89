/// A moment in whole seconds since 1970-01-01T00:00:00Z (RFC 7519 calls it NumericDate).
///
/// Every 64-bit value can be shown: nothing that a token claims about time can trap or wrap around.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  public let seconds: Int64

  public init(_ seconds: Int64) { self.seconds = seconds }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

  /// The moment this many seconds later; the last or first one that 64 bits hold when it lies beyond.
  public func advanced(by seconds: Int64) -> Timestamp {
    let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
    return Timestamp(overflow ? (seconds > 0 ? .max : .min) : sum)
  }

  /// Seconds from here to another moment; the largest or smallest number of 64 bits when it lies beyond.
  public func distance(to other: Timestamp) -> Int64 {
    let (difference, overflow) = other.seconds.subtractingReportingOverflow(seconds)
    return overflow ? (other.seconds > seconds ? .max : .min) : difference
  }

  // MARK: Written

  /// `2026-11-23T13:00:48Z` (RFC 3339); of a year that has no four digits, on which side it lies.
  public func rfc3339() -> String {
    guard let civil = CivilTime(self) else { return outside }
    return "\(civil.date)T\(civil.clock)Z"
  }

  /// `2026-11-23 13:00:48Z`, or with an offset from UTC `2026-11-23 14:00:48+01:00`.
  ///
  /// - Parameter utcOffset: seconds east of UTC.
  public func display(utcOffset: Int = 0) -> String {
    guard CivilTime(self) != nil, let civil = CivilTime(advanced(by: Int64(utcOffset))) else { return outside }
    return "\(civil.date) \(civil.clock)\(Self.suffix(utcOffset))"
  }

  /// `13:00:48Z`, or the clock at an offset from UTC, `14:00:48`.
  ///
  /// - Parameter utcOffset: seconds east of UTC.
  public func clock(utcOffset: Int = 0) -> String {
    guard CivilTime(self) != nil, let civil = CivilTime(advanced(by: Int64(utcOffset))) else { return outside }
    return utcOffset == 0 ? civil.clock + "Z" : civil.clock
  }

  /// Whether the moment lies in a year from 0 to 9999, the ones that RFC 3339 can write.
  public var isInCalendar: Bool { CivilTime(self) != nil }

  private var outside: String {
    seconds < 0 ? "before 0000-01-01T00:00:00Z" : "after 9999-12-31T23:59:59Z"
  }

  private static func suffix(_ utcOffset: Int) -> String {
    guard utcOffset != 0 else { return "Z" }
    let minutes = utcOffset.magnitude / 60
    return "\(utcOffset < 0 ? "-" : "+")\(twoDigits(Int(minutes / 60))):\(twoDigits(Int(minutes % 60)))"
  }

  // MARK: Read

  /// A moment from `2026-11-23T13:00:48Z` or with an offset such as `+01:00`; a fraction of a second is dropped. Nil when
  /// the text is no RFC 3339 time.
  public init?(rfc3339 text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("Tt "), let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"), let second = reader.number(2), reader.skipFraction(),
      let offset = reader.utcOffset(), reader.isAtEnd, (1...12).contains(month),
      (1...CivilTime.days(inMonth: month, ofYear: year)).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    let days = CivilTime.days(year: year, month: month, day: day)
    seconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
  }

  /// A moment as people name it on a command line: seconds since 1970, or RFC 3339.
  public init?(_ text: String) {
    if let seconds = Int64(text) {
      self.init(seconds)
    } else {
      self.init(rfc3339: text)
    }
  }
}

/// A moment as date and clock, for the years that have four digits.
private struct CivilTime {
  let date: String
  let clock: String

  init?(_ timestamp: Timestamp) {
    // -62167219200 is 0000-01-01T00:00:00Z, 253402300799 is 9999-12-31T23:59:59Z.
    guard (-62_167_219_200...253_402_300_799).contains(timestamp.seconds) else { return nil }
    let (quotient, remainder) = timestamp.seconds.quotientAndRemainder(dividingBy: 86_400)
    let days = Int(remainder < 0 ? quotient - 1 : quotient)
    let second = Int(remainder < 0 ? remainder + 86_400 : remainder)
    let (year, month, day) = Self.civil(days: days)
    let yearDigits = String(year)
    date =
      String(repeating: "0", count: 4 - yearDigits.utf8.count) + yearDigits
      + "-\(twoDigits(month))-\(twoDigits(day))"
    clock = "\(twoDigits(second / 3600)):\(twoDigits(second / 60 % 60)):\(twoDigits(second % 60))"
  }

  /// Days since 1970-01-01 as a date of the Gregorian calendar. Years are counted from March, so that the leap day is the
  /// last of its year; an era is 400 years, which always have 146097 days.
  private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// The inverse of ``civil(days:)``.
  static func days(year: Int, month: Int, day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func days(inMonth month: Int, ofYear year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Steps through the fixed places of an RFC 3339 time.
private struct DigitReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) { rest = Array(text.utf8)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number(_ count: Int) -> Int? {
    guard rest.count >= count else { return nil }
    var value = 0
    for byte in rest.prefix(count) {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    rest = rest.dropFirst(count)
    return value
  }

  mutating func skip(_ oneOf: StaticString) -> Bool {
    guard let first = rest.first, oneOf.withUTF8Buffer({ $0.contains(first) }) else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func skipFraction() -> Bool {
    guard skip(".") else { return true }
    guard number(1) != nil else { return false }
    while number(1) != nil {}
    return true
  }

  mutating func utcOffset() -> Int? {
    if skip("Zz") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard skip("+-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
      return nil
    }
    return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
  }
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
