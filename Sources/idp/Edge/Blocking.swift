import Dispatch
import Synchronization

/// Waits on the main thread for work that is asynchronous.
///
/// The program's own start is synchronous: the threads that Swift's concurrency brings cost several milliseconds, and only
/// commands that ask the network need them. The interface also has to run on the main thread, the only one that job
/// control can stop.
enum Blocking {
  /// The outcome of the work.
  static func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let outcome = Outcome<Value>()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      outcome.set(await result(of: work))
      done.signal()
    }
    done.wait()
    guard let result = outcome.value else {
      throw Failure("cancelled", "The work was cancelled before it ended.")
    }
    return try result.get()
  }

  /// Begins the work and returns at once.
  static func begin<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Pending<Value> {
    let pending = Pending<Value>()
    Task.detached { pending.outcome.set(.success(await work())) }
    return pending
  }

  /// Work that is under way, or done.
  struct Pending<Value: Sendable>: Sendable {
    fileprivate let outcome = Outcome<Value>()

    /// What came of it; nil as long as it is under way.
    var value: Value? { if case .success(let value)? = outcome.value { value } else { nil } }
  }

  private static func result<Value: Sendable>(
    of work: @Sendable () async throws(Failure) -> Value
  ) async -> Result<Value, Failure> {
    do {
      return .success(try await work())
    } catch {
      return .failure(error)
    }
  }

  fileprivate final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, Failure>?>(nil)

    var value: Result<Value, Failure>? { result.withLock { $0 } }

    func set(_ value: Result<Value, Failure>) { result.withLock { $0 = value } }
  }
}
