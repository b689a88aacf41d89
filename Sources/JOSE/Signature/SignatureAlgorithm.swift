/// How a token can be signed: the values of `alg` that are supported (RFC 7518 §3.1, RFC 8037, RFC 8812, RFC 9864).
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"
  case es256k = "ES256K"
  case eddsa = "EdDSA"
  case ed25519 = "Ed25519"
  case ed448 = "Ed448"
  case hs256 = "HS256"
  case hs384 = "HS384"
  case hs512 = "HS512"

  /// The algorithm with this name, byte for byte. `init(rawValue:)` also takes canonically equivalent texts: the sign for
  /// kelvin, U+212A, is a K to it.
  init?(exactly name: String) {
    guard let algorithm = Self(rawValue: name), algorithm.rawValue.hasSameBytes(as: name) else { return nil }
    self = algorithm
  }

  /// What the algorithm is, such as `RSASSA-PKCS1-v1_5 with SHA-256`.
  public var summary: String {
    switch self {
    case .rs256: "RSASSA-PKCS1-v1_5 with SHA-256"
    case .rs384: "RSASSA-PKCS1-v1_5 with SHA-384"
    case .rs512: "RSASSA-PKCS1-v1_5 with SHA-512"
    case .ps256: "RSASSA-PSS with SHA-256 and MGF1"
    case .ps384: "RSASSA-PSS with SHA-384 and MGF1"
    case .ps512: "RSASSA-PSS with SHA-512 and MGF1"
    case .es256: "ECDSA on P-256 with SHA-256"
    case .es384: "ECDSA on P-384 with SHA-384"
    case .es512: "ECDSA on P-521 with SHA-512"
    case .es256k: "ECDSA on secp256k1 with SHA-256"
    case .eddsa: "EdDSA on the curve of the key"
    case .ed25519: "EdDSA on Ed25519"
    case .ed448: "EdDSA on Ed448"
    case .hs256: "HMAC with SHA-256"
    case .hs384: "HMAC with SHA-384"
    case .hs512: "HMAC with SHA-512"
    }
  }

  /// Whether the key that verifies is the key that signs.
  public var isSymmetric: Bool { family == .hmac }

  /// The construction that the algorithm is one of.
  enum Family: Sendable { case pkcs1, pss, ecdsa, eddsa, hmac }

  var family: Family {
    switch self {
    case .rs256, .rs384, .rs512: .pkcs1
    case .ps256, .ps384, .ps512: .pss
    case .es256, .es384, .es512, .es256k: .ecdsa
    case .eddsa, .ed25519, .ed448: .eddsa
    case .hs256, .hs384, .hs512: .hmac
    }
  }

  /// The hash function; nil for EdDSA, which brings its own.
  var hash: OpenSSL.Hash? {
    switch self {
    case .rs256, .ps256, .es256, .es256k, .hs256: .sha256
    case .rs384, .ps384, .es384, .hs384: .sha384
    case .rs512, .ps512, .es512, .hs512: .sha512
    case .eddsa, .ed25519, .ed448: nil
    }
  }

  /// The type of key that the algorithm takes.
  var keyType: JWK.KeyType {
    switch family {
    case .pkcs1, .pss: .rsa
    case .ecdsa: .ec
    case .eddsa: .okp
    case .hmac: .oct
    }
  }

  /// The curves that the algorithm takes; empty when it takes no curve.
  var curves: [Curve] {
    switch self {
    case .es256: [.p256]
    case .es384: [.p384]
    case .es512: [.p521]
    case .es256k: [.secp256k1]
    case .eddsa: [.ed25519, .ed448]
    case .ed25519: [.ed25519]
    case .ed448: [.ed448]
    default: []
    }
  }

  /// What kind of key the algorithm needs, for a sentence: `an EC key on P-256`.
  var keyNeeded: String {
    switch self {
    case .es256, .es384, .es512, .es256k: "an EC key on \(curves.map(\.rawValue).joined())"
    case .eddsa: "an OKP key on Ed25519 or Ed448"
    case .ed25519, .ed448: "an OKP key on \(curves.map(\.rawValue).joined())"
    case .hs256, .hs384, .hs512: "a secret (kty oct)"
    default: "an RSA key"
    }
  }
}

/// The curves that signatures of JOSE are made on, by their names in a JWK (RFC 7518 §6.2.1.1, RFC 8037 §2, RFC 8812).
enum Curve: String, Sendable, CaseIterable {
  case p256 = "P-256"
  case p384 = "P-384"
  case p521 = "P-521"
  case secp256k1
  case ed25519 = "Ed25519"
  case ed448 = "Ed448"

  /// How long a coordinate, or the whole public key of an Edwards curve, is, in bytes.
  var coordinateLength: Int {
    switch self {
    case .p256, .secp256k1, .ed25519: 32
    case .p384: 48
    case .p521: 66
    case .ed448: 57
    }
  }

  /// The size of the curve in bits.
  var bits: Int {
    switch self {
    case .p256, .secp256k1, .ed25519: 256
    case .p384: 384
    case .p521: 521
    case .ed448: 456
    }
  }

  var isEdwards: Bool { self == .ed25519 || self == .ed448 }

  /// How long a signature is, in bytes.
  var signatureLength: Int { 2 * coordinateLength }
}
