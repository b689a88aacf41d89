extension JWK {
  /// The longest RSA modulus that is taken: the time to verify grows with its square.
  static let longestModulus = 16384
  /// The longest RSA modulus of a private key: the time to sign grows with its cube.
  static let longestPrivateModulus = 8192

  /// The members that must be kept secret (RFC 7518 §6, RFC 8037 §2).
  private static let secretMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  /// Reads a JWK.
  ///
  /// Strict where it concerns the key itself: no member twice, base64url without padding, coordinates of the exact length,
  /// a point on the curve, a private part that belongs to the public one.
  ///
  /// - Throws: ``KeyError`` that names the member.
  public init(_ json: JSON) throws(KeyError) {
    guard let object = json.objectValue else {
      throw KeyError(.wrongKind(expected: "a JWK, which is an object", found: json.kindName))
    }
    if let name = object.duplicateNames.first { throw KeyError(.duplicateMember(name)) }
    let members = JWKMembers(object)
    let typeName = try members.text("kty")
    guard let type = KeyType(rawValue: typeName) else { throw KeyError(.unknownKeyType(typeName)) }
    let attributes = Attributes(
      keyID: try members.textIfPresent("kid"), algorithm: try members.textIfPresent("alg"),
      use: try members.textIfPresent("use"), keyOperations: try members.textsIfPresent("key_ops"))
    let material: Material
    var isPrivate = members.has("d")
    switch type {
    case .rsa: material = try Self.rsa(members)
    case .ec: material = try Self.ec(members)
    case .okp: material = try Self.okp(members)
    case .oct:
      var secret = try members.bytes("k")
      defer { Secret.zero(&secret) }
      material = .secret(SecretBytes(secret))
      isPrivate = true
    }
    let shown = object.members.filter { !Self.secretMembers.contains($0.name.value) }
    self.init(material, isPrivate: isPrivate, attributes: attributes, json: JSONObject(members: shown))
  }

  private static func rsa(_ members: JWKMembers) throws(KeyError) -> Material {
    let modulus = try members.number("n")
    let exponent = try members.number("e")
    var secret: [[UInt8]] = []
    defer { for index in secret.indices { Secret.zero(&secret[index]) } }
    if members.has("d") {
      secret.append(try members.number("d"))
      if members.has("oth") { throw KeyError(.invalidRSA("more than two primes ('oth') are not supported")) }
      // The producer gives all of these or none (RFC 7518 §6.3.2).
      let names = ["p", "q", "dp", "dq", "qi"]
      if names.contains(where: members.has) {
        for name in names { secret.append(try members.number(name)) }
      }
    }
    try checkRSA(modulus: modulus, exponent: exponent, isPrivate: !secret.isEmpty)
    guard let key = EVPKey.rsa(modulus: modulus, exponent: exponent, secret: secret) else {
      throw KeyError(.invalidRSA("the library refuses them"))
    }
    if !secret.isEmpty { try checkPair(key, .rs256) }
    return .asymmetric(key, .rsa(modulus: modulus, exponent: exponent))
  }

  private static func ec(_ members: JWKMembers) throws(KeyError) -> Material {
    let name = try members.text("crv")
    guard let curve = Curve(rawValue: name), !curve.isEdwards else {
      throw KeyError(.unsupportedCurve(keyType: "EC", name))
    }
    let x = try members.bytes("x", of: curve)
    let y = try members.bytes("y", of: curve)
    var secret = try members.secret(of: curve)
    defer { secret.zero() }
    guard let key = EVPKey.ec(curve, x: x, y: y, secret: secret.bytes) else { throw KeyError(.notOnCurve(name)) }
    if secret.bytes != nil, let algorithm = SignatureAlgorithm.allCases.first(where: { $0.curves == [curve] }) {
      try checkPair(key, algorithm)
    }
    return .asymmetric(key, .ec(curve, x: x, y: y))
  }

  private static func okp(_ members: JWKMembers) throws(KeyError) -> Material {
    let name = try members.text("crv")
    guard let curve = Curve(rawValue: name), curve.isEdwards else {
      throw KeyError(.unsupportedCurve(keyType: "OKP", name))
    }
    let x = try members.bytes("x", of: curve)
    var secret = try members.secret(of: curve)
    defer { secret.zero() }
    guard let key = EVPKey.okp(curve, publicKey: x, secret: secret.bytes) else { throw KeyError(.notOnCurve(name)) }
    if secret.bytes != nil { try checkPair(key, .eddsa) }
    return .asymmetric(key, .okp(curve, x: x))
  }

  /// Refuses numbers that cannot be an RSA key, or that would take too long.
  static func checkRSA(modulus: [UInt8], exponent: [UInt8], isPrivate: Bool) throws(KeyError) {
    let bits = KeyWeakness.bitCount(modulus)
    let limit = isPrivate ? longestPrivateModulus : longestModulus
    guard bits <= limit else { throw KeyError(.modulusTooLong(bits: bits, limit: limit)) }
    guard bits >= 512 else { throw KeyError(.invalidRSA("the modulus has \(bits) bits")) }
    guard let last = modulus.last, !last.isMultiple(of: 2) else { throw KeyError(.invalidRSA("the modulus is even")) }
    guard !exponent.isEmpty else { throw KeyError(.invalidRSA("the public exponent is 0")) }
    guard exponent.count < modulus.count || exponent.lexicographicallyPrecedes(modulus) else {
      throw KeyError(.invalidRSA("the public exponent is larger than the modulus"))
    }
  }

  /// Refuses a key whose public part does not verify what its private part signs.
  static func checkPair(_ key: EVPKey, _ algorithm: SignatureAlgorithm) throws(KeyError) {
    let holds = Array("Does the private part belong to the public one?".utf8).withUnsafeBytes { message in
      guard let signature = key.sign(algorithm, message: message) else { return false }
      return signature.withUnsafeBytes { key.verify(algorithm, message: message, signature: $0) }
    }
    guard holds else { throw KeyError(.privatePartDoesNotFit) }
  }
}

