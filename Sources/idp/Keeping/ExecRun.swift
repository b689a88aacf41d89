import Glibc

/// A command that runs with a token that is kept fresh beside it.
struct ExecRun {
  /// The signals that are handed on to the command, and the one that tells of its end.
  static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD]

  /// Why there is no end of the command.
  enum Stop: Error {
    case failure(Failure)
    case start(JobProcess.StartFailure)
    /// It was not started yet when this came.
    case signal(Int32)
  }

  private(set) var keeper: TokenKeeper
  private let signals: SignalQueue

  init(keeper: TokenKeeper, signals: SignalQueue) {
    self.keeper = keeper
    self.signals = signals
  }

  /// The terminal is the command's: what goes well is not told there.
  static func report(_ event: TokenKeeper.Event) {
    if case .failed = event { Output.note(event.text("the token's file")) }
  }

  /// The token that the command begins with.
  mutating func firstToken() throws(Stop) -> String {
    while true {
      let pause = try step()
      if let token = keeper.current { return token }
      if let signal = signals.next(within: pause), signal.number != SIGCHLD { throw .signal(signal.number) }
    }
  }

  /// Runs the command to its end.
  mutating func run(_ command: [String], environment: [String: String]) throws(Stop) -> JobProcess.End {
    let process: JobProcess
    do throws(JobProcess.StartFailure) {
      process = try JobProcess(command, environment: environment, mask: signals.earlierMask)
    } catch {
      throw .start(error)
    }
    while true {
      if let end = process.ended() { return end }
      let pause = try step()
      guard let signal = signals.next(within: pause), signal.number != SIGCHLD else { continue }
      // What the keyboard sends it sends to the command too; that the terminal is gone is told to its first program only.
      if !signal.isOfTerminal || signal.number == SIGHUP { kill(process.id, signal.number) }
    }
  }

  /// What came of work that is under way, unless it is not to be waited for.
  func outcome<Value: Sendable>(of work: Blocking.Pending<Result<Value, Failure>>) throws(Stop) -> Value {
    while true {
      switch work.value {
      case .success(let value)?: return value
      case .failure(let failure)?: throw .failure(failure)
      case nil: break
      }
      if let signal = signals.next(within: 20), signal.number != SIGCHLD { throw .signal(signal.number) }
    }
  }

  private mutating func step() throws(Stop) -> Int64 {
    do throws(Failure) { return try keeper.step() } catch { throw .failure(error) }
  }
}
