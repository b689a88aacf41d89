import Inspection
import JOSE

/// Tokens for the screens, signed by a key that is made anew for each run; nothing shown depends on it.
enum TokenFixture {
  static let issuer = "https://idp.acme.dev"
  static let keyID = "7f3a90c1"
  static let jwksURL = "https://idp.acme.dev/.well-known/jwks.json"

  private static let signingKey = try? SigningKey.generate(.rs256)

  /// The issuer's keys, under a key ID that is always the same.
  static let keys = source()

  static func source(fetchedAt: Timestamp? = nil, stale: Bool = false, note: String? = nil) -> KeySource {
    var keys: [JWK] = []
    if var json = signingKey?.jwk.publicJWK {
      json.set("kid", to: JSON(keyID))
      if let key = try? JWK(.object(json)) { keys.append(key) }
    }
    return KeySource(keys: JWKSet(keys: keys), origin: jwksURL, fetchedAt: fetchedAt, stale: stale, note: note)
  }

  static func token(audience: String, secondsLeft: Int64 = 3552, extra: String = "") -> String {
    let now = ScreenDriver.start.seconds
    return signed(
      #"""
      {"iss":"\#(issuer)","sub":"https://github.com/acme/app","aud":"\#(audience)","azp":"\#(audience)",\#
      "iat":\#(now + secondsLeft - 3600),"nbf":\#(now + secondsLeft - 3600),"exp":\#(now + secondsLeft),\#
      "jti":"b3f1c2","name":"Ada Lovelace","email":"ada@acme.dev","email_verified":true\#(extra)}
      """#)
  }

  static func signed(_ payload: String, header: String = #"{"alg":"RS256","kid":"7f3a90c1","typ":"JWT"}"#) -> String {
    let input = encoded(header) + "." + encoded(payload)
    let signature = (try? signingKey?.sign(Array(input.utf8))) ?? []
    return input + "." + Base64URL.encode(signature)
  }

  /// A token that nothing signed.
  static func unsigned(_ payload: String, header: String = #"{"alg":"none"}"#) -> String {
    encoded(header) + "." + encoded(payload) + "."
  }

  /// The same token with another subject under the old signature.
  static func tampered(audience: String) -> String {
    let whole = token(audience: audience).split(separator: ".", omittingEmptySubsequences: false)
    let other = token(audience: audience, secondsLeft: 3540).split(separator: ".", omittingEmptySubsequences: false)
    return "\(whole[0]).\(other[1]).\(whole[2])"
  }

  static let encrypted =
    encoded(#"{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"enc-1","typ":"JWT"}"#)
    + ".a2V5.aXYxMjM0NTY3ODkw.Y2lwaGVy.dGFn"

  private static func encoded(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
}
