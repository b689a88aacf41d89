import ArgumentParser
import Inspection

/// When a rotation is to be: a moment, or so long from now.
enum RotationTime: Sendable, Equatable, ExpressibleByArgument {
  case at(Timestamp)
  case after(seconds: Int64)

  /// - Returns: nil for a text that is neither.
  init?(argument: String) {
    if argument.hasPrefix("+") {
      guard let duration = Duration(argument: String(argument.dropFirst())) else { return nil }
      self = .after(seconds: duration.seconds)
    } else if argument == "now" {
      self = .after(seconds: 0)
    } else {
      guard let time = Timestamp(argument), time.isInCalendar else { return nil }
      self = .at(time)
    }
  }

  func moment(from now: Timestamp) -> Timestamp {
    switch self {
    case .at(let time): time
    case .after(let seconds): now.advanced(by: seconds)
    }
  }
}
