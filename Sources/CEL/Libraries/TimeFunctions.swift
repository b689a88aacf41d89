/// Parts of timestamps and durations.
///
/// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#timezones>
enum TimeFunctions {
  static let functions: [CELFunction] = [
    part("getFullYear") { $0.year },
    part("getMonth") { $0.month - 1 },
    part("getDate") { $0.day },
    part("getDayOfMonth") { $0.day - 1 },
    part("getDayOfWeek") { $0.weekday },
    part("getDayOfYear") { $0.dayOfYear },
    part("getHours", of: 3_600) { $0.secondOfDay / 3_600 },
    part("getMinutes", of: 60) { $0.secondOfDay / 60 % 60 },
    part("getSeconds", of: 1) { $0.secondOfDay % 60 },
    .member("getMilliseconds", 0...1) { arguments, _ throws(CELFailure) in
      switch arguments[0] {
      case .timestamp(let time):
        _ = try offset(arguments.dropFirst().first, at: time)
        return .int(time.nanoseconds / 1_000_000)
      case .duration(let duration) where arguments.count == 1:
        return .int(duration.nanoseconds % 1_000_000_000 / 1_000_000)
      default: return nil
      }
    },
  ]

  /// A function that gives a field of a time, in UTC or the time zone of its argument; of a duration, how many whole
  /// units of so many seconds it has.
  private static func part(
    _ name: String, of unit: Int64? = nil, _ field: @escaping @Sendable (CELTimestamp.Fields) -> Int64
  ) -> CELFunction {
    .member(name, 0...1) { arguments, _ throws(CELFailure) in
      switch arguments[0] {
      case .timestamp(let time):
        guard let offset = try offset(arguments.dropFirst().first, at: time) else { return nil }
        return .int(field(time.fields(secondsAheadOfUTC: offset)))
      case .duration(let duration) where arguments.count == 1:
        return unit.map { .int(duration.nanoseconds / 1_000_000_000 / $0) }
      default: return nil
      }
    }
  }

  /// How many seconds a time zone is ahead of UTC; `nil` where the argument names none.
  private static func offset(_ zone: CELValue?, at time: CELTimestamp) throws(CELFailure) -> Int64? {
    guard let zone else { return 0 }
    guard case .string(let name) = zone else { return nil }
    guard let offset = fixedOffset(name) ?? TimeZones.offset(of: name, at: time.seconds) else {
      throw CELFailure(
        .invalidArgument,
        "\(CELText.quoted(name)) is no time zone, such as Europe/Berlin or +02:00.")
    }
    return offset
  }

  /// `+02:00`, `-02:30` or `02:00`.
  private static func fixedOffset(_ name: String) -> Int64? {
    var text = Array(name.utf8)[...]
    let isNegative = text.first == UInt8(ascii: "-")
    if let sign = text.first, "+-".utf8.contains(sign) { text = text.dropFirst() }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 2], let hours = CELText.decimal(parts[0]),
      let minutes = CELText.decimal(parts[1]), hours < 24, minutes < 60
    else { return nil }
    return Int64(hours * 3_600 + minutes * 60) * (isNegative ? -1 : 1)
  }
}
