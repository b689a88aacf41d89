import Testing

@testable import JOSE

/// Keys in the forms that people have them in.
@Suite struct KeyFileTests {
  static func read(_ text: String) throws(KeyError) -> JWKSet { try JWKSet(reading: Array(text.utf8)) }

  /// The bytes of the last block of a PEM text.
  static func der(_ pem: String) -> [UInt8] {
    let lines = pem.split(separator: "\n")
    let start = lines.lastIndex { $0.hasPrefix("-----BEGIN") } ?? 0
    return Base64URL.salvage(lines[(start + 1)...].filter { !$0.hasPrefix("-----") }.joined().utf8)
  }

  static let forms: [(name: String, pem: String, of: String, isPrivate: Bool)] = [
    ("PKCS#8, RSA", KeyFixtures.rsaPKCS8, KeyFixtures.rsaPublic, true),
    ("PKCS#1, RSA", KeyFixtures.rsaPKCS1, KeyFixtures.rsaPublic, true),
    ("PKCS#1 public, RSA", KeyFixtures.rsaPublicPKCS1, KeyFixtures.rsaPublic, false),
    ("certificate, RSA", KeyFixtures.rsaCertificate, KeyFixtures.rsaPublic, false),
    ("PKCS#8, EC", KeyFixtures.ecPKCS8, KeyFixtures.ecPublic, true),
    ("SEC1, EC", KeyFixtures.ecSEC1, KeyFixtures.ecPublic, true),
    ("certificate, EC", KeyFixtures.ecCertificate, KeyFixtures.ecPublic, false),
    ("PKCS#8, Ed25519", KeyFixtures.edPKCS8, KeyFixtures.edPublic, true),
  ]

