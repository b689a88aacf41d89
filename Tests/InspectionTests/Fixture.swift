import Inspection
import JOSE

/// Tokens and keys that the tests share.
enum Fixture {
  /// 2026-11-24 12:01:36Z, 59 minutes and 12 seconds before ``claims`` expire.
  static let now = Timestamp(1_795_521_696)

  static let claims = #"""
    {"iss":"https://idp.acme.dev","sub":"https://github.com/acme/app","aud":"sts.amazonaws.com","iat":1795521648,"nbf":1795521648,"exp":1795525248}
    """#

  /// Made anew in each run: nothing may depend on which key it is.
  static let key: SigningKey? = try? SigningKey.generate(.ed25519)

  struct NoKey: Error {}

  static func keys() throws -> KeySource {
    guard let key else { throw NoKey() }
    return KeySource(keys: JWKSet(keys: [key.jwk]), origin: "https://idp.acme.dev/jwks.json")
  }

  /// A token with this payload and a signature that holds.
  static func signed(_ payload: String, header extra: JSONObject = [:]) throws -> String {
    guard let key else { throw NoKey() }
    var header: JSONObject = ["alg": "Ed25519", "kid": JSON(key.jwk.keyID ?? "")]
    for member in extra.members { header.set(member.name.value, to: member.value) }
    return try key.compactJWS(header: header, payload: Array(payload.utf8))
  }

  /// A token with this header and payload and no signature worth the name.
  static func unsigned(_ header: String, _ payload: String, _ signature: String = "c2ln") -> String {
    Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8) + "." + signature
  }

  static func inspect(
    _ text: String, _ options: InspectionOptions = InspectionOptions(), now: Timestamp = now
  ) -> Inspection {
    Inspection(CompactToken(parsing: text), options: options, now: now)
  }

  /// What the payload alone leads to, with a signature that holds.
  static func inspect(claims: String, _ options: InspectionOptions? = nil, now: Timestamp = now) throws -> Inspection {
    var options = options ?? InspectionOptions()
    options.keys = try keys()
    return inspect(try signed(claims), options, now: now)
  }
}

extension Inspection {
  func check(_ id: String) -> Check? { checks.first { $0.id == id } }
  func outcome(_ id: String) -> Check.Outcome? { check(id)?.outcome }
}

/// Whether nothing in the text but line feeds could act on a terminal, or hide.
func isHarmless(_ text: String) -> Bool {
  if text.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A }) { return true }
  return text.unicodeScalars.allSatisfy { $0 == "\n" || !Visible.needsEscape($0) }
}
