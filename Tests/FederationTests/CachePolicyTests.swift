import Testing

@testable import Federation

@Suite struct CachePolicyTests {
  @Test(
    "freshness follows Cache-Control between a minute and a day",
    arguments: [
      ([], nil, 300), (["max-age=3600"], nil, 3600), (["public, max-age=600, must-revalidate"], nil, 600),
      (["public", "max-age=600"], nil, 600), (["max-age=5"], nil, 60), (["max-age=0"], nil, 60),
      (["max-age=99999999"], nil, 86_400), (["max-age=99999999999999999999"], nil, 86_400), (["no-store"], nil, 60),
      (["no-cache, max-age=600"], nil, 60), (["max-age=600", "no-store"], nil, 60), (["max-age=3600"], "600", 3000),
      (["max-age=99999999"], "600", 85_800), (["max-age=3600"], "-5", 3600), (["max-age=100"], "90", 60),
      (["max-age=x"], nil, 300), (["max-age"], nil, 300), (["max-age=-1"], nil, 300), (["Max-Age=\"900\""], nil, 900),
      ([" max-age = 900 "], nil, 900), (["s-maxage=7"], nil, 300), ([",,=,"], nil, 300),
      (["max-age=-9223372036854775808"], "9223372036854775807", 60), (["max-age=600"], "x", 600),
    ] as [([String], String?, Int64)])
  func lifetime(cacheControl: [String], age: String?, seconds: Int64) {
    #expect(CachePolicy.lifetime(cacheControl: cacheControl, age: CachePolicy.age(age)) == seconds)
  }

  @Test(
    "the date of a header is read",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
      ("yesterday", nil), ("", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("Sun, 31 Feb 2025 08:49:37 GMT", nil),
      ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Nov 1994 8:49:37 GMT", nil),
    ] as [(String, Int64?)])
  func date(text: String, seconds: Int64?) {
    #expect(HTTPDate.parse(text)?.seconds == seconds)
  }
}
