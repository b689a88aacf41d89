internal import COpenSSL

/// The numbers of a public key, big-endian. Those of RSA without leading zeros, coordinates in their full length.
enum PublicNumbers: Sendable, Hashable {
  case rsa(modulus: [UInt8], exponent: [UInt8])
  case ec(Curve, x: [UInt8], y: [UInt8])
  case okp(Curve, x: [UInt8])
}

extension EVPKey {
  /// What kind of key a file held.
  enum Encoding: Sendable, Hashable {
    case publicKey, rsaPublicKey, privateKey, rsaPrivateKey, ecPrivateKey, certificate
  }

  // MARK: Reading

  /// A key from DER, nil when the bytes are no such thing or something follows them.
  convenience init?(der: [UInt8], as encoding: Encoding) {
    guard OpenSSL.isReady else { return nil }
    let key = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      let end = buffer.baseAddress.map { $0 + buffer.count }
      let key = Self.read(&start, buffer.count, as: encoding)
      guard start == end else {
        EVP_PKEY_free(key)
        return nil
      }
      return key
    }
    ERR_clear_error()
    guard let key else { return nil }
    self.init(adopting: key)
  }

  private static func read(
    _ start: UnsafeMutablePointer<UnsafePointer<UInt8>?>, _ length: Int, as encoding: Encoding
  ) -> OpaquePointer? {
    switch encoding {
    case .publicKey: return d2i_PUBKEY(nil, start, length)
    case .rsaPublicKey: return d2i_PublicKey(EVP_PKEY_RSA, nil, start, length)
    case .privateKey: return d2i_AutoPrivateKey(nil, start, length)
    case .rsaPrivateKey: return d2i_PrivateKey(EVP_PKEY_RSA, nil, start, length)
    case .ecPrivateKey: return d2i_PrivateKey(EVP_PKEY_EC, nil, start, length)
    case .certificate:
      guard let certificate = d2i_X509(nil, start, length) else { return nil }
      defer { X509_free(certificate) }
      return X509_get_pubkey(certificate)
    }
  }

  /// Whether the DER is a PKCS#8 private key that is encrypted.
  static func isEncryptedPrivateKey(der: [UInt8]) -> Bool {
    let info = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      let info = d2i_X509_SIG(nil, &start, buffer.count)
      guard start == buffer.baseAddress.map({ $0 + buffer.count }) else {
        X509_SIG_free(info)
        return nil
      }
      return info
    }
    ERR_clear_error()
    guard let info else { return false }
    X509_SIG_free(info)
    return true
  }

  /// A block between BEGIN and END.
  struct PEMBlock {
    let label: String
    /// Whether the block says that it is encrypted.
    let isEncrypted: Bool
    /// Zero these after use: they may be a private key.
    var bytes: [UInt8]
  }

  /// The blocks of a PEM text (RFC 7468), at most `limit`; text around them is passed over. `isComplete` is false when a
  /// block cannot be read: none after it is.
  static func pemBlocks(_ text: [UInt8], limit: Int) -> (blocks: [PEMBlock], isComplete: Bool) {
    guard OpenSSL.isReady, let length = Int32(exactly: text.count) else { return ([], false) }
    return text.withUnsafeBytes { memory in
      guard let bio = BIO_new_mem_buf(memory.baseAddress, length) else { return ([], false) }
      defer { BIO_free(bio) }
      var blocks: [PEMBlock] = []
      while blocks.count < limit {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard PEM_read_bio(bio, &name, &header, &data, &count) == 1, let name, let header, let data else { break }
        blocks.append(
          PEMBlock(
            label: String(cString: name), isEncrypted: String(cString: header).contains("ENCRYPTED"),
            bytes: Array(UnsafeBufferPointer(start: data, count: count))))
        idp_openssl_free(name)
        idp_openssl_free(header)
        idp_openssl_clear_free(data, count)
      }
      // The library says "no start line" when all blocks were read.
      let isComplete = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
      ERR_clear_error()
      return (blocks, isComplete)
    }
  }

  // MARK: What it is

  /// Whether the key is one for RSASSA-PSS alone (its algorithm identifier says so).
  var isRestrictedToPSS: Bool { EVP_PKEY_get_base_id(pointer) == EVP_PKEY_RSA_PSS }

  /// The name of the key's type and group, for a sentence about one that is not supported.
  var typeName: String {
    let type = EVP_PKEY_get0_type_name(pointer).map { String(cString: $0) } ?? "unknown"
    guard let group = groupName else { return type }
    return "\(type) on \(group)"
  }

  private var groupName: String? {
    var buffer = [CChar](repeating: 0, count: 80)
    var length = 0
    guard EVP_PKEY_get_group_name(pointer, &buffer, buffer.count, &length) == 1 else {
      ERR_clear_error()
      return nil
    }
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The numbers of the public key, nil when it is of a type that signs no tokens.
  var publicNumbers: PublicNumbers? {
    defer { ERR_clear_error() }
    switch EVP_PKEY_get_base_id(pointer) {
    case EVP_PKEY_RSA, EVP_PKEY_RSA_PSS:
      guard let modulus = number("n"), let exponent = number("e") else { return nil }
      return .rsa(modulus: modulus, exponent: exponent)
    case EVP_PKEY_EC:
      guard !hasExplicitParameters, let curve = groupName.flatMap(Curve.init(groupName:)), !curve.isEdwards else {
        return nil
      }
      let length = curve.coordinateLength
      guard let x = number("qx", length: length), let y = number("qy", length: length) else { return nil }
      return .ec(curve, x: x, y: y)
    case EVP_PKEY_ED25519: return rawPublicKey.map { .okp(.ed25519, x: $0) }
    case EVP_PKEY_ED448: return rawPublicKey.map { .okp(.ed448, x: $0) }
    default: return nil
    }
  }

  /// Whether the key brought the parameters of its curve along. Such a key can have a generator that somebody chose, so
  /// that he knows a private part for any public one (CVE-2020-0601).
  private var hasExplicitParameters: Bool {
    let name: StaticString = "decoded-from-explicit"
    var value: Int32 = 0
    return EVP_PKEY_get_int_param(pointer, name.cString, &value) == 1 && value != 0
  }

  private func number(_ name: StaticString, length: Int? = nil) -> [UInt8]? {
    var number: OpaquePointer?
    guard EVP_PKEY_get_bn_param(pointer, name.cString, &number) == 1, let number else { return nil }
    defer { BN_clear_free(number) }
    let count = length ?? Int(BN_num_bits(number) + 7) / 8
    guard let width = Int32(exactly: count) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return BN_bn2binpad(number, &bytes, width) == width ? bytes : nil
  }

  private var rawPublicKey: [UInt8]? {
    var length = 0
    guard EVP_PKEY_get_raw_public_key(pointer, nil, &length) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: length)
    return EVP_PKEY_get_raw_public_key(pointer, &bytes, &length) == 1 ? bytes : nil
  }

  // MARK: Writing

  /// SubjectPublicKeyInfo as PEM.
  func publicPEM() -> String? {
    Self.written { PEM_write_bio_PUBKEY($0, pointer) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// PKCS#8, not encrypted, as PEM. Zero the bytes after use.
  func privatePEM() -> [UInt8]? {
    Self.written { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
  }

  /// What is written to a BIO in memory, which overwrites its bytes when it is freed.
  private static func written(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
    guard OpenSSL.isReady, let bio = BIO_new(BIO_s_mem()) else { return nil }
    defer {
      BIO_free(bio)
      ERR_clear_error()
    }
    guard write(bio) == 1 else { return nil }
    var count = 0
    guard let start = idp_bio_bytes(bio, &count) else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }
}
