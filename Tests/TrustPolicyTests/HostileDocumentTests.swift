import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// A document may be anything at all: it gets an error with its place, and never a verdict.
@Suite("Hostile documents")
struct HostileDocumentTests {
  private func error(_ bytes: [UInt8], as kind: DocumentKind? = nil) throws -> DocumentError {
    try #require(throws: DocumentError.self) { try TrustDocuments([Document(bytes, file: "x")], as: kind) }
  }

  @Test(
    "that are no documents are refused with their place",
    arguments: [
      ("", "empty"), ("   \n", "empty"), ("{", ""), ("{\"a\":1,}", ""), ("[1,2", ""), ("nonsense", "no document"),
      ("a: [1", ""), ("a: b: c", ""), ("\t- a", ""), ("{\"a\":1}{\"b\":2}", ""), ("42", "no document"),
      ("a: &x [1]\nb: *x", ""), ("{\"Statement\":\"\\ud800\"}", ""),
    ])
  func malformed(text: String, words: String) throws {
    let error = try error(Array(text.utf8))
    #expect(error.location.line >= 1 && error.location.column >= 1)
    #expect(words.isEmpty || error.problem.contains(words), "\(error)")
  }

  @Test("with 10 MiB of nesting end with an error", arguments: ["[", "{\"a\":", "- ", "[[{\"a\":"])
  func nesting(unit: String) throws {
    let text = String(repeating: unit, count: 10 * 1024 * 1024 / unit.utf8.count)
    let error = try error(Array(text.utf8))
    #expect(error.location.file == "x")
  }

  @Test("that repeat a key are refused, in JSON and in YAML")
  func duplicates() throws {
    #expect(try error(Array(#"{"issuer":"a","issuer":"b"}"#.utf8)).location.column == 15)
    let yaml = try error(Array("issuer: a\nsubject: b\nissuer: c\n".utf8))
    #expect(yaml.location.line == 3)
    #expect(yaml.problem.contains("second time"))
  }

  @Test("that multiply themselves by aliases are refused")
  func bomb() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let error = try error(Array(text.utf8))
    #expect(error.location.line >= 1)
  }

  @Test("that are bytes and no text are refused")
  func binary() throws {
    _ = try error([0xFF, 0xFE, 0x00, 0x7B])
    _ = try error([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D])
    _ = try error([UInt8](repeating: 0, count: 4096))
  }

  @Test("that are said to be what they are not are refused", arguments: DocumentKind.allCases)
  func forced(kind: DocumentKind) throws {
    for text in ["[]", "{}", "7", #"{"a":{"b":[1,null,true]}}"#, #""x""#, "null"] {
      let error = try error(Array(text.utf8), as: kind)
      #expect(!error.problem.isEmpty)
    }
  }

  @Test("that are cut off anywhere never crash, and change no verdict to accept")
  func truncated() throws {
    let whole = Array(AWSTokenTests.pinned.utf8)
    for length in 0..<whole.count {
      _ = try error(Array(whole[..<length]))
    }
  }

  @Test("carry no control character into a report")
  func controls() throws {
    let text = #"{"issuer":"https://a\u001b[2J","subject":"b\u0007\u202e","audiences":["c\r\n"]}"#
    let documents = try documents(text)
    let verdict = try documents.verdict(try token(#"{"iss":"x\u001b]0;x\u0007","aud":"y","sub":"z"}"#))
    let report = VerdictText.render([verdict])
    #expect(
      !report.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x7F || $0.value == 0x202E) })
  }

  @Test("with patterns and expressions made to hang answer at once")
  func patterns() throws {
    let long = String(repeating: "a", count: 4000)
    let octo = "issuer: https://a\nsubject_pattern: \"(a+)+b\"\naudience: c\n"
    let verdict = try documents(octo).verdict(try token(#"{"iss":"https://a","aud":"c","sub":"\#(long.prefix(250))"}"#))
    #expect(verdict.decision == .reject)
    let wildcard = String(repeating: "*a", count: 1000) + "b"
    let aws = AWSTokenTests.role(#"{"StringLike":{"\#(AWSTokenTests.host):sub":"\#(wildcard)"}}"#)
    #expect(try documents(aws).verdict(try AWSTokenTests.gitHub(long)).decision == .reject)
    let nested =
      String(repeating: "[1,2,3,4,5,6,7,8,9].all(x, ", count: 12) + "true" + String(repeating: ")", count: 12)
    let google = #"""
      {"name":"projects/1/locations/global/workloadIdentityPools/p/providers/x","oidc":{"issuerUri":"https://a"},
       "attributeMapping":{"google.subject":"assertion.sub"},"attributeCondition":"\#(nested)"}
      """#
    let slow = try documents(google).verdict(
      try token(
        #"{"iss":"https://a","sub":"s","aud":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"}"#
      ))
    #expect(slow.decision == .unknown)
  }
}
