/// A key that signs tokens with one algorithm.
public struct SigningKey: Sendable {
  public let algorithm: SignatureAlgorithm
  /// The key as others see it: `kid` is the thumbprint, `alg` the algorithm, `use` is `sig`.
  public let jwk: JWK

  /// Makes a new key: RSA of 2048 bits, the curve of the algorithm (Ed25519 for `EdDSA`), or a secret as long as the hash.
  ///
  /// - Throws: ``KeyError`` when the library cannot make one.
  public static func generate(_ algorithm: SignatureAlgorithm) throws(KeyError) -> SigningKey {
    if let hash = algorithm.hash, algorithm.isSymmetric {
      var secret = try RandomBytes.make(hash.length)
      defer { Secret.zero(&secret) }
      return try SigningKey(JWK(.secret(SecretBytes(secret)), isPrivate: true), algorithm: algorithm)
    }
    guard let key = EVPKey.generate(for: algorithm), let numbers = key.publicNumbers else {
      throw KeyError(.library("no key could be made for \(algorithm.rawValue)"))
    }
    return try SigningKey(JWK(.asymmetric(key, numbers), isPrivate: true), algorithm: algorithm)
  }

  /// Reads a private key: PKCS#8, PKCS#1 or SEC1, as PEM or DER, or a private JWK. Of several keys the first private one.
  ///
  /// - Throws: ``KeyError`` when there is no private key, when it does not fit the algorithm, or when it is weak.
  public init(pem: [UInt8], algorithm: SignatureAlgorithm) throws(KeyError) {
    let set = try JWKSet(reading: pem)
    guard let key = set.keys.first(where: \.isPrivate) else {
      throw set.skipped.first?.error ?? KeyError(.notPrivate)
    }
    try self.init(key, algorithm: algorithm)
  }

  /// A key that was read, for one algorithm.
  ///
  /// - Throws: ``KeyError`` when the key is public, does not fit the algorithm, or is weak.
  public init(_ key: JWK, algorithm: SignatureAlgorithm) throws(KeyError) {
    guard key.isPrivate else { throw KeyError(.notPrivate) }
    self.algorithm = algorithm
    jwk = try key.published(for: algorithm)
  }

  /// PKCS#8 as PEM, not encrypted. Overwrite the bytes after use, with ``Secret/zero(_:)``.
  ///
  /// - Throws: ``KeyError`` for a secret, which has no such form.
  public func privatePEM() throws(KeyError) -> [UInt8] {
    guard case .asymmetric(let key, _) = jwk.material else { throw KeyError(.noPEM) }
    guard let pem = key.privatePEM() else { throw KeyError(.library("the private key cannot be written")) }
    return pem
  }

  /// The signature of the bytes in the form that a JWS has (RFC 7518 §3).
  ///
  /// - Throws: ``KeyError`` when the library fails.
  public func sign(_ bytes: [UInt8]) throws(KeyError) -> [UInt8] {
    let signature = bytes.withUnsafeBytes { message in
      switch jwk.material {
      case .asymmetric(let key, _): key.sign(algorithm, message: message)
      case .secret(let secret):
        algorithm.hash.flatMap { hash in secret.withBytes { OpenSSL.hmac(hash, key: $0, message: message) } }
      }
    }
    guard let signature else { throw KeyError(.library("the key does not sign")) }
    return signature
  }

  /// A JWS in compact serialisation (RFC 7515 §7.1). The header is written as it is given; `alg` is put before the rest
  /// when it is not there.
  ///
  /// - Throws: ``KeyError`` when the header says another algorithm, or the library fails.
  public func compactJWS(header: JSONObject, payload: [UInt8]) throws(KeyError) -> String {
    var header = header
    if let given = header["alg"] {
      guard given.stringValue == algorithm.rawValue else {
        throw KeyError(.headerAlgorithm(given.stringValue ?? given.kindName, key: algorithm))
      }
    } else {
      header.members.insert(.init(name: "alg", value: JSON(algorithm.rawValue)), at: 0)
    }
    let signed = Base64URL.encode(JSON.object(header).compact().utf8) + "." + Base64URL.encode(payload)
    return signed + "." + Base64URL.encode(try sign(Array(signed.utf8)))
  }
}

extension JWK {
  /// The key as an issuer names it in its JWKS: `kid` is the thumbprint, `alg` the algorithm, `use` is `sig`.
  ///
  /// - Throws: ``KeyError`` when the key does not fit the algorithm, or is weak.
  public func published(for algorithm: SignatureAlgorithm) throws(KeyError) -> JWK {
    guard fits(algorithm) else { throw KeyError(.doesNotFit(algorithm: algorithm, key: summary)) }
    if let weakness = weakness(for: algorithm) { throw KeyError(.weak(weakness)) }
    return JWK(
      material, isPrivate: isPrivate,
      attributes: Attributes(keyID: thumbprint, algorithm: algorithm.rawValue, use: "sig"))
  }
}
