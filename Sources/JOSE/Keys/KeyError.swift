/// Why a key cannot be read or used.
public struct KeyError: Error, Sendable, Hashable, CustomStringConvertible {
  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// What can be wrong with a key.
  public enum Reason: Sendable, Hashable {
    /// The bytes are neither JSON nor PEM nor DER of a key.
    case notAKey
    /// More bytes than are read.
    case tooManyBytes(limit: Int)
    /// More keys in one set than are read.
    case tooManyKeys(limit: Int)
    case json(JSONError)
    /// A JWK must be an object, a set's `keys` an array.
    case wrongKind(expected: String, found: String)
    case missingMember(String)
    case duplicateMember(String)
    case wrongMember(String, expected: String, found: String)
    case base64url(member: String, Base64URLError)
    case unknownKeyType(String)
    case unsupportedCurve(keyType: String, String)
    /// A member that must have an exact number of bytes has another.
    case wrongLength(member: String, of: String, expected: Int, found: Int)
    case notOnCurve(String)
    /// Numbers that are no RSA key.
    case invalidRSA(String)
    /// A modulus so large that checking with it would take too long.
    case modulusTooLong(bits: Int, limit: Int)
    /// The private part does not belong to the public one.
    case privatePartDoesNotFit
    /// A PEM block, or PKCS#8 in DER, that needs a passphrase.
    case encrypted
    /// A PEM block that is no key or cannot be read.
    case pemBlock(label: String)
    /// A key of a type that signs no tokens.
    case unsupportedKey(String)
    /// A public key where a private one is needed.
    case notPrivate
    case doesNotFit(algorithm: SignatureAlgorithm, key: String)
    case weak(KeyWeakness)
    /// A header that says another algorithm than the key signs with.
    case headerAlgorithm(String, key: SignatureAlgorithm)
    case noPEM
    /// The cryptographic library refused.
    case library(String)
  }

  /// A sentence: what was found, and what was expected.
  public var description: String {
    switch reason {
    case .notAKey: "this is no key: neither a JWK or JWK set, nor PEM, nor DER of a key or certificate"
    case .tooManyBytes(let limit): "more than \(limit) bytes of keys"
    case .tooManyKeys(let limit): "more than \(limit) keys in one set"
    case .json(let error): "the keys are no JSON: \(error)"
    case .wrongKind(let expected, let found): "expected \(expected), found \(found)"
    case .missingMember(let name): "the JWK has no '\(name)'"
    case .duplicateMember(let name): "the JWK has the member \(Excerpt.of(name)) more than once"
    case .wrongMember(let name, let expected, let found): "'\(name)' of the JWK must be \(expected), but is \(found)"
    case .base64url(let member, let error): "'\(member)' of the JWK is no base64url: \(error)"
    case .unknownKeyType(let type): "the key type \(Excerpt.of(type)) is not known; RSA, EC, OKP and oct are"
    case .unsupportedCurve("OKP", "X25519"), .unsupportedCurve("OKP", "X448"):
      "a key on X25519 or X448 is for key agreement, it signs nothing"
    case .unsupportedCurve(let type, let curve):
      "the curve \(Excerpt.of(curve)) is not supported for \(type) keys"
    case .wrongLength(let member, let curve, let expected, let found):
      "'\(member)' has \(found) bytes, a key on \(curve) has exactly \(expected)"
    case .notOnCurve(let curve): "the point of the key is not on the curve \(curve)"
    case .invalidRSA(let what): "the numbers are no RSA key: \(what)"
    case .modulusTooLong(let bits, let limit): "an RSA modulus of \(bits) bits, more than the \(limit) that are taken"
    case .privatePartDoesNotFit: "the private part of the key does not belong to its public part"
    case .encrypted: "the private key is encrypted with a passphrase"
    case .pemBlock(let label): "the PEM block \(Excerpt.of(label)) is no key that can be read"
    case .unsupportedKey(let type): "a key of the type \(Excerpt.of(type)) signs no tokens"
    case .notPrivate: "this is a public key, signing needs the private one"
    case .doesNotFit(let algorithm, let key):
      "\(algorithm.rawValue) needs \(algorithm.keyNeeded), but this is \(key)"
    case .weak(let weakness): "the key must not be used: \(weakness)"
    case .headerAlgorithm(let found, let algorithm):
      "the header says \(Excerpt.of(found)), but the key signs with \(algorithm.rawValue)"
    case .noPEM: "a secret (kty oct) has no PEM form"
    case .library(let what): "the cryptographic library failed: \(what)"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch reason {
    case .notAKey, .wrongKind: "Give a JWK set as an issuer publishes it, a JWK, or a key as PEM."
    case .tooManyBytes, .tooManyKeys: "Take out the keys that are no longer used."
    case .json: "Check that the whole document was copied."
    case .missingMember, .duplicateMember, .wrongMember, .base64url, .wrongLength:
      "Make the JWK anew from the key; RFC 7518 §6 says which members it has."
    case .unknownKeyType, .unsupportedCurve, .unsupportedKey:
      "Use an RSA key, an EC key on P-256, P-384, P-521 or secp256k1, or an OKP key on Ed25519 or Ed448."
    case .notOnCurve, .invalidRSA, .privatePartDoesNotFit: "The key was damaged or tampered with: get it anew."
    case .modulusTooLong: "Use an RSA key of 2048 to 4096 bits."
    case .encrypted: "Decrypt it first, for example with: openssl pkey -in key.pem -out plain.pem"
    case .pemBlock: "Give a PUBLIC KEY, RSA PUBLIC KEY, PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY or CERTIFICATE."
    case .notPrivate: "Give the private key."
    case .doesNotFit: "Choose the algorithm that goes with the key, or make a key for the algorithm."
    case .weak: "Make a new key, and have the old one no longer trusted."
    case .headerAlgorithm: "Leave 'alg' out of the header."
    case .noPEM: "Keep it as a JWK."
    case .library: "Check that OpenSSL 3 is installed whole."
    }
  }

  /// A stable name for machines.
  public var code: String {
    switch reason {
    case .notAKey: "not-a-key"
    case .tooManyBytes, .tooManyKeys: "too-many-keys"
    case .json: "not-json"
    case .wrongKind, .missingMember, .duplicateMember, .wrongMember, .base64url, .wrongLength: "malformed-jwk"
    case .unknownKeyType, .unsupportedCurve, .unsupportedKey: "unsupported-key"
    case .notOnCurve, .invalidRSA, .modulusTooLong, .privatePartDoesNotFit: "invalid-key"
    case .encrypted: "encrypted-key"
    case .pemBlock: "malformed-pem"
    case .notPrivate: "not-private"
    case .doesNotFit, .headerAlgorithm: "algorithm-mismatch"
    case .weak: "weak-key"
    case .noPEM: "no-pem"
    case .library: "library"
    }
  }
}
