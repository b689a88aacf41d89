import Inspection

/// What a source of tokens finds around the process.
public struct SourceSurroundings: Sendable {
  /// A program that ran to its end.
  public struct Outcome: Sendable {
    /// Its exit status; nil when a signal or the time limit ended it.
    public let status: Int32?
    public let output: [UInt8]
    /// The beginning of what it said on standard error.
    public let errors: [UInt8]
    /// Why it was ended, such as `it took more than 30 seconds`; nil when it was not, or that is not known.
    public let excess: String?

    public init(status: Int32?, output: [UInt8], errors: [UInt8], excess: String? = nil) {
      self.excess = excess
      self.status = status
      self.output = output
      self.errors = errors
    }
  }

  let environment: [String: String]
  let clock: @Sendable () -> Timestamp
  /// Where a program is; nil when it is not in `PATH`.
  let locate: @Sendable (String) -> String?
  /// Runs a program with these arguments and this environment; nil when it cannot be started.
  let run: @Sendable ([String], [String: String]) async -> Outcome?
  /// In front of the paths at which the system and Kubernetes put what they tell; empty but in tests.
  var root = ""

  public init(
    environment: [String: String], clock: @escaping @Sendable () -> Timestamp,
    locate: @escaping @Sendable (String) -> String?,
    run: @escaping @Sendable ([String], [String: String]) async -> Outcome?
  ) {
    self.environment = environment
    self.clock = clock
    self.locate = locate
    self.run = run
  }

  /// A variable of the environment; one that is empty counts as one that is not set.
  subscript(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
}

/// Whether a source is here.
public enum SourcePresence: Sendable, Equatable {
  /// With what shows it.
  case present(String)
  /// With what is missing.
  case absent(String)
  /// Only asking over the network would tell.
  case unknown(String)
}
