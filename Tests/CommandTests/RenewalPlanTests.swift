import Testing

@testable import idp

@Suite("When a token is renewed")
struct RenewalPlanTests {
  @Test("after two thirds of what is left of its life, and a little earlier by chance", arguments: [60, 300, 3600])
  func renewal(lifetime: Int64) {
    for _ in 0..<100 {
      let pause = RenewalPlan.pause(lifetime: lifetime)
      #expect((lifetime * 633...lifetime * 667).contains(pause))
    }
  }

  @Test(
    "never at once, whatever the token says", arguments: [Int64.min, -1, 0, 1, nil, Int64.max])
  func extremes(lifetime: Int64?) {
    #expect(RenewalPlan.pause(lifetime: lifetime) >= RenewalPlan.shortestPause)
  }

  @Test(
    "after a failure soon, then ever later, up to a minute",
    arguments: [(1, 1), (2, 2), (3, 4), (4, 8), (6, 32), (7, 60), (1000, 60)])
  func failures(count: Int, longest: Int64) {
    for _ in 0..<100 {
      #expect((longest * 500...longest * 1000).contains(RenewalPlan.pause(afterFailures: count, wish: nil)))
    }
  }

  @Test("not before the source wants to be asked again, but within an hour", arguments: [(120, 120), (90_000, 3600)])
  func wishes(wish: Int64, seconds: Int64) {
    #expect(RenewalPlan.pause(afterFailures: 1, wish: wish) == seconds * 1000)
  }
}
