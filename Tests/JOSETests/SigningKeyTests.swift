import Testing

@testable import JOSE

/// Making keys, signing, and verifying what was signed.
@Suite struct SigningKeyTests {
  /// An RSA key takes long to make: all RSA algorithms share one.
  static let rsa = try? SigningKey.generate(.rs256)

  static func key(_ algorithm: SignatureAlgorithm) throws -> SigningKey {
    guard algorithm.keyType == .rsa else { return try SigningKey.generate(algorithm) }
    return try SigningKey(try #require(rsa).jwk, algorithm: algorithm)
  }

  @Test("what a new key signs verifies with its published key", arguments: SignatureAlgorithm.allCases)
  func roundTrip(algorithm: SignatureAlgorithm) throws {
    let key = try Self.key(algorithm)
    let text = try key.compactJWS(header: ["typ": "JWT", "kid": JSON(key.jwk.thumbprint)], payload: Array("{}".utf8))
    let token = CompactToken(parsing: text)
    #expect(token.algorithm == algorithm.rawValue)
    let keys = algorithm.isSymmetric ? JWKSet(keys: [key.jwk]) : try JWKSet(JWKSet(keys: [key.jwk]).json())
    let report = SignatureReport(verifying: token, with: keys)
    #expect(report.outcome == .verified, "\(report)")
    #expect(report.keyUsed?.thumbprint == key.jwk.thumbprint)
    #expect(report.algorithmCheck == .accepted(algorithm))
    #expect(report.reason == nil && report.wouldHold == nil)
  }

  @Test(
    "another key of the same kind does not verify it",
    arguments: SignatureAlgorithm.allCases.filter { $0.keyType != .rsa } + [.rs256, .ps256])
  func otherKey(algorithm: SignatureAlgorithm) throws {
    let text = try Self.key(algorithm).compactJWS(header: [:], payload: Array("{}".utf8))
    let other = try SigningKey.generate(algorithm)
    let report = SignatureReport(verifying: CompactToken(parsing: text), with: JWKSet(keys: [other.jwk]))
    #expect(report.outcome == .refused)
    #expect(report.reason == .mismatch)
    #expect(report.wouldHold == false)
  }

  @Test(
    "one changed bit in any byte of header, payload or signature is refused", arguments: SignatureAlgorithm.allCases)
  func mutation(algorithm: SignatureAlgorithm) throws {
    let key = try Self.key(algorithm)
    let text = Array(try key.compactJWS(header: ["typ": "JWT"], payload: Array(#"{"sub":"a"}"#.utf8)).utf8)
    let keys = JWKSet(keys: [key.jwk])
    for index in text.indices {
      var changed = text
      changed[index] ^= 1
      let token = CompactToken(parsing: String(decoding: changed, as: UTF8.self))
      #expect(SignatureReport(verifying: token, with: keys).outcome != .verified, "byte \(index)")
    }
  }

  @Test(
    "a private key is written as PKCS#8 and read again",
    arguments: SignatureAlgorithm.allCases.filter { !$0.isSymmetric })
  func privatePEM(algorithm: SignatureAlgorithm) throws {
    let key = try Self.key(algorithm)
    var pem = try key.privatePEM()
    defer { Secret.zero(&pem) }
    #expect(pem.starts(with: "-----BEGIN PRIVATE KEY-----\n".utf8))
    let read = try SigningKey(pem: pem, algorithm: algorithm)
    #expect(read.jwk.thumbprint == key.jwk.thumbprint)
    let signature = try read.sign([1, 2, 3])
    let bytes: [UInt8] = [1, 2, 3]
    guard case .asymmetric(let evp, _) = key.jwk.material else { return }
    #expect(
      bytes.withUnsafeBytes { message in
        signature.withUnsafeBytes { evp.verify(algorithm, message: message, signature: $0) }
      })
  }

  @Test("the published key has no secret member, and names itself by its thumbprint")
  func publicView() throws {
    let key = try SigningKey.generate(.es256)
    let published = try #require(key.jwk.publicJWK)
    #expect(published.members.map(\.name.value) == ["kty", "use", "alg", "kid", "crv", "x", "y"])
    #expect(published["kid"]?.stringValue == key.jwk.thumbprint)
    #expect(published["alg"] == "ES256")
    #expect(try SigningKey.generate(.hs256).jwk.publicJWK == nil)
    #expect(JWKSet(keys: [try SigningKey.generate(.hs256).jwk]).json() == ["keys": []])
  }

  @Test("a key signs only with an algorithm that it fits")
  func misfit() throws {
    let pem = try SigningKey.generate(.es256).privatePEM()
    #expect(throws: KeyError(.doesNotFit(algorithm: .es384, key: "an EC key on P-256"))) {
      try SigningKey(pem: pem, algorithm: .es384)
    }
    let spki = Array(try #require(try SigningKey.generate(.es256).jwk.publicPEM).utf8)
    #expect(throws: KeyError(.notPrivate)) { try SigningKey(pem: spki, algorithm: .es256) }
  }

  @Test("a header that says another algorithm is not signed")
  func headerAlgorithm() throws {
    let key = try SigningKey.generate(.es256)
    #expect(throws: KeyError(.headerAlgorithm("none", key: .es256))) {
      try key.compactJWS(header: ["alg": "none"], payload: [])
    }
  }

  @Test("RFC 8037 A.4: Ed25519 signs to the bytes printed there")
  func edDSA() throws {
    let jwk = try JWK(
      [
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
      ])
    let token = try SigningKey(jwk, algorithm: .eddsa)
      .compactJWS(header: ["alg": "EdDSA"], payload: Array("Example of Ed25519 signing".utf8))
    #expect(
      token == "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6"
        + "dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
  }

  @Test("secrets: compared by content, zeroed in place, random bytes differ")
  func secrets() throws {
    var bytes: [UInt8] = [1, 2, 3]
    #expect(Secret.equal(bytes, [1, 2, 3]) && !Secret.equal(bytes, [1, 2, 4]) && !Secret.equal(bytes, [1, 2]))
    Secret.zero(&bytes)
    #expect(bytes == [0, 0, 0])
    #expect(try RandomBytes.make(32) != RandomBytes.make(32))
    #expect(try RandomBytes.make(0) == [])
    #expect(
      Base64URL.encode(Digest.sha256("abc".utf8)) == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
  }
}
