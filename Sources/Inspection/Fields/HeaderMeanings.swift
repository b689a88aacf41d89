import JOSE

/// The members of a header (RFC 7515 §4.1, RFC 7516 §4.1, RFC 7797).
enum HeaderMeanings {
  static func meaning(of name: String, _ value: JSON, isEncrypted: Bool) -> Meaning? {
    if name == "alg" { return algorithm(value, isEncrypted: isEncrypted) }
    if name == "x5c", let chain = value.arrayValue {
      let count = chain.count == 1 ? "1 certificate" : "\(chain.count) certificates"
      return Meaning("certificate chain, \(count)", "\(ignored) A chain proves nothing until it is checked.")
    }
    return table[name]
  }

  private static func algorithm(_ value: JSON, isEncrypted: Bool) -> Meaning {
    guard let text = value.stringValue else { return Meaning("algorithm", type: .string) }
    if isEncrypted { return Meaning("how the key is encrypted", "RFC 7518 section 4.1.", type: .string) }
    if text.lowercased() == "none" {
      return Meaning("not signed at all", "Anybody can write such a token: no relying party may accept it.")
    }
    guard let algorithm = SignatureAlgorithm(rawValue: text) else {
      return Meaning("unknown algorithm", "No algorithm of this name can be checked here. Names are case-sensitive.")
    }
    return Meaning(
      algorithm.summary,
      algorithm.isSymmetric ? "Whoever can verify such a token can also make one: the key is a shared secret." : nil)
  }

  private static let ignored = "Shown, never used: a token must not choose the key that it is checked with."

  private static let table: [String: Meaning] = [
    "kid": Meaning("key ID", "Names the key of the issuer's JWKS that the token is signed with.", type: .string),
    "typ": Meaning("type", "What the whole is; JWT for ID tokens, at+jwt for access tokens (RFC 9068).", type: .string),
    "cty": Meaning("content type", "JWT when the payload is a token itself (RFC 7519 section 5.2).", type: .string),
    "crit": Meaning(
      "must be understood", "Extensions that a verifier must know, or it must refuse the token.", type: .strings),
    "jku": Meaning("URL of keys", ignored, type: .string),
    "jwk": Meaning("embedded key", ignored, type: .object),
    "x5u": Meaning("URL of certificates", ignored, type: .string),
    "x5c": Meaning("certificate chain", ignored, type: .strings),
    "x5t": Meaning("certificate, SHA-1", "Fingerprint of the certificate of the signing key.", type: .string),
    "x5t#S256": Meaning("certificate, SHA-256", "Fingerprint of the certificate of the signing key.", type: .string),
    "b64": Meaning("payload encoding", "false: the payload is not encoded (RFC 7797); not accepted.", type: .boolean),
    "enc": Meaning("content encryption", "How the content of an encrypted token is encrypted.", type: .string),
    "zip": Meaning("compression", "The content was compressed before it was encrypted.", type: .string),
    "epk": Meaning("ephemeral public key", type: .object),
    "apu": Meaning("agreement, producer", type: .string),
    "apv": Meaning("agreement, recipient", type: .string),
    "iv": Meaning("initialisation vector", type: .string),
    "tag": Meaning("authentication tag", type: .string),
    "p2s": Meaning("salt of the password", type: .string),
    "p2c": Meaning("rounds of the password"),
  ]
}
