import JOSE
import Testing

@Suite("JSON is read as RFC 8259 says, and nothing else")
struct JSONParsingTests {
  @Test(
    "what is JSON comes out again as it was written",
    arguments: [
      "null", "true", "false", "0", "-0", "1.50e+3", "1E400", "100002348117421473", "\"\"", "[]", "{}",
      #"{"b":1,"a":2,"b":3}"#, #"["\u00e9\/\ud83d\ude00",{"x":[[],{}]}]"#, #""\ud800""#, "\"\u{7F}\u{85}\u{202E}\"",
      "\"é日本😀\"",
    ])
  func keepsText(_ text: String) throws {
    #expect(try JSON(parsing: text).compact() == text)
  }

  @Test("white space between tokens is dropped, and is only the four characters that JSON has")
  func whitespace() throws {
    #expect(try JSON(parsing: " \t\r\n{ \"a\" : [ 1 , 2 ] } \n").compact() == #"{"a":[1,2]}"#)
    #expect(throws: JSONError.self) { try JSON(parsing: "\u{C}1") }
    #expect(throws: JSONError.self) { try JSON(parsing: "\u{A0}1") }
  }

  @Test(
    "an error names the byte and what was expected there",
    arguments: [
      ("", 0, "expected a JSON value, found nothing"),
      ("  ", 2, "expected a JSON value, found nothing"),
      ("{", 1, "expected a member name or '}', but the text ends here"),
      (#"{"a"}"#, 4, "expected ':' after a member name, found '}'"),
      (#"{"a":}"#, 5, "expected a value after ':', found '}'"),
      (#"{"a":1,}"#, 7, "a comma must be followed by another element, JSON has no trailing comma"),
      ("[1,]", 3, "a comma must be followed by another element, JSON has no trailing comma"),
      ("[1 2]", 3, "expected ',' or ']' after an element, found '2'"),
      ("[,1]", 1, "expected an element or ']', found ','"),
      ("{a:1}", 1, "expected a member name or '}', found 'a'"),
      ("{'a':1}", 1, "expected a member name or '}', found '''"),
      ("01", 0, "a number must not begin with 0 and another digit"),
      ("-01", 1, "a number must not begin with 0 and another digit"),
      ("+1", 0, "expected a JSON value, found '+'"),
      (".5", 0, "expected a JSON value, found '.'"),
      ("1.", 2, "expected a digit after '.', but the text ends here"),
      ("1e", 2, "expected a digit of the exponent, but the text ends here"),
      ("-", 1, "expected a digit, but the text ends here"),
      ("NaN", 0, "expected a JSON value, found 'N'"),
      ("tru", 3, "expected 'true', but the text ends here"),
      ("nulL", 3, "expected 'null', found 'L'"),
      ("1 x", 2, "expected the end of the text after the JSON value, found 'x'"),
      ("{}\u{0}", 2, "expected the end of the text after the JSON value, found byte 0x00"),
      (#"["a"#, 3, #"expected '"' at the end of a string, but the text ends here"#),
      ("\"a\nb\"", 2, "control character byte 0x0A in a string must be written as an escape"),
      (#""\x""#, 2, #"\ followed by 'x' is no escape of JSON"#),
      (#""\u12G4""#, 5, #"\u must be followed by four hexadecimal digits"#),
      (#""\u12"#, 5, #"\u must be followed by four hexadecimal digits"#),
      ("\u{FEFF}{}", 0, "a byte order mark must not stand before JSON"),
    ])
  func errors(_ text: String, _ offset: Int, _ message: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.offset == offset)
    #expect(error?.message == message)
    #expect(error?.description == "byte \(offset): \(message)")
  }

  @Test(
    "bytes that are no UTF-8 are refused where they begin",
    arguments: [
      [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
      [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
      [0xE2, 0x82], [0xF0, 0x9F, 0x98],
    ] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) {
    for text in [[0x22, 0x61] + bytes + [0x22], [0x22, 0x5C, 0x6E] + bytes + [0x22]] {
      let error = #expect(throws: JSONError.self) { try JSON(parsing: text as [UInt8]) }
      #expect(error?.reason == .invalidUTF8)
      #expect(error?.offset == text.count - bytes.count - 1)
    }
  }

  @Test("the deepest allowed nesting is read, one more is refused, and no depth exhausts the stack")
  func depth() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(try JSON(parsing: nested(64)).compact() == nested(64))
    let error = #expect(throws: JSONError.self) { try JSON(parsing: nested(65)) }
    #expect(error == JSONError(offset: 64, reason: .tooDeep(limit: 64)))
    let most = JSONLimits(depth: .max, bytes: .max)
    #expect(try JSON(parsing: nested(256), limits: most).compact() == nested(256))
    let endless = String(repeating: #"{"a":"#, count: 500_000)
    #expect(throws: JSONError.self) { try JSON(parsing: endless, limits: most) }
  }

  @Test("a text larger than the limit is refused before it is read")
  func size() {
    let limits = JSONLimits(depth: 8, bytes: 4)
    #expect((try? JSON(parsing: "1234", limits: limits)) != nil)
    let error = #expect(throws: JSONError.self) { try JSON(parsing: "12345", limits: limits) }
    #expect(error?.reason == .tooLarge(limit: 4))
  }

  @Test("bytes that are not contiguous are read as well")
  func anyCollection() throws {
    #expect(try JSON(parsing: "[1,2]".utf8.lazy.map { $0 }).compact() == "[1,2]")
  }

  @Test("of a broken object the members before the error are salvaged, of anything else nothing")
  func salvage() {
    func salvaged(_ text: String) -> String? {
      JSONObject(salvaging: Array(text.utf8)).map { JSON.object($0).compact() }
    }
    #expect(
      salvaged(#"{"iss":"x","aud":["a","b"],"nested":{"in":1},"exp":17"#)
        == #"{"iss":"x","aud":["a","b"],"nested":{"in":1}}"#)
    #expect(salvaged(#"{"iss":"x","sub":"cut o"#) == #"{"iss":"x"}"#)
    #expect(salvaged(#"{"a":1} trailing"#) == #"{"a":1}"#)
    #expect(salvaged(#"{"a"#) == nil)
    #expect(salvaged(#"{"a":1}"#) == nil)
    #expect(salvaged("[1,2") == nil)
  }
}
