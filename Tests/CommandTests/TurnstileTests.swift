import Synchronization
import Testing

@testable import idp

@Suite("A turnstile")
struct TurnstileTests {
  private struct Refused: Error {}

  /// How many are within, and how many there were at most.
  private final class Counter: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func enter() {
      counts.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
    }

    func leave() { counts.withLock { $0.now -= 1 } }
  }

  @Test("lets all in, and never more than it has places for, also when some fail")
  func places() async throws {
    let turnstile = Turnstile(places: 3)
    let counter = Counter()
    let done = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<40 {
        group.addTask {
          do throws(Refused) {
            try await turnstile.pass { () async throws(Refused) in
              counter.enter()
              for _ in 0..<10 { await Task.yield() }
              counter.leave()
              if number % 3 == 0 { throw Refused() }
            }
            return true
          } catch {
            return false
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(done == 26)
    #expect(counter.most == 3)
  }
}
