extension JWKSet {
  /// The most bytes of keys that are read.
  static let mostBytes = 1 << 20
  /// The most PEM blocks that are read.
  private static let mostBlocks = 64

  /// Reads keys in whatever form people have them: a JWK, a JWK set, PEM (one or more of PUBLIC KEY, RSA PUBLIC KEY,
  /// PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY, CERTIFICATE), or DER of the same.
  ///
  /// Certificates are taken for the key that they hold; neither their dates nor who issued them is looked at. Nothing
  /// ever asks for a passphrase.
  ///
  /// - Throws: ``KeyError``; when one of several keys cannot be used, it is ``skipped`` instead.
  public init(reading bytes: [UInt8]) throws(KeyError) {
    guard bytes.count <= Self.mostBytes else { throw KeyError(.tooManyBytes(limit: Self.mostBytes)) }
    guard let first = bytes.first(where: { $0 != 0x20 && !(0x09...0x0D).contains($0) }) else {
      throw KeyError(.notAKey)
    }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      let json: JSON
      do {
        json = try JSON(parsing: bytes)
      } catch {
        throw KeyError(.json(error))
      }
      try self.init(json)
    } else if bytes.first == 0x30, let key = try JWK.der(bytes) {
      self.init(keys: [key])
    } else {
      try self.init(pem: bytes)
    }
  }

  private init(pem bytes: [UInt8]) throws(KeyError) {
    var (blocks, isComplete) = EVPKey.pemBlocks(bytes, limit: Self.mostBlocks)
    defer { for index in blocks.indices { Secret.zero(&blocks[index].bytes) } }
    // Curve parameters stand before the key that they are repeated in.
    blocks.removeAll { $0.label == "EC PARAMETERS" }
    guard !blocks.isEmpty || !isComplete else { throw KeyError(.notAKey) }
    var keys: [JWK] = []
    var skipped: [Skipped] = []
    for (index, block) in blocks.enumerated() {
      do throws(KeyError) {
        keys.append(try JWK.pem(block))
      } catch {
        skipped.append(Skipped(index: index, keyID: nil, error: error))
      }
    }
    if !isComplete {
      let error =
        blocks.count >= Self.mostBlocks
        ? KeyError(.tooManyKeys(limit: Self.mostBlocks)) : KeyError(.pemBlock(label: "number \(blocks.count + 1)"))
      skipped.append(Skipped(index: blocks.count, keyID: nil, error: error))
    }
    if keys.isEmpty, let error = skipped.first?.error { throw error }
    self.init(keys: keys, skipped: skipped)
  }
}

extension JWK {
  /// The key of a PEM block.
  static func pem(_ block: EVPKey.PEMBlock) throws(KeyError) -> JWK {
    if block.isEncrypted || block.label == "ENCRYPTED PRIVATE KEY" { throw KeyError(.encrypted) }
    let encodings: [String: EVPKey.Encoding] = [
      "PUBLIC KEY": .publicKey, "RSA PUBLIC KEY": .rsaPublicKey, "PRIVATE KEY": .privateKey,
      "RSA PRIVATE KEY": .rsaPrivateKey, "EC PRIVATE KEY": .ecPrivateKey, "CERTIFICATE": .certificate,
      "X509 CERTIFICATE": .certificate,
    ]
    guard let encoding = encodings[block.label], let key = EVPKey(der: block.bytes, as: encoding) else {
      throw KeyError(.pemBlock(label: block.label))
    }
    return try JWK(key, encoding)
  }

  /// The key that DER holds, nil when it holds none.
  static func der(_ bytes: [UInt8]) throws(KeyError) -> JWK? {
    for encoding in [EVPKey.Encoding.publicKey, .certificate, .privateKey, .rsaPublicKey] {
      if let key = EVPKey(der: bytes, as: encoding) { return try JWK(key, encoding) }
    }
    if EVPKey.isEncryptedPrivateKey(der: bytes) { throw KeyError(.encrypted) }
    return nil
  }

  private init(_ key: EVPKey, _ encoding: EVPKey.Encoding) throws(KeyError) {
    guard let numbers = key.publicNumbers else { throw KeyError(.unsupportedKey(key.typeName)) }
    let isPrivate =
      switch encoding {
      case .privateKey, .rsaPrivateKey, .ecPrivateKey: true
      case .publicKey, .rsaPublicKey, .certificate: false
      }
    if case .rsa(let modulus, let exponent) = numbers {
      try Self.checkRSA(modulus: modulus, exponent: exponent, isPrivate: isPrivate)
    }
    self.init(.asymmetric(key, numbers), isPrivate: isPrivate)
    if isPrivate, let algorithm = SignatureAlgorithm.allCases.first(where: fits) { try Self.checkPair(key, algorithm) }
  }
}
