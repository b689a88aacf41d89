import Testing

@testable import idp

@Suite("Lengths of time on the command line")
struct DurationTests {
  @Test(
    "are read as people write them",
    arguments: [
      ("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("1h30m", 5400), ("1d", 86_400), ("1D", 86_400),
      ("1h0m5s", 3605), ("0", 0),
    ] as [(String, Int64)])
  func read(text: String, seconds: Int64) {
    #expect(Duration(argument: text)?.seconds == seconds)
  }

  @Test(
    "are refused when they are something else",
    arguments: [
      "", "m", "-5m", "+5", "1.5h", "15 m", "15x", "m15", "30m1h", "1h1h", "99999999999999999999", "999999999999999d",
      "١٥m",
    ])
  func refused(text: String) {
    #expect(Duration(argument: text) == nil)
  }
}
