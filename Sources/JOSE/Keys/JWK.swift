/// A key (RFC 7517), read once and ready for use.
///
/// A key that is weak can be read, so that people can be told about it; ``weakness`` says that nothing may be trusted
/// because of it.
public struct JWK: Sendable {
  /// The type of the key, `kty` (RFC 7518 §6.1, RFC 8037 §2).
  public enum KeyType: String, Sendable, Hashable {
    case rsa = "RSA"
    case ec = "EC"
    case okp = "OKP"
    case oct = "oct"
  }

  public var keyType: KeyType { storage.keyType }
  /// `crv`, such as `P-256`; nil for RSA and oct.
  public var curve: String? { storage.curve }
  /// The size in bits: of the modulus, the curve or the secret.
  public var bits: Int? { storage.bits }
  /// `kid`, as it was given; nil when there was none.
  public var keyID: String? { storage.attributes.keyID }
  /// `alg`: the one algorithm that the key is for.
  public var algorithm: String? { storage.attributes.algorithm }
  /// `use`: `sig` or `enc`.
  public var use: String? { storage.attributes.use }
  /// `key_ops`: what the key is for.
  public var keyOperations: [String]? { storage.attributes.keyOperations }
  /// Whether the key holds a part that must be kept secret.
  public var isPrivate: Bool { storage.isPrivate }
  /// The key as it was given, without its secret members; nil when it was not a JWK.
  public var json: JSONObject? { storage.json }
  /// Why the key must not be trusted, nil when nothing is known against it.
  public var weakness: KeyWeakness? { storage.weakness }
  /// The SHA-256 thumbprint (RFC 7638 §3, for OKP RFC 8037 §2), as base64url.
  ///
  /// That of a secret must be kept from others when the secret could be guessed (RFC 7638 §7).
  public var thumbprint: String { storage.thumbprint }
  /// What kind of key this is, such as `an RSA key of 2048 bits` or `an EC key on P-256`.
  public var summary: String { storage.summary }

  var material: Material { storage.material }

  /// One object, so that handing a key on costs one reference and not a dozen.
  private let storage: Storage

  private final class Storage: Sendable {
    let material: Material
    let keyType: KeyType
    let curve: String?
    let bits: Int
    let attributes: Attributes
    let isPrivate: Bool
    let json: JSONObject?
    let weakness: KeyWeakness?
    let thumbprint: String
    let summary: String

    init(_ material: Material, isPrivate: Bool, attributes: Attributes, json: JSONObject?) {
      self.material = material
      self.isPrivate = isPrivate
      self.attributes = attributes
      self.json = json
      thumbprint = JWK.thumbprint(of: material)
      switch material {
      case .asymmetric(_, .rsa(let modulus, let exponent)):
        keyType = .rsa
        curve = nil
        bits = KeyWeakness.bitCount(modulus)
        weakness = .ofRSA(modulus: modulus, exponent: exponent)
        summary = "an RSA key of \(bits) bits"
      case .asymmetric(_, .ec(let named, _, _)):
        keyType = .ec
        curve = named.rawValue
        bits = named.bits
        weakness = nil
        summary = "an EC key on \(named.rawValue)"
      case .asymmetric(_, .okp(let named, _)):
        keyType = .okp
        curve = named.rawValue
        bits = named.bits
        weakness = nil
        summary = "an OKP key on \(named.rawValue)"
      case .secret(let secret):
        keyType = .oct
        curve = nil
        bits = secret.count * 8
        weakness = secret.count < 32 ? .secretTooShort(bits: secret.count * 8, needed: 256) : nil
        summary = "a secret of \(bits) bits"
      }
    }
  }

  /// What signs and verifies.
  enum Material: Sendable {
    case asymmetric(EVPKey, PublicNumbers)
    case secret(SecretBytes)
  }

  /// What a JWK says about its key, besides the key.
  struct Attributes: Sendable {
    var keyID: String?
    var algorithm: String?
    var use: String?
    var keyOperations: [String]?
  }

  /// A key from its parts.
  init(_ material: Material, isPrivate: Bool, attributes: Attributes = Attributes(), json: JSONObject? = nil) {
    storage = Storage(material, isPrivate: isPrivate, attributes: attributes, json: json)
  }

  /// Whether the algorithm takes keys of this type and curve. What the JWK itself allows is another question.
  public func fits(_ algorithm: SignatureAlgorithm) -> Bool {
    switch material {
    case .secret: algorithm.family == .hmac
    case .asymmetric(let key, .rsa):
      algorithm.family == .pss || (algorithm.family == .pkcs1 && !key.isRestrictedToPSS)
    case .asymmetric(_, .ec(let curve, _, _)), .asymmetric(_, .okp(let curve, _)):
      algorithm.curves.contains(curve)
    }
  }

  // MARK: For others

  /// The JWK to be published: no private members, and the `kid` that was given, else the thumbprint. Nil for a secret.
  public var publicJWK: JSONObject? {
    guard case .asymmetric(_, let numbers) = material else { return nil }
    var object = JSONObject()
    object.set("kty", to: JSON(keyType.rawValue))
    if let use { object.set("use", to: JSON(use)) }
    if let keyOperations, use == nil {
      // What a private key signs, its public part verifies (RFC 7517 §4.3).
      let operations = keyOperations.map { $0 == "sign" ? "verify" : $0 }
      object.set("key_ops", to: .array(operations.map { JSON($0) }))
    }
    if let algorithm { object.set("alg", to: JSON(algorithm)) }
    object.set("kid", to: JSON(keyID ?? thumbprint))
    for (name, value) in numbers.members { object.set(name, to: JSON(value)) }
    return object
  }

  /// SubjectPublicKeyInfo as PEM; nil for a secret.
  public var publicPEM: String? {
    guard case .asymmetric(let key, _) = material else { return nil }
    return key.publicPEM()
  }

  private static func thumbprint(of material: Material) -> String {
    // The required members in the order of their names, without white space. None of the values needs an escape.
    let members: [(String, String)] =
      switch material {
      case .secret(let secret): [("k", secret.withBytes { Base64URL.encode($0) }), ("kty", "oct")]
      case .asymmetric(_, let numbers): (numbers.members + [("kty", numbers.keyType.rawValue)]).sorted { $0.0 < $1.0 }
      }
    let text = members.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
    return Base64URL.encode(Digest.sha256("{\(text)}".utf8))
  }
}

extension PublicNumbers {
  var keyType: JWK.KeyType {
    switch self {
    case .rsa: .rsa
    case .ec: .ec
    case .okp: .okp
    }
  }

  /// The members of a JWK that hold the numbers (RFC 7518 §6, RFC 8037 §2).
  var members: [(String, String)] {
    switch self {
    case .rsa(let modulus, let exponent):
      [("n", Base64URL.encode(modulus)), ("e", Base64URL.encode(exponent))]
    case .ec(let curve, let x, let y):
      [("crv", curve.rawValue), ("x", Base64URL.encode(x)), ("y", Base64URL.encode(y))]
    case .okp(let curve, let x): [("crv", curve.rawValue), ("x", Base64URL.encode(x))]
    }
  }
}
