/// Why a key must not be trusted although it can be read: whoever wants to can sign with it, or soon will.
public enum KeyWeakness: Sendable, Hashable, CustomStringConvertible {
  /// An RSA modulus under 2048 bits (RFC 7518 §3.3).
  case rsaTooShort(bits: Int)
  /// An RSA modulus with the fingerprint of the Infineon library whose keys can be factored (CVE-2017-15361).
  case roca
  /// An RSA exponent that is even, under 3 or over 256 bits (FIPS 186-5 §5.1); the text is the number, or its size.
  case publicExponent(String)
  /// A secret shorter than the hash (RFC 7518 §3.2).
  case secretTooShort(bits: Int, needed: Int)

  public var description: String {
    switch self {
    case .rsaTooShort(let bits): "an RSA key of \(bits) bits is too short, 2048 are the least"
    case .roca: "the RSA key has the ROCA fingerprint (CVE-2017-15361): its private part can be computed"
    case .publicExponent(let exponent): "an RSA key with the public exponent \(exponent) protects nothing"
    case .secretTooShort(let bits, let needed): "a secret of \(bits) bits is too short, this HMAC needs \(needed)"
    }
  }

  /// What makes an RSA key weak, nil when nothing is known against it.
  static func ofRSA(modulus: [UInt8], exponent: [UInt8]) -> KeyWeakness? {
    let exponentBits = bitCount(exponent)
    if exponentBits > 256 { return .publicExponent("of \(exponentBits) bits") }
    if exponentBits <= 64 {
      let value = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if value < 3 || value.isMultiple(of: 2) { return .publicExponent(String(value)) }
    } else if exponent.last?.isMultiple(of: 2) ?? true {
      return .publicExponent("that is even")
    }
    let bits = bitCount(modulus)
    if bits < 2048 { return .rsaTooShort(bits: bits) }
    return ROCAFingerprint.matches(modulus: modulus) ? .roca : nil
  }

  /// The bits of a big-endian number without leading zero bytes.
  static func bitCount(_ bytes: [UInt8]) -> Int {
    guard let first = bytes.first else { return 0 }
    return bytes.count * 8 - first.leadingZeroBitCount
  }
}

extension JWK {
  /// Why the key must not be trusted with this algorithm. A secret that is long enough for one hash can be too short for
  /// another (RFC 7518 §3.2).
  public func weakness(for algorithm: SignatureAlgorithm) -> KeyWeakness? {
    guard case .secret(let secret) = material, let hash = algorithm.hash, algorithm.isSymmetric else { return weakness }
    return secret.count < hash.length ? .secretTooShort(bits: secret.count * 8, needed: hash.length * 8) : nil
  }
}
