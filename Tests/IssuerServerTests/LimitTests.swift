import NIOCore
import Testing

@testable import IssuerServer

@Suite("limits")
struct LimitTests {
  static let minute: Int64 = 1_795_521_600

  @Test("as many as the limit in a minute, then none, and again when the window has passed")
  func rate() {
    let limiter = RateLimiter(limit: 3)
    for _ in 0..<3 { #expect(limiter.admit("a", at: Self.minute) == .allowed) }
    #expect(limiter.admit("a", at: Self.minute + 10) == .refused(retryAfter: 50, isFirst: true))
    #expect(limiter.admit("a", at: Self.minute + 11) == .refused(retryAfter: 49, isFirst: false))
    #expect(limiter.admit("b", at: Self.minute + 11) == .allowed)
    // What was counted in the last minute still counts for the part that lies within sixty seconds.
    #expect(limiter.admit("a", at: Self.minute + 60) == .refused(retryAfter: 60, isFirst: true))
    #expect(limiter.admit("a", at: Self.minute + 90) == .allowed)
    #expect(limiter.admit("a", at: Self.minute + 200) == .allowed)
  }

  @Test("no window of sixty seconds holds more than twice the limit, and none of a whole minute more than the limit")
  func bound() {
    let limiter = RateLimiter(limit: 10)
    var allowed: [Int64] = []
    for second in Int64(0)..<600 {
      for _ in 0..<3 where limiter.admit("a", at: Self.minute + second) == .allowed { allowed.append(second) }
    }
    for start in Int64(0)..<540 { #expect(allowed.count { (start..<start + 60).contains($0) } <= 20) }
    for start in stride(from: Int64(0), to: 600, by: 60) {
      #expect(allowed.count { (start..<start + 60).contains($0) } <= 10)
    }
  }

  @Test("what others have counted counts too, and 0 is no limit")
  func elsewhere() {
    let limiter = RateLimiter(limit: 3)
    #expect(limiter.admit("a", at: Self.minute, elsewhere: 2) == .allowed)
    #expect(limiter.admit("a", at: Self.minute, elsewhere: 2) != .allowed)
    let none = RateLimiter(limit: 0)
    for _ in 0..<1000 { #expect(none.admit("a", at: Self.minute) == .allowed) }
  }

  @Test("names without end do not use up the memory")
  func manyNames() {
    let limiter = RateLimiter(limit: 1)
    for index in 0..<200_000 { _ = limiter.admit("\(index)", at: Self.minute) }
    #expect(limiter.nameCount <= 65_536)
  }

  @Test("connections are counted in all and by address, and given back")
  func connections() {
    let limits = ConnectionLimits(most: 3, mostOfAddress: 2)
    #expect(limits.open("a") && limits.open("a") && !limits.open("a"))
    #expect(limits.open("b") && !limits.open("c"))
    #expect(limits.open == 3 && limits.refused == 2)
    limits.close("a")
    #expect(limits.open("c"))
    for address in ["a", "b", "c"] { limits.close(address) }
    #expect(limits.open == 0)
  }

  @Test(
    "an address is what the connection says, or what a trusted proxy says",
    arguments: [
      ("10.0.0.9", nil, "10.0.0.9"), ("10.0.0.9", "203.0.113.7", "10.0.0.9"),
      ("127.0.0.1", "203.0.113.7", "203.0.113.7"), ("127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
      ("127.0.0.1", "evil\u{1B}[31m", "127.0.0.1"), ("127.0.0.1", "", "127.0.0.1"),
      ("2001:db8:1:2:3:4:5:6", nil, "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", nil, "192.0.2.1"), ("::1", nil, "::1"),
      ("127.0.0.1", "2001:db8::1", "2001:db8::/64"),
    ] as [(String, String?, String)])
  func origins(direct: String, forwarded: String?, expected: String) throws {
    let address = try SocketAddress(ipAddress: direct, port: 1)
    #expect(Origin.network(address, forwarded: forwarded, trustedProxies: ["127.0.0.1"]) == .address(expected))
  }
}

@Suite("what is told to the log")
struct RepeatsTests {
  @Test("the same trouble is told once a minute, whatever numbers are in it, and all else each time")
  func repeats() {
    let repeats = Repeats()
    let now = LimitTests.minute
    #expect(repeats.isNews(.trouble("etcd is away for 11 seconds"), at: now))
    #expect(!repeats.isNews(.trouble("etcd is away for 12 seconds"), at: now + 1))
    #expect(repeats.isNews(.trouble("the disk is full"), at: now + 1))
    #expect(repeats.isNews(.trouble("etcd is away for 71 seconds"), at: now + 60))
    // A clock that was set back silences nobody.
    #expect(repeats.isNews(.trouble("etcd is away for 5 seconds"), at: now - 3600))
    for _ in 0..<2 { #expect(repeats.isNews(.workspacesRead(count: 1), at: now)) }
    for index in 0..<1000 { _ = repeats.isNews(.trouble(String(repeating: "x", count: index)), at: now) }
    #expect(repeats.count <= 64)
  }
}
