internal import COpenSSL
import Synchronization

/// An asymmetric key that is ready for use.
///
/// Unchecked, but safe: an `EVP_PKEY` is immutable once it is made, and its reference count and its caches are guarded by
/// the library (openssl-threads(7)). Contexts, which are not, are made for one call, or are templates that are written
/// before the mutex hands them out and only copied from then on.
final class EVPKey: @unchecked Sendable {
  /// Owned.
  let pointer: OpaquePointer
  private let templates = Mutex<[Template]>([])

  /// Takes over the reference.
  init(adopting pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }

  /// A context that verifies with one algorithm, set up and never used: copying it costs a tenth of setting it up.
  ///
  /// Unchecked, but safe: it is written by its initialiser alone, and `EVP_MD_CTX_copy_ex` only reads it.
  private final class Template: @unchecked Sendable {
    let algorithm: SignatureAlgorithm
    let context: OpaquePointer

    init?(_ algorithm: SignatureAlgorithm, key: OpaquePointer) {
      guard let context = EVP_MD_CTX_new() else { return nil }
      self.algorithm = algorithm
      self.context = context
      var keyContext: OpaquePointer?
      guard EVP_DigestVerifyInit_ex(context, &keyContext, algorithm.hash?.name, nil, nil, key, nil) == 1,
        EVPKey.setPadding(of: keyContext, for: algorithm)
      else { return nil }
    }

    deinit { EVP_MD_CTX_free(context) }
  }

  // MARK: Making

  /// An RSA key from big-endian numbers; nil when the library refuses them. `secret` holds d, and then either none or all
  /// of p, q, dp, dq, qi.
  static func rsa(modulus: [UInt8], exponent: [UInt8], secret: [[UInt8]] = []) -> EVPKey? {
    guard var parameters = KeyParameters() else { return nil }
    guard parameters.add("n", number: modulus), parameters.add("e", number: exponent) else { return nil }
    let names: [StaticString] = [
      "d", "rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1",
    ]
    for (name, number) in zip(names, secret) {
      guard parameters.add(name, number: number) else { return nil }
    }
    return cleared(parameters.makeKey(type: "RSA", isPrivate: !secret.isEmpty))
  }

  /// A key on a curve of Weierstrass; nil when the point is not on the curve.
  static func ec(_ curve: Curve, x: [UInt8], y: [UInt8], secret: [UInt8]? = nil) -> EVPKey? {
    guard var parameters = KeyParameters() else { return nil }
    guard parameters.add("group", text: curve.groupName), parameters.add("pub", octets: [4] + x + y) else {
      return nil
    }
    if let secret, !parameters.add("priv", number: secret) { return nil }
    guard let key = cleared(parameters.makeKey(type: "EC", isPrivate: secret != nil)), key.isPointOnCurve else {
      return nil
    }
    return key
  }

  /// A key on an Edwards curve.
  static func okp(_ curve: Curve, publicKey: [UInt8], secret: [UInt8]? = nil) -> EVPKey? {
    guard var parameters = KeyParameters() else { return nil }
    guard parameters.add("pub", octets: publicKey) else { return nil }
    if let secret, !parameters.add("priv", octets: secret) { return nil }
    return cleared(parameters.makeKey(type: curve.groupName, isPrivate: secret != nil))
  }

