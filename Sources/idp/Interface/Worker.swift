import Glibc
import Synchronization

/// Does what blocks away from the interface's loop, one thing after the other, on a thread that ends with the last of them.
///
/// Plain threads: a dispatch queue, once used, wakes the process each second for ever, and an idle screen should cost
/// nothing.
final class Worker: Sendable {
  typealias Job = @Sendable () -> Void

  private struct State {
    var waiting: [Job] = []
    var isRunning = false
  }

  private let state = Mutex(State())

  /// Does the job after those that were given before it.
  func add(_ job: @escaping Job) {
    let starts = state.withLock { state in
      state.waiting.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if starts { Self.detach { self.runAll() } }
  }

  /// Does a job at once, beside all others.
  static func detach(_ job: @escaping Job) {
    let box = Unmanaged.passRetained(Box(job: job))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Signals are for the main thread, which knows what to do with the terminal.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let error = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().job()
        return nil
      }, box.toOpaque())
    // Without a thread to spare it is done here: late is better than never.
    if error != 0 { box.takeRetainedValue().job() }
  }

  private func runAll() {
    while let job = next() { job() }
  }

  private func next() -> Job? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isRunning = false
        return nil
      }
      return state.waiting.removeFirst()
    }
  }

  private final class Box: Sendable {
    let job: Job
    init(job: @escaping Job) { self.job = job }
  }
}
