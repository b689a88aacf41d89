/// Lets so many in at a time, in the order in which they came.
actor Turnstile {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { free = places }

  /// Does the work once there is a place for it.
  func pass<Value: Sendable, Reason: Error>(
    _ work: @Sendable () async throws(Reason) -> Value
  ) async throws(Reason) -> Value {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    defer { leave() }
    return try await work()
  }

  /// Hands the place on; what was cancelled meanwhile finds that out itself.
  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
