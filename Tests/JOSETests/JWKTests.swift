import Testing

@testable import JOSE

/// JWKs: what is read, what is refused, what is weak.
@Suite struct JWKTests {
  static let ec: JSONObject = [
    "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    "kid": "a", "use": "sig",
  ]
  static let ed: JSONObject = [
    "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  ]
  /// RFC 7517 A.2.
  static let rsa: JSONObject = [
    "kty": "RSA",
    "n":
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "d":
      "X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJoVH-HLLKD9M7dx5oo7GURknchnrRweUkC7hT5fJLM0WbFAKNLWY2vv7B6NqXSzUvxT0_YSfqijwp3RTzlBaCxWp4doFk5N2o8Gy_nHNKroADIkJ46pRUohsXywbReAdYaMwFs9tv8d_cPVY3i07a3t8MN6TNwm0dSawm9v47UiCl3Sk5ZiG7xojPLu4sbg1U2jx4IBTNBznbJSzFHK66jT8bgkuqsk0GjskDJk19Z4qwjwbsnn4j2WBii3RL-Us2lGVkY8fkFzme1z0HbIkfz0Y6mqnOYtqc0X4jfcKoAC8Q",
    "p":
      "83i-7IvMGXoMXCskv73TKr8637FiO7Z27zv8oj6pbWUQyLPQBQxtPVnwD20R-60eTDmD2ujnMt5PoqMrm8RfmNhVWDtjjMmCMjOpSXicFHj7XOuVIYQyqVWlWEh6dN36GVZYk93N8Bc9vY41xy8B9RzzOGVQzXvNEvn7O0nVbfs",
    "q":
      "3dfOR9cuYq-0S-mkFLzgItgMEfFzB2q3hWehMuG0oCuqnb3vobLyumqjVZQO1dIrdwgTnCdpYzBcOfW5r370AFXjiWft_NGEiovonizhKpo9VVS78TzFgxkIdrecRezsZ-1kYd_s1qDbxtkDEgfAITAG9LUnADun4vIcb6yelxk",
    "dp":
      "G4sPXkc6Ya9y8oJW9_ILj4xuppu0lzi_H7VTkS8xj5SdX3coE0oimYwxIi2emTAue0UOa5dpgFGyBJ4c8tQ2VF402XRugKDTP8akYhFo5tAA77Qe_NmtuYZc3C3m3I24G2GvR5sSDxUyAN2zq8Lfn9EUms6rY3Ob8YeiKkTiBj0",
    "dq":
      "s9lAH9fggBsoFR8Oac2R_E2gw282rT2kGOAhvIllETE1efrA6huUUvMfBcMpn8lqeW6vzznYY5SSQF7pMdC_agI3nG8Ibp1BUb0JUiraRNqUfLhcQb_d9GF4Dh7e74WbRsobRonujTYN1xCaP6TO61jvWrX-L18txXw494Q_cgk",
    "qi":
      "GyM_p6JrXySiz1toFgKbWV-JdI3jQ4ypu9rbMWx3rQJBfmt0FoYzgUIZEVFEcOqwemRN81zoDAaa-Bk0KWNGDjJHZDdDmFhW3AN7lI-puxk_mHZGJ11rxyR8O55XLSe3SPmRfKwZI6yU24ZxvQKFYItdldUKGzO6Ia6zTKhAVRU",
    "alg": "RS256", "kid": "2011-04-29",
  ]

  static func changed(_ object: JSONObject, _ name: String, to value: JSON?) -> JSON {
    var object = object
    if let value { object.set(name, to: value) } else { object.members.removeAll { $0.name.value == name } }
    return .object(object)
  }

  @Test("the private keys of RFC 7517 A.2 and RFC 8037 A.1 are read whole, and no secret member is kept as text")
  func privateKeys() throws {
    for object in [Self.ec, Self.ed, Self.rsa] {
      let key = try JWK(.object(object))
      #expect(key.isPrivate)
      let secrets: Set = ["d", "p", "q", "dp", "dq", "qi", "k"]
      for shown in [key.json, key.publicJWK] {
        #expect(try #require(shown).members.allSatisfy { !secrets.contains($0.name.value) })
      }
      #expect(key.keyID == object["kid"]?.stringValue)
    }
    #expect(try JWK(.object(Self.rsa)).bits == 2048)
    #expect(try JWK(Self.changed(Self.rsa, "d", to: nil)).isPrivate == false)
    #expect(try JWK(["kty": "oct", "k": "AAAA"]).json == ["kty": "oct"])
  }

  @Test("an RSA key with d alone is read: n, e and d are tested against each other")
  func withoutPrimes() throws {
    var object = Self.rsa
    object.members.removeAll { ["p", "q", "dp", "dq", "qi"].contains($0.name.value) }
    #expect(try JWK(.object(object)).isPrivate)
    object.set("d", to: "AQAB")
    #expect(throws: KeyError(.privatePartDoesNotFit)) { try JWK(.object(object)) }
  }

  @Test("leading zero bytes of an RSA number change nothing")
  func leadingZeros() throws {
    let key = try JWK(Self.changed(Self.rsa, "e", to: "AAEAAQ"))
    #expect(key.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
  }

  static let refused: [(name: String, json: JSON, code: String)] = [
    ("no object", [], "malformed-jwk"), ("no kty", changed(ec, "kty", to: nil), "malformed-jwk"),
    ("kty is a number", changed(ec, "kty", to: 1), "malformed-jwk"),
    ("unknown kty", changed(ec, "kty", to: "AKP"), "unsupported-key"),
    ("kty in lower case", changed(ec, "kty", to: "ec"), "unsupported-key"),
    ("an EC key called RSA", changed(ec, "kty", to: "RSA"), "malformed-jwk"),
    ("kid is a number", changed(ec, "kid", to: 1), "malformed-jwk"),
    ("use is a list", changed(ec, "use", to: ["sig"]), "malformed-jwk"),
    ("key_ops is a string", changed(ec, "key_ops", to: "verify"), "malformed-jwk"),
    ("key_ops of numbers", changed(ec, "key_ops", to: [1]), "malformed-jwk"),
    ("no x", changed(ec, "x", to: nil), "malformed-jwk"),
    ("x with padding", changed(ec, "x", to: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="), "malformed-jwk"),
    ("x too short", changed(ec, "x", to: "AAAA"), "malformed-jwk"),
    ("another curve", changed(ec, "crv", to: "P-384"), "malformed-jwk"),
    ("another curve of the same length", changed(ec, "crv", to: "secp256k1"), "invalid-key"),
    ("an unknown curve", changed(ec, "crv", to: "P-257"), "unsupported-key"),
    ("a curve of another type", changed(ec, "crv", to: "Ed25519"), "unsupported-key"),
    ("a point that is not on the curve", changed(ec, "y", to: ec["x"]), "invalid-key"),
    ("the d of another key", changed(ec, "d", to: ed["d"]), "invalid-key"),
    (
      "d as large as the group", changed(ec, "d", to: JSON(Base64URL.encode([UInt8](repeating: 255, count: 32)))),
      "invalid-key"
    ),
    ("d is zero", changed(ec, "d", to: JSON(Base64URL.encode([UInt8](repeating: 0, count: 32)))), "invalid-key"),
    ("X25519", changed(ed, "crv", to: "X25519"), "unsupported-key"),
    ("an Ed25519 key whose d is another's", changed(ed, "d", to: ec["d"]), "invalid-key"),
    ("no modulus", changed(rsa, "n", to: nil), "malformed-jwk"),
    (
      "an even modulus", changed(rsa, "n", to: JSON(Base64URL.encode([UInt8](repeating: 254, count: 256)))),
      "invalid-key"
    ),
    ("a modulus of zero", changed(rsa, "n", to: "AA"), "invalid-key"),
    ("an exponent of zero", changed(rsa, "e", to: "AA"), "invalid-key"),
    (
      "an exponent above the modulus",
      changed(rsa, "e", to: JSON(Base64URL.encode([UInt8](repeating: 255, count: 257)))), "invalid-key"
    ),
    ("another exponent than d was made for", changed(rsa, "e", to: "Aw"), "invalid-key"),
    ("some of the primes", changed(rsa, "q", to: nil), "malformed-jwk"),
    ("more than two primes", changed(rsa, "oth", to: []), "invalid-key"),
    (
      "a modulus of 16392 bits",
      changed(
        changed(rsa, "d", to: nil).objectValue ?? [:], "n",
        to: JSON(Base64URL.encode([UInt8](repeating: 255, count: 2049)))), "invalid-key"
    ),
    ("a secret that is no text", ["kty": "oct", "k": 1], "malformed-jwk"),
    ("no secret", ["kty": "oct"], "malformed-jwk"),
    ("a member twice", .object(JSONObject([("kty", "oct"), ("k", "AAAA"), ("k", "AAAB")])), "malformed-jwk"),
  ]

  @Test("a JWK that is wrong is refused for what is wrong", arguments: refused)
  func refusal(name: String, json: JSON, code: String) throws {
    let error = try #require(throws: KeyError.self) { try JWK(json) }
    #expect(error.code == code, "\(error)")
    #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } && !error.hint.isEmpty)
  }

  @Test("text of a key that would act on a terminal is shown escaped")
  func hostileText() throws {
    let error = try #require(throws: KeyError.self) { try JWK(["kty": "\u{1B}]0;x\u{7}\u{202E}"]) }
    #expect(error.description.contains(#"'\u{1B}]0;x\u{7}\u{202E}'"#))
  }

  // MARK: Weak keys

  static func rsaKey(modulus: [UInt8], exponent: [UInt8]) -> JSON {
    ["kty": "RSA", "n": JSON(Base64URL.encode(modulus)), "e": JSON(Base64URL.encode(exponent))]
  }

  static let odd2048: [UInt8] = [0x80] + [UInt8](repeating: 0, count: 254) + [1]

  static let weakKeys: [(json: JSON, weakness: KeyWeakness?)] = [
    (rsaKey(modulus: odd2048, exponent: [1, 0, 1]), nil),
    (rsaKey(modulus: odd2048, exponent: [3]), nil),
    (rsaKey(modulus: odd2048, exponent: [1]), .publicExponent("1")),
    (rsaKey(modulus: odd2048, exponent: [2]), .publicExponent("2")),
    (rsaKey(modulus: odd2048, exponent: [1, 0, 0]), .publicExponent("65536")),
    (rsaKey(modulus: odd2048, exponent: [1] + [UInt8](repeating: 0, count: 9)), .publicExponent("that is even")),
    (rsaKey(modulus: odd2048, exponent: [UInt8](repeating: 255, count: 33)), .publicExponent("of 264 bits")),
    (rsaKey(modulus: [0x7F] + odd2048.dropFirst(), exponent: [1, 0, 1]), .rsaTooShort(bits: 2047)),
    (["kty": "oct", "k": ""], .secretTooShort(bits: 0, needed: 256)),
    (["kty": "oct", "k": "AAAA"], .secretTooShort(bits: 24, needed: 256)),
  ]

  @Test("keys that protect nothing are read, and known to be weak", arguments: weakKeys)
  func weak(json: JSON, weakness: KeyWeakness?) throws {
    #expect(try JWK(json).weakness == weakness)
  }

  @Test("good keys are not called weak")
  func notWeak() throws {
    for object in [Self.ec, Self.ed, Self.rsa] { #expect(try JWK(.object(object)).weakness == nil) }
    for _ in 0..<4 { #expect(try SigningKey.generate(.rs256).jwk.weakness == nil) }
    #expect(try JWK(["kty": "oct", "k": JSON(Base64URL.encode([UInt8](repeating: 1, count: 32)))]).weakness == nil)
  }

  @Test("powers of 65537 have the ROCA fingerprint, their neighbours have not", arguments: [1, 2, 3, 17, 100])
  func roca(exponent: Int) {
    // 65537 = 2^16 + 1: multiplying by it is adding the number, moved by two bytes.
    var power: [UInt8] = [1]
    for _ in 0..<exponent {
      var sum = [UInt8](repeating: 0, count: power.count + 2)
      var carry = 0
      for index in sum.indices.reversed() {
        let fromEnd = sum.count - 1 - index
        let low = fromEnd < power.count ? Int(power[power.count - 1 - fromEnd]) : 0
        let high = fromEnd >= 2 ? Int(power[power.count - 1 - (fromEnd - 2)]) : 0
        let total = low + high + carry
        sum[index] = UInt8(total & 255)
        carry = total >> 8
      }
      power = Array(sum.drop { $0 == 0 })
    }
    #expect(ROCAFingerprint.matches(modulus: power))
    power[power.count - 1] &+= 2
    #expect(!ROCAFingerprint.matches(modulus: power))
  }

  @Test("a secret that is long enough for one hash is too short for another")
  func secretAgainstHash() throws {
    let key = try JWK(["kty": "oct", "k": JSON(Base64URL.encode([UInt8](repeating: 1, count: 32)))])
    #expect(key.weakness(for: .hs256) == nil)
    #expect(key.weakness(for: .hs384) == .secretTooShort(bits: 256, needed: 384))
    #expect(throws: KeyError(.weak(.secretTooShort(bits: 256, needed: 512)))) { try SigningKey(key, algorithm: .hs512) }
  }

  // MARK: Sets

  @Test("a set skips and names the keys that cannot be used")
  func skipped() throws {
    let set = try JWKSet(
      [
        "keys": [
          .object(Self.ec), Self.changed(Self.ec, "x", to: "AAAA"), ["kty": "AKP", "kid": "ml"], 1, .object(Self.ed),
        ]
      ])
    #expect(set.keys.map(\.keyType) == [.ec, .okp])
    #expect(set.skipped.map(\.index) == [1, 2, 3])
    #expect(set.skipped.map(\.keyID) == ["a", "ml", nil])
  }

  @Test("what is published of a set can be read again, and holds no secret")
  func published() throws {
    let secret: JSON = ["kty": "oct", "k": JSON(Base64URL.encode([UInt8](repeating: 1, count: 32)))]
    let set = try JWKSet(["keys": [.object(Self.ec), .object(Self.rsa), secret, .object(Self.ed)]])
    let again = try JWKSet(set.json())
    #expect(again.keys.map(\.thumbprint) == [0, 1, 3].map { set.keys[$0].thumbprint })
    #expect(again.keys.allSatisfy { !$0.isPrivate })
    #expect(again.keys.map(\.keyID) == ["a", "2011-04-29", set.keys[3].thumbprint])
  }

  @Test("a set has at most 256 keys, and 16 private ones")
  func bounded() throws {
    let key = Self.changed(Self.ed, "d", to: nil)
    #expect(try JWKSet(["keys": .array(Array(repeating: key, count: 256))]).keys.count == 256)
    #expect(throws: KeyError(.tooManyKeys(limit: 256))) {
      try JWKSet(["keys": .array(Array(repeating: key, count: 257))])
    }
    let set = try JWKSet(["keys": .array(Array(repeating: .object(Self.ed), count: 20))])
    #expect(set.keys.count == 16 && set.skipped.count == 4)
  }
}
