import Glibc

/// An instant by both clocks of a machine.
struct FleetTime: Sendable, Equatable {
  /// Milliseconds of a clock that nobody sets, and that goes on while the machine sleeps. Whatever must last is measured
  /// by it.
  var elapsed: Int64
  /// Seconds since 1970.
  var unix: Int64

  /// - Parameter unix: seconds since 1970.
  static func now(unix: Int64) -> FleetTime {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return FleetTime(elapsed: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000, unix: unix)
  }
}
