import Inspection
import JOSE
import Testing

@Suite("Moments are shown for every number that a token can hold")
struct TimestampTests {
  @Test(
    "a moment is written as RFC 3339, and read again",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_300_819_380, "2011-03-22T18:43:00Z"), (1_795_525_248, "2026-11-24T13:00:48Z"),
      (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"), (-62_167_219_200, "0000-01-01T00:00:00Z"),
      (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ] as [(Int64, String)])
  func rfc3339(_ seconds: Int64, _ text: String) {
    #expect(Timestamp(seconds).rfc3339() == text)
    #expect(Timestamp(rfc3339: text) == Timestamp(seconds))
  }

  @Test(
    "a moment outside the calendar says on which side it lies",
    arguments: [
      (253_402_300_800, "after 9999-12-31T23:59:59Z"), (.max, "after 9999-12-31T23:59:59Z"),
      (-62_167_219_201, "before 0000-01-01T00:00:00Z"), (.min, "before 0000-01-01T00:00:00Z"),
    ] as [(Int64, String)])
  func outside(_ seconds: Int64, _ text: String) {
    let moment = Timestamp(seconds)
    #expect(moment.rfc3339() == text)
    #expect(moment.display(utcOffset: 3600) == text)
    #expect(moment.clock(utcOffset: -3600) == text)
    #expect(!moment.isInCalendar)
  }

  @Test(
    "a moment is shown at an offset from UTC",
    arguments: [
      (0, "2026-11-24 13:00:48Z", "13:00:48Z"), (3600, "2026-11-24 14:00:48+01:00", "14:00:48"),
      (-34_200, "2026-11-24 03:30:48-09:30", "03:30:48"), (50_400, "2026-11-25 03:00:48+14:00", "03:00:48"),
    ])
  func offsets(_ offset: Int, _ display: String, _ clock: String) {
    let moment = Timestamp(1_795_525_248)
    #expect(moment.display(utcOffset: offset) == display)
    #expect(moment.clock(utcOffset: offset) == clock)
  }

  @Test("the edge of the calendar can be shown at any offset without a trap")
  func edges() {
    #expect(Timestamp(253_402_300_799).display(utcOffset: 3600) == "after 9999-12-31T23:59:59Z")
    #expect(Timestamp(-62_167_219_200).clock(utcOffset: -3600) == "before 0000-01-01T00:00:00Z")
  }

  @Test(
    "other ways to write RFC 3339 are read",
    arguments: [
      ("2026-11-24T14:00:48+01:00", 1_795_525_248), ("2026-11-24t13:00:48.999z", 1_795_525_248),
      ("2026-11-24 13:00:48Z", 1_795_525_248), ("1795525248", 1_795_525_248), ("-5", -5),
    ] as [(String, Int64)])
  func read(_ text: String, _ seconds: Int64) {
    #expect(Timestamp(text) == Timestamp(seconds))
  }

  @Test(
    "what is no moment is refused",
    arguments: [
      "", "now", "2026-11-24", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-24T24:00:00Z",
      "2026-11-24T13:60:00Z", "2026-11-24T13:00:48", "2026-11-24T13:00:48.Z", "2026-11-24T13:00:48Zx",
      "2026-11-24T13:00:48+1:00", "26-11-24T13:00:48Z", "99999999999999999999", "١٢٣",
    ])
  func refused(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("every day of 800 years comes back as it was")
  func roundTrip() {
    for day in stride(from: Int64(-146_097), through: 146_097, by: 1) {
      let moment = Timestamp(day * 86_400 + 86_399)
      #expect(Timestamp(rfc3339: moment.rfc3339()) == moment)
    }
  }

  @Test("sums and distances stop at the ends of 64 bits")
  func saturates() {
    #expect(Timestamp(.max).advanced(by: 1) == Timestamp(.max))
    #expect(Timestamp(.min).advanced(by: -1) == Timestamp(.min))
    #expect(Timestamp(.min).distance(to: Timestamp(.max)) == .max)
    #expect(Timestamp(.max).distance(to: Timestamp(.min)) == .min)
    #expect(Timestamp(5).distance(to: Timestamp(3)) == -2)
  }

  @Test(
    "a length of time is said in its two largest units",
    arguments: [
      (0, "0s", "0s"), (4, "4s", "4s"), (60, "1m 0s", "1m"), (3552, "59m 12s", "59m"), (3600, "1h 0m", "1h"),
      (183_599, "2d 2h", "2d"), (-182, "3m 2s", "3m"), (31_536_000, "1y 0d", "1y"),
      (.max, "292471208677y 195d", "292471208677y"), (.min, "292471208677y 195d", "292471208677y"),
    ] as [(Int64, String, String)])
  func countdown(_ seconds: Int64, _ text: String, _ short: String) {
    #expect(Countdown.text(seconds) == text)
    #expect(Countdown.short(seconds) == short)
  }
}