  @Test("the same key in another form is the same key", arguments: forms)
  func form(name: String, pem: String, of publicPEM: String, isPrivate: Bool) throws {
    let expected = try #require(try Self.read(publicPEM).keys.first)
    #expect(!expected.isPrivate)
    for bytes in [Array(pem.utf8), Self.der(pem)] {
      let keys = try JWKSet(reading: bytes).keys
      #expect(keys.count == 1)
      #expect(keys.first?.thumbprint == expected.thumbprint)
      #expect(keys.first?.isPrivate == isPrivate)
      #expect(keys.first?.publicPEM.map { $0.trimmingNewlines } == publicPEM)
    }
    let viaJWK = try JWK(.object(try #require(expected.publicJWK)))
    #expect(viaJWK.thumbprint == expected.thumbprint)
    #expect(viaJWK.publicPEM?.trimmingNewlines == publicPEM)
  }

  @Test("several blocks, and text around them, are read in order")
  func severalBlocks() throws {
    let text =
      "subject=CN = test\n" + KeyFixtures.ecCertificate + "\nand\n" + KeyFixtures.rsaPublic + "\n"
      + KeyFixtures.ecSEC1 + "\n"
    #expect(try Self.read(text).keys.map(\.keyType) == [.ec, .rsa, .ec])
    #expect(try Self.read(text.split(separator: "\n").joined(separator: "\r\n") + "\r\n").keys.count == 3)
  }

  @Test("a block that cannot be used is skipped and told, when another can")
  func skippedBlock() throws {
    let set = try Self.read(KeyFixtures.x25519Public + "\n" + KeyFixtures.ecPublic)
    #expect(set.keys.map(\.keyType) == [.ec])
    #expect(set.skipped.map(\.index) == [0])
    #expect(set.skipped.first?.error.code == "unsupported-key")
    let cut = try Self.read(KeyFixtures.ecPublic + "\n" + KeyFixtures.rsaPublic.dropLast(60))
    #expect(cut.keys.map(\.keyType) == [.ec])
    #expect(cut.skipped.map(\.error.code) == ["malformed-pem"])
  }

  static let refused: [(name: String, text: String, code: String)] = [
    ("nothing", "", "not-a-key"), ("white space", " \n ", "not-a-key"), ("text", "hello", "not-a-key"),
    ("encrypted PKCS#8", KeyFixtures.ecEncryptedPKCS8, "encrypted-key"),
    ("encrypted SEC1", KeyFixtures.ecEncryptedSEC1, "encrypted-key"),
    ("a certificate request", KeyFixtures.ecRequest, "malformed-pem"),
    (
      "a label that is not the content's", KeyFixtures.ecPublic.replacing("PUBLIC KEY", with: "CERTIFICATE"),
      "malformed-pem"
    ),
    ("a PEM text cut off", String(KeyFixtures.rsaPKCS8.dropLast(100)), "malformed-pem"),
    ("a key for key agreement", KeyFixtures.x25519Public, "unsupported-key"),
    ("a curve that JOSE does not have", KeyFixtures.p224Public, "unsupported-key"),
    ("explicit curve parameters", KeyFixtures.ecExplicit, "unsupported-key"),
    ("JSON that is cut off", #"{"keys":["#, "not-json"), ("a JSON array", "[]", "malformed-jwk"),
    ("an object that is no key", "{}", "malformed-jwk"), ("keys that are no array", #"{"keys":{}}"#, "malformed-jwk"),
  ]

  @Test("what is no key that can be used is refused for what it is", arguments: refused)
  func refusal(name: String, text: String, code: String) throws {
    let error = try #require(throws: KeyError.self) { try Self.read(text) }
    #expect(error.code == code, "\(error)")
    #expect(!error.hint.isEmpty)
  }

  @Test("an encrypted key in DER is told apart from garbage")
  func encryptedDER() {
    #expect(throws: KeyError(.encrypted)) { try JWKSet(reading: Self.der(KeyFixtures.ecEncryptedPKCS8)) }
    #expect(throws: KeyError(.notAKey)) { try JWKSet(reading: [0x30, 3, 2, 1, 1]) }
    #expect(throws: KeyError(.notAKey)) { try JWKSet(reading: Self.der(KeyFixtures.ecPublic) + [0]) }
  }

  @Test("more bytes than a set can have are refused unread")
  func tooLarge() {
    #expect(throws: KeyError(.tooManyBytes(limit: 1 << 20))) {
      try JWKSet(reading: [UInt8](repeating: 0x20, count: (1 << 20) + 1))
    }
  }

  @Test("no byte of a key file, changed, makes the reader fail in another way than by an error")
  func mutation() {
    for text in [KeyFixtures.ecPKCS8, KeyFixtures.edPublic, KeyFixtures.ecCertificate] {
      let der = Self.der(text)
      for index in der.indices {
        var changed = der
        changed[index] ^= 0x41
        _ = try? JWKSet(reading: changed)
        _ = try? JWKSet(reading: Array(der[..<index]))
      }
    }
  }

  @Test("an RSA key that is for RSASSA-PSS alone verifies nothing else")
  func pssKey() throws {
    let key = try #require(try Self.read(KeyFixtures.pssPrivate).keys.first)
    #expect(key.fits(.ps256) && !key.fits(.rs256))
    let token = try SigningKey(key, algorithm: .ps256).compactJWS(header: [:], payload: [])
    let keys = JWKSet(keys: [key])
    #expect(SignatureReport(verifying: CompactToken(parsing: token), with: keys).outcome == .verified)
    #expect(throws: KeyError.self) { try SigningKey(key, algorithm: .rs256) }
  }

  @Test("a short RSA key is read, and known to be weak")
  func weakKey() throws {
    let key = try #require(try Self.read(KeyFixtures.rsa1024Public).keys.first)
    #expect(key.weakness == .rsaTooShort(bits: 1024))
  }
}

extension String {
  fileprivate var trimmingNewlines: String { hasSuffix("\n") ? String(dropLast()) : self }

  fileprivate func replacing(_ text: String, with other: String) -> String {
    split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
  }
}
