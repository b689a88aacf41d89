/// What a command that judges a token ends with.
public enum ExitStatus: Int32, Sendable {
  /// Every check that was made passed, the signature among them.
  case good = 0
  /// The answer is no: a check failed.
  case no = 1
  /// It could not be decided: nothing failed, but there was no key to check with, or nothing to read.
  case undecided = 2
}

extension Inspection {
  /// The answer at a moment.
  public func exitStatus(at now: Timestamp) -> ExitStatus {
    let outcomes = checks(at: now).map(\.outcome)
    if outcomes.contains(.fail) { return .no }
    return outcomes.contains(.unknown) ? .undecided : .good
  }
}
