import Inspection

/// A point on the wall clock, fine enough for a spinner: milliseconds since 1970-01-01T00:00:00Z.
public struct Moment: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970 UTC.
  public let milliseconds: Int64

  /// A moment so many milliseconds after 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// The beginning of a second.
  public init(_ timestamp: Timestamp) {
    let (product, overflow) = timestamp.seconds.multipliedReportingOverflow(by: 1000)
    milliseconds = overflow ? (timestamp.seconds < 0 ? .min : .max) : product
  }

  /// The whole second that this moment lies in; all countdowns are made from it, so that they all change at once.
  public var timestamp: Timestamp {
    let quotient = milliseconds / 1000
    return Timestamp(milliseconds % 1000 < 0 ? quotient - 1 : quotient)
  }

  /// The next moment at which a second begins.
  var nextSecond: Moment {
    Moment(Timestamp(timestamp.seconds + 1))
  }

  func adding(milliseconds more: Int64) -> Moment {
    let (sum, overflow) = milliseconds.addingReportingOverflow(more)
    return Moment(milliseconds: overflow ? .max : sum)
  }

  /// Whole seconds from `earlier` to here, never negative.
  func seconds(since earlier: Moment) -> Int64 {
    max(0, (milliseconds - earlier.milliseconds) / 1000)
  }

  public static func < (left: Moment, right: Moment) -> Bool {
    left.milliseconds < right.milliseconds
  }
}
