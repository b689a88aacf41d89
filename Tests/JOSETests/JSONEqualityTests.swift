import JOSE
import Testing

@Suite("JSON values that say the same")
struct JSONEqualityTests {
  @Test(
    "are equal however they are written",
    arguments: [
      (#""\u8a9e""#, #""語""#), (#""J\u00fcrgen""#, #""Jürgen""#), (#""a\/b""#, #""a/b""#), ("100", "1e2"),
      ("1", "1.0"), ("-0", "0"), ("1.50e3", "1500"), (#"{"b":2,"a":1}"#, #"{"a":1,"b":2}"#),
      (#"{"a":{"c":[1],"b":"\u0041"}}"#, #"{"a":{"b":"A","c":[1.0]}}"#),
      (#"{"a":1,"b":0,"a":2}"#, #"{"a":1,"a":2,"b":0}"#),
      ("1e99999999999999999999", "1e99999999999999999999"),
    ])
  func same(_ left: String, _ right: String) throws {
    #expect(try JSON(parsing: left).hasSameValue(as: JSON(parsing: right)))
    #expect(try JSON(parsing: right).hasSameValue(as: JSON(parsing: left)))
  }

  @Test(
    "are told from what only looks alike",
    arguments: [
      (#""é""#, #""e\u0301""#), (#""1""#, "1"), ("true", #""true""#), (#""x""#, #"["x"]"#), ("[1,2]", "[2,1]"),
      (#"{"a":1,"a":2}"#, #"{"a":2,"a":1}"#), (#"{"a":1,"a":1}"#, #"{"a":1}"#), (#"{"a":null}"#, "{}"),
      (#""\ud800""#, #""\ud801""#), (#""\ud800""#, #""\ufffd""#), (#"{"\ud800":1}"#, #"{"\udbff":1}"#), ("1", "-1"),
      ("100002348117421473", "100002348117421472"), ("1e99999999999999999998", "1e99999999999999999999"),
    ])
  func different(_ left: String, _ right: String) throws {
    #expect(try !JSON(parsing: left).hasSameValue(as: JSON(parsing: right)))
    #expect(try !JSON(parsing: right).hasSameValue(as: JSON(parsing: left)))
  }
}