  /// A new key for the algorithm; nil when the library cannot make one, or the algorithm is symmetric.
  static func generate(for algorithm: SignatureAlgorithm) -> EVPKey? {
    let type =
      switch algorithm.family {
      case .pkcs1, .pss: "RSA"
      case .ecdsa: "EC"
      case .eddsa: (algorithm.curves.first ?? .ed25519).groupName
      case .hmac: ""
      }
    guard OpenSSL.isReady, !type.isEmpty, let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_keygen_init(context) == 1 else { return cleared(nil) }
    if type == "RSA", EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) != 1 { return cleared(nil) }
    if type == "EC", let curve = algorithm.curves.first,
      EVP_PKEY_CTX_set_group_name(context, curve.groupName) != 1
    {
      return cleared(nil)
    }
    var key: OpaquePointer?
    guard EVP_PKEY_generate(context, &key) == 1, let key else { return cleared(nil) }
    return EVPKey(adopting: key)
  }

  /// Passes the key on and leaves no error behind in the thread's queue.
  private static func cleared(_ key: EVPKey?) -> EVPKey? {
    ERR_clear_error()
    return key
  }

  /// Whether the public point is on its curve, and not at infinity. All four curves have cofactor 1, so every such point
  /// has the right order and the quick check is the full one.
  private var isPointOnCurve: Bool {
    guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return false }
    defer { EVP_PKEY_CTX_free(context) }
    return EVP_PKEY_public_check_quick(context) == 1
  }

  // MARK: Signatures

  /// Whether the signature, in the form that JOSE has (ECDSA: r and s, RFC 7518 §3.4), is one of the message.
  func verify(
    _ algorithm: SignatureAlgorithm, message: UnsafeRawBufferPointer, signature: UnsafeRawBufferPointer
  ) -> Bool {
    guard algorithm.family == .ecdsa else { return verifyEncoded(algorithm, message: message, signature: signature) }
    guard let encoded = Self.derSignature(fromRaw: signature) else { return false }
    return encoded.withUnsafeBytes { verifyEncoded(algorithm, message: message, signature: $0) }
  }

  /// As ``verify(_:message:signature:)``, with ECDSA signatures in DER, as X.509 has them.
  func verifyEncoded(
    _ algorithm: SignatureAlgorithm, message: UnsafeRawBufferPointer, signature: UnsafeRawBufferPointer
  ) -> Bool {
    guard let template = template(for: algorithm), let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_MD_CTX_copy_ex(context, template.context) == 1 else { return false }
    let isValid =
      EVP_DigestVerify(
        context, signature.baseAddress?.assumingMemoryBound(to: UInt8.self), signature.count,
        message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count) == 1
    if !isValid { ERR_clear_error() }
    return isValid
  }

  private func template(for algorithm: SignatureAlgorithm) -> Template? {
    templates.withLock { templates in
      if let template = templates.first(where: { $0.algorithm == algorithm }) { return template }
      guard let template = Template(algorithm, key: pointer) else {
        ERR_clear_error()
        return nil
      }
      templates.append(template)
      return template
    }
  }

  /// The signature of the message in the form that JOSE has; nil when the key cannot sign.
  func sign(_ algorithm: SignatureAlgorithm, message: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    var keyContext: OpaquePointer?
    guard EVP_DigestSignInit_ex(context, &keyContext, algorithm.hash?.name, nil, nil, pointer, nil) == 1,
      Self.setPadding(of: keyContext, for: algorithm)
    else { return nil }
    // The context signs this once: the library need not copy it to keep it.
    EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE)
    let start = message.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var length = Int(EVP_PKEY_get_size(pointer))
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &signature, &length, start, message.count) == 1 else { return nil }
    signature.removeLast(signature.count - length)
    guard algorithm.family == .ecdsa, let curve = algorithm.curves.first else { return signature }
    return Self.rawSignature(fromDER: signature, coordinateLength: curve.coordinateLength)
  }

  /// PSS has a salt as long as the hash, and MGF1 with the same hash (RFC 7518 §3.5).
  private static func setPadding(of context: OpaquePointer?, for algorithm: SignatureAlgorithm) -> Bool {
    switch algorithm.family {
    case .pkcs1: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
    case .pss:
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
    case .ecdsa, .eddsa: true
    case .hmac: false
    }
  }

  /// r and s, each half of the bytes, as the SEQUENCE that the library reads.
  private static func derSignature(fromRaw raw: UnsafeRawBufferPointer) -> [UInt8]? {
    let half = raw.count / 2
    guard let start = raw.baseAddress?.assumingMemoryBound(to: UInt8.self), let length = Int32(exactly: half),
      let signature = ECDSA_SIG_new()
    else { return nil }
    defer { ECDSA_SIG_free(signature) }
    let r = BN_bin2bn(start, length, nil)
    let s = BN_bin2bn(start + half, length, nil)
    guard r != nil, s != nil, ECDSA_SIG_set0(signature, r, s) == 1 else {
      BN_free(r)
      BN_free(s)
      return nil
    }
    return encoded(by: { i2d_ECDSA_SIG(signature, $0) })
  }

  private static func rawSignature(fromDER der: [UInt8], coordinateLength: Int) -> [UInt8]? {
    let signature = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      return d2i_ECDSA_SIG(nil, &start, buffer.count)
    }
    guard let signature else { return nil }
    defer { ECDSA_SIG_free(signature) }
    let length = Int32(coordinateLength)
    var raw = [UInt8](repeating: 0, count: 2 * coordinateLength)
    let isWritten = raw.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return BN_bn2binpad(ECDSA_SIG_get0_r(signature), start, length) == length
        && BN_bn2binpad(ECDSA_SIG_get0_s(signature), start + coordinateLength, length) == length
    }
    return isWritten ? raw : nil
  }

  /// What an `i2d` function of the library writes.
  static func encoded(by write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
    let length = Int(write(nil))
    guard length > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: length)
    let written = bytes.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return Int(write(&start))
    }
    return written == length ? bytes : nil
  }
}

extension Curve {
  /// The name of the group, or of the type of key, in OpenSSL.
  var groupName: String {
    switch self {
    case .p256: "prime256v1"
    case .p384: "secp384r1"
    case .p521: "secp521r1"
    case .secp256k1: "secp256k1"
    case .ed25519: "ED25519"
    case .ed448: "ED448"
    }
  }

  init?(groupName: String) {
    guard let curve = Curve.allCases.first(where: { $0.groupName == groupName }) else { return nil }
    self = curve
  }
}
