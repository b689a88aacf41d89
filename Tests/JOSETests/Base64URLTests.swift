import JOSE
import Testing

@Suite("base64url is read strictly (RFC 7515 section 2)")
struct Base64URLTests {
  @Test(
    "bytes become text without padding, and come back",
    arguments: [
      ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"), ([0xFB, 0xFF, 0xFE], "-__-"),
      // RFC 7515, appendix C
      ([3, 236, 255, 224, 193], "A-z_4ME"),
    ] as [([UInt8], String)])
  func roundTrip(_ bytes: [UInt8], _ text: String) throws {
    #expect(Base64URL.encode(bytes) == text)
    #expect(try Base64URL.decode(text.utf8) == bytes)
  }

  @Test(
    "the first wrong byte is named",
    arguments: [
      ("Zg==", 2, .padding), ("Zm8=", 3, .padding), ("=", 0, .padding), ("Zm 9v", 2, .whitespace),
      ("Zm9v\n", 4, .whitespace), ("+__-", 0, .standardAlphabet(0x2B)), ("-/_-", 1, .standardAlphabet(0x2F)),
      ("Zm9v.Zm9v", 4, .alphabet(0x2E)), ("Zm9\u{0}", 3, .alphabet(0)), ("Zm9é", 3, .alphabet(0xC3)),
      ("Zm9vY", 4, .length), ("Y", 0, .length), ("Zh", 1, .nonCanonicalTail), ("Zm9vZm9", 6, .nonCanonicalTail),
    ] as [(String, Int, Base64URLError.Reason)])
  func refused(_ text: String, _ offset: Int, _ reason: Base64URLError.Reason) {
    let error = #expect(throws: Base64URLError.self) { try Base64URL.decode(text.utf8) }
    #expect(error == Base64URLError(offset: offset, reason: reason))
  }

  @Test("each pair of characters but those of whole bytes has one reading: no two texts are the same bytes")
  func canonical() {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var accepted = 0
    for first in alphabet {
      for second in alphabet {
        guard let bytes = try? Base64URL.decode([first, second]) else { continue }
        accepted += 1
        #expect(Base64URL.encode(bytes).utf8.elementsEqual([first, second]))
      }
    }
    #expect(accepted == 256)
  }

  @Test(
    "what is refused is salvaged for showing",
    arguments: [
      ("Zg==", [0x66]), ("Zm 9\nv", [0x66, 0x6F, 0x6F]), ("+//+", [0xFB, 0xFF, 0xFE]),
      ("Zm9v!Zm9v", [0x66, 0x6F, 0x6F, 0x66, 0x6F, 0x6F]),
      ("Zm9vY", [0x66, 0x6F, 0x6F]), ("", []), ("!", []),
    ] as [(String, [UInt8])])
  func salvage(_ text: String, _ bytes: [UInt8]) {
    #expect(Base64URL.salvage(text.utf8) == bytes)
  }

  @Test("an error is a sentence that does not carry the byte itself to a terminal")
  func description() {
    let error = Base64URLError(offset: 7, reason: .alphabet(0x1B))
    #expect(error.description == "byte 7: byte 0x1B is no character of base64url")
  }
}
