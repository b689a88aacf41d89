import Inspection
import JOSE
import Testing

@Suite("A token is taken as people have it")
struct TokenTextTests {
  static let token =
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhY21lL2FwcCIsImF1ZCI6ImV4YW1wbGUub3JnIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
  static let other = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJvdGhlciJ9.b3RoZXI"

  @Test(
    "what stands around the token is taken off",
    arguments: [
      token, "  \(token)\n", "\(token)\r\n", "Bearer \(token)", "bearer   \(token)", "Authorization: Bearer \(token)",
      "authorization:bearer \(token)", "\"\(token)\"", "'\(token)'", "`\(token)`", "\u{201C}\(token)\u{201D}",
      "<\(token)>", "\"Bearer \(token)\"", "export TOKEN=\(token)", "export TOKEN=\"\(token)\";", "TOKEN='\(token)'",
      "set TOKEN=\(token)", "$env:TOKEN = \"\(token)\"", "token: \(token)", "id_token: \"\(token)\",",
      "\u{FEFF}\(token)", "\(token),", "-H 'Authorization: Bearer \(token)'",
      "curl -H \"Authorization: Bearer \(token)\" https://example.org/api.v1.json",
      "https://app.example.org/cb#id_token=\(token)&state=abc.def", "My token is \(token).",
      #"{"value":"\#(token)"}"#, #"{"value": "Bearer \#(token)", "count": 1}"#, #"["\#(token)"]"#, "\"\(token)\"\n",
      #"{"a":{"b":[null,{"c":"\#(token)"}]},"again":"\#(token)"}"#, #"'{"value":"\#(token)"}'"#,
    ])
  func unwraps(_ input: String) throws {
    #expect(try TokenText.extract(from: input).token == Self.token)
  }

  @Test("wrapped lines are put together", arguments: [10, 40, 64, 76], ["\n", "\r\n", "\n    ", " \\\n", "\n\n"])
  func wrapped(_ width: Int, _ separator: String) throws {
    var lines: [String] = []
    var rest = Self.token[...]
    while !rest.isEmpty {
      lines.append(String(rest.prefix(width)))
      rest = rest.dropFirst(width)
    }
    let extracted = try TokenText.extract(from: "Bearer " + lines.joined(separator: separator) + "\n")
    #expect(extracted.token == Self.token)
    #expect(extracted.how.first == "removed \"Bearer\"")
    #expect(extracted.how.last?.hasPrefix("joined") == true)
  }

  @Test("what was done is told")
  func told() throws {
    #expect(try TokenText.extract(from: Self.token).how == [])
    #expect(
      try TokenText.extract(from: "export T='Bearer \(Self.token)'").how
        == ["removed \"T=\"", "removed the quotes", "removed \"Bearer\""])
    #expect(
      try TokenText.extract(from: #"{"data":[{"id_token":"\#(Self.token)"}]}"#).how
        == ["taken from \"data[0].id_token\" of the JSON document"])
    #expect(try TokenText.extract(from: "see \(Self.token) here").how == ["found inside other text"])
  }

  @Test(
    "a broken token is handed on as it is, to be shown",
    arguments: [
      "eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJSUzI1NiJ9.e30", "eyJhbGciOiJIUzI1NiJ9=.eyJzdWIiOiJ4In0=.AA==",
      "eyJhbGciOiJSUzI1NiJ9.e3*0.AA", "e30.e30.AA.AA", "a.b.c", "eyJ\u{1B}[31m.e30.AA",
      #"{"payload":"e30","protected":"e30","signature":"AA"}"#,
    ])
  func broken(_ input: String) throws {
    #expect(try TokenText.extract(from: input).token == input)
  }

  @Test(
    "text without a token is refused in a sentence",
    arguments: [
      ("", .empty), (" \n\t", .empty), ("hello", .noToken), ("hello world", .noToken),
      ("Hello. World. This is it", .noToken), ("example.org", .noToken), (#"{"value":"hello"}"#, .noToken),
      ("{}", .noToken), ("[]", .noToken), ("Bearer", .noToken), ("\"\"", .noToken),
      ("ghp_16C7e42F292c6912E7", .noToken),
    ] as [(String, TokenTextError)])
  func none(_ input: String, _ error: TokenTextError) {
    #expect(throws: error) { try TokenText.extract(from: input) }
    #expect(!error.description.isEmpty && !error.hint.isEmpty && !error.code.isEmpty)
  }

  @Test("more than one token is never chosen from")
  func several() {
    #expect(throws: TokenTextError.several(2, names: [])) {
      try TokenText.extract(from: "first \(Self.token) second \(Self.other)")
    }
    #expect(throws: TokenTextError.several(2, names: ["access_token", "id_token"])) {
      try TokenText.extract(from: #"{"access_token":"\#(Self.token)","id_token":"\#(Self.other)"}"#)
    }
    let hostile = TokenTextError.several(2, names: ["a"])
    #expect(isHarmless(hostile.description))
  }

  @Test("too much text is refused before it is looked at")
  func tooLarge() {
    let input = String(repeating: "a", count: (1 << 20) + 1)
    #expect(throws: TokenTextError.tooLarge(bytes: (1 << 20) + 1)) { try TokenText.extract(from: input) }
  }

  @Test(
    "a megabyte made to keep the reader busy is done with at once",
    arguments: [
      "\"", "a=", "export ", "(", "eyJ.", "e30.", "[", "{\"a\":", " ", ";", "eyJ\n", ".", "eyJhbGciOiJub25lIn0.e30. ",
    ])
  func hostile(_ piece: String) {
    let input = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
    // Returning at all is the point: quadratic work on a megabyte takes minutes.
    _ = try? TokenText.extract(from: input)
  }
}
