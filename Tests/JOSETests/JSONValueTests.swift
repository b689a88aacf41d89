import JOSE
import Testing

@Suite("JSON values keep what the issuer wrote")
struct JSONValueTests {
  @Test(
    "a number is an integer when it is exactly one, however it is written",
    arguments: [
      ("0", 0), ("-0", 0), ("0e999999999999999999999", 0), ("1.0", 1), ("1e3", 1000), ("1.5e1", 15), ("1500e-2", 15),
      ("100002348117421473", 100_002_348_117_421_473), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9.223372036854775807e18", .max), ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.5", nil),
      ("1e-1", nil), ("1e400", nil), ("-1e400", nil), ("1e99999999999999999999", nil), ("1e-99999999999999999999", nil),
    ] as [(String, Int64?)])
  func integers(_ text: String, _ value: Int64?) throws {
    #expect(try #require(JSONNumber(text: text)).integer == value)
  }

  @Test(
    "a number rounds down to an integer when 64 bits hold it",
    arguments: [("1.9", 1), ("-1.1", -2), ("1e400", nil), ("7", 7), ("1e-9", 0)] as [(String, Int64?)])
  func floors(_ text: String, _ value: Int64?) throws {
    #expect(try #require(JSONNumber(text: text)).floor == value)
  }

  @Test("a number beyond all doubles has no double, and keeps its text")
  func infinite() throws {
    let number = try #require(JSONNumber(text: "1e400"))
    #expect(number.double == nil)
    #expect(number.text == "1e400")
    #expect(!number.isNegative)
    #expect(try #require(JSONNumber(text: "-1e400")).isNegative)
    #expect(!(try #require(JSONNumber(text: "-0.0")).isNegative))
  }

  @Test("text that is no number makes no number", arguments: ["", "1 ", " 1", "+1", "0x1", "1,5", "nan", "01", "١"])
  func noNumber(_ text: String) {
    #expect(JSONNumber(text: text) == nil)
  }

  @Test(
    "a string says what its escapes stand for, and keeps them",
    arguments: [
      (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{C}\n\r\tz"), (#""\u0041\u00e9""#, "Aé"), (#""\ud83d\ude00!""#, "😀!"),
      (#""\u0000""#, "\u{0}"), (#""é\n日本""#, "é\n日本"),
    ])
  func escapes(_ text: String, _ value: String) throws {
    let json = try JSON(parsing: text)
    #expect(json.stringValue == value)
    #expect(json.compact() == text)
  }

  @Test(
    "half of a surrogate pair is a replacement character, and is told",
    arguments: [
      (#""\ud800""#, "\u{FFFD}"), (#""\udc00\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud83dA""#, "\u{FFFD}A"),
      (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
    ])
  func loneSurrogates(_ text: String, _ value: String) throws {
    guard case .string(let string) = try JSON(parsing: text) else { throw JSONError(offset: 0, reason: .empty) }
    #expect(string.hasLoneSurrogate)
    #expect(string.value == value)
    #expect(JSON.string(string).compact() == text)
  }

  @Test("a string that is written anew can be read again")
  func written() throws {
    let hostile = "quote \" backslash \\ \u{0}\u{1B}\n\u{1F} \u{7F}é😀\u{2028}"
    let text = JSON(hostile).compact()
    #expect(try JSON(parsing: text).stringValue == hostile)
    #expect(text.utf8.allSatisfy { $0 >= 0x20 })
  }

  @Test("duplicate members are all kept, the last one counts, and their names are told in order")
  func duplicates() throws {
    let json = try JSON(parsing: #"{"b":1,"a":1,"c":1,"a":2,"b":2,"\u0061":3}"#)
    let object = try #require(json.objectValue)
    #expect(object.members.count == 6)
    #expect(json["a"]?.integerValue == 3)
    #expect(object.duplicateNames == ["b", "a"])
  }

  @Test("names are compared by bytes: two ways to write é are two names")
  func canonicalEquivalence() throws {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    let object: JSONObject = [composed: 1, decomposed: 2]
    #expect(object.duplicateNames.isEmpty)
    #expect(object[composed]?.integerValue == 1)
    #expect(object[decomposed]?.integerValue == 2)
    #expect(JSON(composed) != JSON(decomposed))
    #expect(!composed.hasSameBytes(as: decomposed))
  }

  @Test("setting a member changes it where it stands, or adds it at the end")
  func set() {
    var object: JSONObject = ["a": 1, "b": 2]
    object.set("a", to: 3)
    object.set("c", to: [true, nil])
    #expect(JSON.object(object).compact() == #"{"a":3,"b":2,"c":[true,null]}"#)
  }

  @Test("pretty text has one member a line, and empty ones stay closed")
  func pretty() throws {
    let json = try JSON(parsing: #"{"a":{"b":[1,{}],"c":[]},"d":"\u00e9"}"#)
    #expect(
      json.pretty() == """
        {
          "a": {
            "b": [
              1,
              {}
            ],
            "c": []
          },
          "d": "\\u00e9"
        }
        """)
  }

  @Test("what must not reach a terminal is written as escapes that say the same")
  func escaping() throws {
    let hostile = "a\u{9B}31m\u{202E}\u{E0041}\u{7F}"
    let text = JSON(hostile).compact(escaping: { $0.value > 0x7E })
    #expect(text == #""a\u009b31m\u202e\udb40\udc41\u007f""#)
    #expect(try JSON(parsing: text).stringValue == hostile)
  }

  @Test("a hundred thousand members are searched for duplicates without comparing each with each")
  func manyMembers() throws {
    let text = "{" + (0..<100_000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}"
    let object = try #require(try JSON(parsing: text, limits: JSONLimits(depth: 2, bytes: 1 << 24)).objectValue)
    #expect(object.duplicateNames.isEmpty)
  }
}
