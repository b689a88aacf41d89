import Issuer
import JOSE
import Testing

@testable import Federation

@Suite("keys in a transit engine, as it describes them")
struct TransitTests {
  static func answer(_ type: String, _ versions: [(String, String, String)]) -> JSON {
    var keys = JSONObject()
    for (number, created, key) in versions {
      keys.set(number, to: ["creation_time": JSON(created), "public_key": JSON(key)])
    }
    return ["data": ["type": JSON(type), "keys": .object(keys)]]
  }

  @Test("the versions sign in turn, the first at once and each later one when it has been published for long enough")
  func versions() throws {
    let pems = try (0..<2).map { _ in try #require(try SigningKey.generate(.es256).jwk.publicPEM) }
    let versions = try TransitService.versions(
      Self.answer(
        "ecdsa-p256",
        [("2", "2026-11-23T13:00:00.5+01:00", pems[1]), ("1", "2026-11-23T11:00:00.123456789Z", pems[0])]))
    let ring = KeyRing(versions: versions, publishedAhead: 600)
    #expect(ring.entries.map(\.signsFrom) == [1_795_431_600, 1_795_435_200 + 600])
    #expect(ring.signer(at: 1_795_435_200 + 599)?.keyID == ring.entries[0].keyID)
    #expect(ring.entries.allSatisfy { $0.key.signingKey == nil })
  }

  @Test("Ed25519 comes as bare bytes")
  func edwards() throws {
    let jwk = try SigningKey.generate(.eddsa).jwk
    let x = try #require(jwk.publicJWK?["x"]?.stringValue.flatMap { try? Base64URL.decode($0.utf8) })
    let versions = try TransitService.versions(
      Self.answer("ed25519", [("1", "2026-11-23T11:00:00Z", Base64.encode(x))]))
    #expect(versions[0].key.jwk.thumbprint == jwk.thumbprint)
  }

  @Test(
    "what is no key that signs tokens is said",
    arguments: [
      (["data": [:]] as JSON, "no description of a key"), (answer("aes256-gcm96", [("1", "x", "y")]), "type"),
      (answer("rsa-2048", []), "no versions"), (answer("rsa-2048", [("0", "2026-11-23T11:00:00Z", "x")]), "not whole"),
      (answer("rsa-2048", [("1", "yesterday", "x")]), "not whole"),
      (answer("rsa-2048", [("1", "2026-11-23T11:00:00Z", "no key")]), "version 1 of the key cannot be used"),
      (answer("ed25519", [("1", "2026-11-23T11:00:00Z", "AAAA")]), "version 1 of the key cannot be used"),
      (answer("\u{1B}[31m", [("1", "x", "y")]), "type"),
    ])
  func malformed(answer: JSON, words: String) {
    let error = #expect(throws: TransitError.self) { try TransitService.versions(answer) }
    #expect(error?.description.contains(words) == true)
    #expect(error?.description.contains("\u{1B}") == false)
  }
}
