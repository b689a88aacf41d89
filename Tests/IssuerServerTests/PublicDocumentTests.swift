import JOSE
import Testing

@testable import IssuerServer

@Suite("public documents")
struct PublicDocumentTests {
  @Test("the same bytes have the same tag, others have another")
  func tags() {
    let document = PublicDocument(["keys": []], lifetime: 60)
    #expect(document.entityTag == PublicDocument(["keys": []], lifetime: 90).entityTag)
    #expect(document.entityTag != PublicDocument(["keys": [1]], lifetime: 60).entityTag)
    #expect(document.entityTag.hasPrefix("\"") && document.entityTag.hasSuffix("\""))
  }

  @Test(
    "a reader that has the bytes is told so",
    arguments: [
      ("TAG", true), ("W/TAG", true), ("\"other\", TAG", true), ("*", true), ("\"other\"", false), ("", false),
      ("\"other\",W/TAG ", true), (",,", false),
    ])
  func conditions(header: String, isKnown: Bool) {
    let document = PublicDocument(["keys": []], lifetime: 60)
    #expect(document.isKnown(to: header.replacing("TAG", with: document.entityTag)) == isKnown)
  }
}