/// The members of a JWK, read as what they must be.
private struct JWKMembers {
  private let object: JSONObject

  init(_ object: JSONObject) { self.object = object }

  func has(_ name: String) -> Bool { object[name] != nil }

  func textIfPresent(_ name: String) throws(KeyError) -> String? {
    guard let value = object[name] else { return nil }
    guard let text = value.stringValue else {
      throw KeyError(.wrongMember(name, expected: "a string", found: value.kindName))
    }
    return text
  }

  func text(_ name: String) throws(KeyError) -> String {
    guard let text = try textIfPresent(name) else { throw KeyError(.missingMember(name)) }
    return text
  }

  func textsIfPresent(_ name: String) throws(KeyError) -> [String]? {
    guard let value = object[name] else { return nil }
    guard let elements = value.arrayValue else {
      throw KeyError(.wrongMember(name, expected: "an array of strings", found: value.kindName))
    }
    let texts = elements.compactMap(\.stringValue)
    guard texts.count == elements.count else {
      throw KeyError(.wrongMember(name, expected: "an array of strings", found: "an array of other things"))
    }
    return texts
  }

  func bytes(_ name: String) throws(KeyError) -> [UInt8] {
    let text = try text(name)
    do {
      return try Base64URL.decode(text.utf8)
    } catch {
      throw KeyError(.base64url(member: name, error))
    }
  }

  /// Bytes that are exactly as long as the curve has them.
  func bytes(_ name: String, of curve: Curve) throws(KeyError) -> [UInt8] {
    let bytes = try bytes(name)
    guard bytes.count == curve.coordinateLength else {
      throw KeyError(
        .wrongLength(member: name, of: curve.rawValue, expected: curve.coordinateLength, found: bytes.count))
    }
    return bytes
  }

  /// `d`, nil when there is none.
  func secret(of curve: Curve) throws(KeyError) -> OptionalSecret {
    OptionalSecret(bytes: has("d") ? try bytes("d", of: curve) : nil)
  }

  /// A big-endian number without leading zero bytes. RFC 7518 §2 forbids them, but keys in use have them, and they change
  /// nothing.
  func number(_ name: String) throws(KeyError) -> [UInt8] { Array(try bytes(name).drop { $0 == 0 }) }
}

/// Secret bytes, if there are any.
private struct OptionalSecret {
  var bytes: [UInt8]?

  mutating func zero() {
    if var held = bytes.take() { Secret.zero(&held) }
  }
}
