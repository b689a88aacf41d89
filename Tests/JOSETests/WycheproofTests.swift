import Testing

@testable import JOSE

/// The JWS cases of C2SP Wycheproof: does the compact JWS verify under that key set?
@Suite(
  .enabled(if: Conformance.isPresent || Conformance.isRequired, "the Wycheproof vectors are not beside this checkout"))
struct WycheproofTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let id: String
    let comment: String
    let token: String
    let key: JSON
    let isValid: Bool
    var testDescription: String { "\(id) \(comment)" }
  }

  /// Marked as valid although they hold an illegal `?` in base64url, because some decoders skip it. RFC 7515 §2 and
  /// RFC 4648 §5 have no such character: we refuse it.
  static let illegalCharacter: Set = ["json_web_signature_test/372", "json_web_signature_test/373"]

  /// Marked as invalid for padding that got lost when the vectors were written: they are byte for byte case 357, which is
  /// valid, under the same key (C2SP/wycheproof issue 236). No verifier can satisfy both.
  static let sameAsValid: Set = ["json_web_signature_test/367", "json_web_signature_test/370"]

  static func cases() throws -> [Case] {
    let limits = JSONLimits(depth: 64, bytes: 16 << 20)
    let list = try JSON(parsing: Conformance.bytes(of: "wycheproof/cases.json"), limits: limits).arrayValue ?? []
    return list.compactMap { entry in
      guard let id = entry["id"]?.stringValue, let jws = entry["jws"], let key = entry["verify_key"],
        let result = entry["result"]?.stringValue
      else { return nil }
      // One token in JSON serialisation stands there as an object, not as a text.
      let token = jws.stringValue ?? jws.compact()
      return Case(
        id: id, comment: entry["comment"]?.stringValue ?? "", token: token, key: key, isValid: result == "valid")
    }
  }

  @Test("all 476 cases are read, 55 of them valid")
  func theVectorsAreWhole() throws {
    let cases = try Self.cases()
    #expect(cases.count == 476)
    #expect(cases.count { $0.isValid } == 55)
  }

  @Test("each case comes out as the vectors say")
  func eachCase() throws {
    var wrong: [String] = []
    for test in try Self.cases() {
      // A key that cannot be read at all verifies nothing.
      let keys = try? JWKSet(test.key)
      let report = SignatureReport(verifying: CompactToken(parsing: test.token), with: keys)
      let isExpected =
        (test.isValid && !Self.illegalCharacter.contains(test.id)) || Self.sameAsValid.contains(test.id)
      if (report.outcome == .verified) != isExpected {
        wrong.append("\(test.id) \(test.comment): \(report.reason?.description ?? "verified")")
      }
    }
    #expect(wrong == [])
  }

  @Test("the cases with an illegal character are refused for it", arguments: illegalCharacter)
  func illegalCharacterIsRefused(id: String) throws {
    let test = try #require(try Self.cases().first { $0.id == id })
    let report = SignatureReport(verifying: CompactToken(parsing: test.token), with: try JWKSet(test.key))
    #expect(report.outcome == .refused)
    #expect(
      CompactToken(parsing: test.token).problems.contains {
        $0.offset.map { test.token.utf8Byte(at: $0) } == UInt8(ascii: "?")
      })
  }

  @Test("the cases that lost their padding are the same as the valid case 357", arguments: sameAsValid)
  func lostPadding(id: String) throws {
    let cases = try Self.cases()
    let test = try #require(cases.first { $0.id == id })
    let valid = try #require(cases.first { $0.id == "json_web_signature_test/357" })
    #expect(test.token == valid.token)
    #expect(test.key == valid.key)
    #expect(valid.isValid && !test.isValid)
  }
}

extension String {
  fileprivate func utf8Byte(at offset: Int) -> UInt8 { utf8[utf8.index(utf8.startIndex, offsetBy: offset)] }
}
