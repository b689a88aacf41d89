import Testing

@testable import JOSE

/// Every reason to refuse a signature, with whether it would hold without that reason.
@Suite struct SignatureRefusalTests {
  static let rsa = makeKey(.rs256)
  static let ec = makeKey(.es256)
  static let ed = makeKey(.eddsa)
  static let secret = makeKey(.hs256)

  /// Fails the suite, not the process, when no key can be made: the table then has no tokens.
  static func makeKey(_ algorithm: SignatureAlgorithm) -> SigningKey? { try? SigningKey.generate(algorithm) }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let token: String?
    let keys: JSON?
    let code: String
    let wouldHold: Bool?
    var outcome = SignatureReport.Outcome.refused
    var testDescription: String { name }
  }

  /// The public JWK with other members.
  static func published(_ key: SigningKey?, _ changes: JSONObject = [:], without: [String] = []) -> JSON? {
    guard var object = key?.jwk.publicJWK else { return nil }
    for member in changes.members { object.set(member.name.value, to: member.value) }
    object.members.removeAll { without.contains($0.name.value) }
    return .object(object)
  }

  /// A token with exactly this header, signed all the same.
  static func signed(_ key: SigningKey?, header: String, payload: String = "{}") -> String? {
    let text = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
    return (try? key?.sign(Array(text.utf8))).map { text + "." + Base64URL.encode($0) }
  }

  static func secretJWK(_ changes: JSONObject = [:]) -> JSON {
    var object: JSONObject = ["kty": "oct", "k": JSON(Base64URL.encode([UInt8](repeating: 7, count: 32)))]
    for member in changes.members { object.set(member.name.value, to: member.value) }
    return .object(object)
  }

  /// A token signed with the secret of ``secretJWK(_:)``.
  static func mac(header: String) -> String? {
    let text = Base64URL.encode(header.utf8) + ".e30"
    return [UInt8](repeating: 7, count: 32).withUnsafeBytes { key in
      Array(text.utf8).withUnsafeBytes { OpenSSL.hmac(.sha256, key: key, message: $0) }
    }.map { text + "." + Base64URL.encode($0) }
  }

  static let ofTheToken: [Refusal] =
    [
      ("none", "alg-none"), ("None", "alg-none"), ("NONE", "alg-none"), ("nOnE", "alg-none"), (" none", "alg-none"),
      ("none ", "alg-none"), ("no\tne", "alg-none"), ("RS257", "alg-unknown"), ("rs256", "alg-unknown"),
      ("", "alg-unknown"), ("RSA-OAEP", "alg-unknown"), ("ES256\u{212A}", "alg-unknown"),
    ].map { name, code in
      Refusal(
        name: "alg \(name.debugDescription)", token: signed(rsa, header: #"{"alg":"\#(name)"}"#.replacingTabs),
        keys: published(rsa), code: code, wouldHold: nil)
    }
    + [
      ("no alg", #"{"typ":"JWT"}"#, "alg-missing", nil),
      ("alg is a number", #"{"alg":256}"#, "alg-malformed", nil),
      ("alg is an array", #"{"alg":["RS256"]}"#, "alg-malformed", nil),
      ("kid is a number", #"{"alg":"RS256","kid":1}"#, "kid-malformed", true),
      ("alg twice", #"{"alg":"none","alg":"RS256"}"#, "duplicate-header-member", true),
      ("kid twice, once escaped", #"{"alg":"RS256","kid":"a","k\u0069d":"b"}"#, "duplicate-header-member", true),
      ("an unknown extension is critical", #"{"alg":"RS256","crit":["exp"],"exp":1}"#, "crit-unknown", true),
      ("crit names a standard member", #"{"alg":"RS256","crit":["alg"]}"#, "crit-unknown", true),
      ("crit is empty", #"{"alg":"RS256","crit":[]}"#, "crit-malformed", true),
      ("crit is a string", #"{"alg":"RS256","crit":"exp"}"#, "crit-malformed", true),
      ("crit holds a number", #"{"alg":"RS256","crit":[1]}"#, "crit-malformed", true),
      ("crit names what is not there", #"{"alg":"RS256","crit":["x"]}"#, "crit-malformed", true),
      ("b64 is false", #"{"alg":"RS256","b64":false,"crit":["b64"]}"#, "payload-unencoded", true),
      ("kid of no key", #"{"alg":"RS256","kid":"other"}"#, "kid-unknown", true),
      ("another type of key", #"{"alg":"ES256"}"#, "key-type", nil),
      ("HMAC with a public key", #"{"alg":"HS256"}"#, "hmac-with-public-key", nil),
      ("the header is an array", #"["RS256"]"#, "malformed", nil),
      ("the header is no JSON", #"{"alg":"RS256""#, "malformed", true),
    ].map { name, header, code, holds in
      Refusal(name: name, token: signed(rsa, header: header), keys: published(rsa), code: code, wouldHold: holds)
    }

  static let ofTheText: [Refusal] = [
    ("padding after the signature", { $0 + "==" }, true), ("a space in the signature", { $0 + " " }, true),
    ("a line break before the signature", { $0.replacingLast(".", with: ".\n") }, true),
    ("a standard character in the signature", { $0.replacingLast(".", with: ".+") }, false),
    ("no signature part", { $0.upToLast(".") }, nil), ("an empty signature", { $0.upToLast(".") + "." }, nil),
    ("a fourth part", { $0 + ".AA" }, true), ("an empty fourth part", { $0 + "." }, true),
    ("no header", { "." + $0.split(separator: ".").dropFirst().joined(separator: ".") }, nil),
    ("nothing", { _ in "" }, nil), ("one dot", { _ in "." }, nil),
    ("JSON serialisation", { _ in #"{"payload":"e30","protected":"eyJhbGciOiJSUzI1NiJ9","signature":"AA"}"# }, false),
  ].map { (name: String, change: (String) -> String, holds: Bool?) in
    Refusal(
      name: name, token: signed(rsa, header: #"{"alg":"RS256"}"#).map(change), keys: published(rsa), code: "malformed",
      wouldHold: holds)
  }

  static let ofTheKey: [Refusal] = [
    Refusal(
      name: "the key is for another algorithm", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: published(rsa, ["alg": "PS256"]), code: "key-alg", wouldHold: true),
    Refusal(
      name: "the key is for a longer hash", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: published(rsa, ["alg": "RS512"]), code: "key-alg", wouldHold: true),
    Refusal(
      name: "the key is for an algorithm of encryption", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: published(rsa, ["alg": "RSA-OAEP"]), code: "key-alg", wouldHold: true),
    Refusal(
      name: "the key is for encryption", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: published(rsa, ["use": "enc"]), code: "key-use", wouldHold: true),
    Refusal(
      name: "the key may not verify", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: published(rsa, ["key_ops": ["encrypt"]]), code: "key-ops", wouldHold: true),
    Refusal(
      name: "the key may do nothing", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: published(rsa, ["key_ops": []]), code: "key-ops", wouldHold: true),
    Refusal(
      name: "EdDSA by a name that does not fit the curve", token: signed(ed, header: #"{"alg":"Ed448"}"#),
      keys: published(ed, without: ["alg"]), code: "key-type", wouldHold: nil),
    Refusal(
      name: "another curve", token: signed(ec, header: #"{"alg":"ES384"}"#), keys: published(ec, without: ["alg"]),
      code: "key-type", wouldHold: nil),
    Refusal(
      name: "an algorithm of public keys with a secret", token: signed(rsa, header: #"{"alg":"RS256"}"#),
      keys: secretJWK(), code: "key-type", wouldHold: nil),
    Refusal(
      name: "a secret beside a public key", token: mac(header: #"{"alg":"HS256"}"#),
      keys: published(rsa).map { ["keys": [secretJWK(), $0]] }, code: "mixed-key-set", wouldHold: true),
    Refusal(
      name: "a short secret", token: mac(header: #"{"alg":"HS256"}"#), keys: ["kty": "oct", "k": "BwcH"],
      code: "weak-key", wouldHold: false),
    Refusal(
      name: "no key fits", token: signed(rsa, header: #"{"alg":"ES512"}"#),
      keys: published(rsa).flatMap { rsa in published(ec).map { ["keys": [rsa, $0]] } }, code: "key-type",
      wouldHold: nil),
    Refusal(
      name: "two keys with one kid", token: signed(rsa, header: #"{"alg":"RS256","kid":"a"}"#),
      keys: published(rsa, ["kid": "a"]).flatMap { first in
        published(makeKey(.rs256), ["kid": "a"]).map { ["keys": [first, $0]] }
      }, code: "kid-ambiguous", wouldHold: true),
    Refusal(
      name: "the key with the kid cannot be used", token: signed(ec, header: #"{"alg":"ES256","kid":"a"}"#),
      keys: published(ec, ["kid": "a", "x": "AAAA"]).map { ["keys": [$0]] }, code: "key-unusable", wouldHold: nil),
    Refusal(
      name: "no keys at all", token: signed(ec, header: #"{"alg":"ES256"}"#), keys: nil, code: "no-keys",
      wouldHold: nil, outcome: .notChecked),
    Refusal(
      name: "an empty set", token: signed(ec, header: #"{"alg":"ES256"}"#), keys: ["keys": []], code: "no-keys",
      wouldHold: nil, outcome: .notChecked),
    Refusal(
      name: "a set of unknown keys", token: signed(ec, header: #"{"alg":"ES256"}"#),
      keys: ["keys": [["kty": "AKP", "kid": "a"]]], code: "no-usable-keys", wouldHold: nil, outcome: .notChecked),
    Refusal(
      name: "a JWE", token: "eyJhbGciOiJSU0EtT0FFUCJ9.AA.AA.AA.AA", keys: published(rsa), code: "encrypted",
      wouldHold: nil, outcome: .notChecked),
    Refusal(
      name: "alg none, and no keys", token: "eyJhbGciOiJub25lIn0.e30.", keys: nil, code: "alg-none", wouldHold: nil),
    Refusal(
      name: "an ECDSA signature cut by a byte",
      token: signed(ec, header: #"{"alg":"ES256"}"#).map { token in
        let signature = CompactToken(parsing: token).signature?.bytes.dropLast() ?? []
        return token.upToLast(".") + "." + Base64URL.encode(signature)
      }, keys: published(ec), code: "signature-length", wouldHold: false),
    Refusal(
      name: "an RSA signature with a leading zero byte",
      token: signed(rsa, header: #"{"alg":"RS256"}"#).map { token in
        let signature = CompactToken(parsing: token).signature?.bytes ?? []
        return token.upToLast(".") + "." + Base64URL.encode([0] + signature)
      }, keys: published(rsa), code: "signature-length", wouldHold: false),
  ]

  @Test("each reason to refuse is told as itself", arguments: ofTheToken + ofTheText + ofTheKey)
  func refusal(_ refusal: Refusal) throws {
    let token = CompactToken(parsing: try #require(refusal.token))
    let keys = try refusal.keys.map { try JWKSet($0) }
    let report = SignatureReport(verifying: token, with: keys)
    #expect(report.outcome == refusal.outcome)
    #expect(report.reason?.code == refusal.code, "\(report.reason?.description ?? "verified")")
    #expect(report.wouldHold == refusal.wouldHold)
    let reason = try #require(report.reason)
    #expect(!reason.description.isEmpty && !reason.hint.isEmpty)
    #expect((reason.description + reason.hint).unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
  }

  @Test("an ECDSA signature in DER is refused for its length, and it is told that it would hold")
  func derSignature() throws {
    let key = try #require(Self.ec)
    let text = Base64URL.encode(#"{"alg":"ES256"}"#.utf8) + ".e30"
    let raw = try key.sign(Array(text.utf8))
    func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      let digits = Array(bytes.drop { $0 == 0 })
      let padded = (digits.first ?? 0) >= 0x80 ? [0] + digits : digits
      return [2, UInt8(padded.count)] + padded
    }
    let body = integer(raw[..<32]) + integer(raw[32...])
    let der = [0x30, UInt8(body.count)] + body
    let token = CompactToken(parsing: text + "." + Base64URL.encode(der))
    let report = SignatureReport(verifying: token, with: JWKSet(keys: [key.jwk]))
    #expect(report.reason == .signatureLength(expected: 64, found: der.count))
    #expect(report.wouldHold == true)
  }

  @Test("a key that the token brings along is never used")
  func embeddedKey() throws {
    let attacker = try SigningKey.generate(.es256)
    let published = JSON.object(try #require(attacker.jwk.publicJWK))
    let text = try attacker.compactJWS(header: ["alg": "ES256", "jwk": published], payload: Array("{}".utf8))
    let token = CompactToken(parsing: text)
    let report = SignatureReport(verifying: token, with: JWKSet(keys: [try #require(Self.ec).jwk]))
    #expect(report.reason == .mismatch)
    #expect(SignatureReport(verifying: token, with: nil).outcome == .notChecked)
  }

  @Test("without a kid each key that fits is tried, and the report says so")
  func withoutKeyID() throws {
    let (right, wrong) = (try #require(Self.rsa), try SigningKey.generate(.rs256))
    let keys = JWKSet(keys: [wrong.jwk, try #require(Self.ec).jwk, right.jwk])
    let token = CompactToken(parsing: try #require(Self.signed(right, header: #"{"alg":"RS256"}"#)))
    let report = SignatureReport(verifying: token, with: keys)
    #expect(report.outcome == .verified)
    #expect(report.attempts.map(\.thumbprint) == [wrong.jwk.thumbprint, right.jwk.thumbprint])
    #expect(report.attempts.map(\.refusal) == [.mismatch, nil])
    #expect(report.remarks == [.noKeyID(tried: 2)])
  }

  @Test("keys without a kid of their own serve a token that has one, keys with another kid do not")
  func anonymousKeys() throws {
    let key = try #require(Self.rsa)
    let token = CompactToken(parsing: try #require(Self.signed(key, header: #"{"alg":"RS256","kid":"a"}"#)))
    let anonymous = try JWKSet(reading: Array(try #require(key.jwk.publicPEM).utf8))
    #expect(SignatureReport(verifying: token, with: anonymous).outcome == .verified)
    let named = JWKSet(keys: [key.jwk])
    #expect(SignatureReport(verifying: token, with: named).reason == .keyUnknown("a"))
    let both = JWKSet(keys: named.keys + (try #require(Self.ec).jwk).asArray + anonymous.keys)
    #expect(SignatureReport(verifying: token, with: both).outcome == .verified)
  }

  @Test(
    "EdDSA and its newer names are the same to a key that allows one of them",
    arguments: [
      ("EdDSA", "Ed25519", true), ("Ed25519", "EdDSA", true), ("Ed25519", "Ed25519", true), ("Ed448", "EdDSA", false),
    ])
  func edDSANames(keyAlgorithm: String, tokenAlgorithm: String, isVerified: Bool) throws {
    let token = CompactToken(parsing: try #require(Self.signed(Self.ed, header: #"{"alg":"\#(tokenAlgorithm)"}"#)))
    let key = try JWK(try #require(Self.published(Self.ed, ["alg": JSON(keyAlgorithm)])))
    #expect((SignatureReport(verifying: token, with: JWKSet(keys: [key])).outcome == .verified) == isVerified)
  }

  @Test(
    "a key for RSASSA-PSS takes a longer hash than it names, and says so, and never a shorter one",
    arguments: [
      ("PS256", "PS384", true), ("PS384", "PS512", true), ("PS512", "PS384", false), ("PS256", "RS384", false),
    ])
  func longerHash(keyAlgorithm: String, tokenAlgorithm: String, isVerified: Bool) throws {
    let algorithm = try #require(SignatureAlgorithm(exactly: tokenAlgorithm))
    let key = try SigningKey(try #require(Self.rsa).jwk, algorithm: algorithm)
    let token = CompactToken(parsing: try key.compactJWS(header: [:], payload: []))
    let published = try JWK(try #require(Self.published(Self.rsa, ["alg": JSON(keyAlgorithm)])))
    let report = SignatureReport(verifying: token, with: JWKSet(keys: [published]))
    #expect((report.outcome == .verified) == isVerified)
    #expect(report.remarks.contains(.strongerHash(key: keyAlgorithm, token: algorithm)) == isVerified)
    if !isVerified { #expect(report.reason == .keyAlgorithm(keyAlgorithm, token: algorithm)) }
  }

  @Test("a payload that is no JSON object does not speak against its signature", arguments: ["[]", "text", "{", ""])
  func payload(payload: String) throws {
    let token = try #require(Self.signed(Self.ec, header: #"{"alg":"ES256"}"#, payload: payload))
    let report = SignatureReport(
      verifying: CompactToken(parsing: token), with: JWKSet(keys: [try #require(Self.ec).jwk]))
    #expect(report.outcome == .verified, "\(report.reason?.description ?? "")")
  }
}

extension JWK {
  fileprivate var asArray: [JWK] { [self] }
}

extension String {
  /// A tab as JSON must write it.
  fileprivate var replacingTabs: String {
    split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "\\t")
  }

  fileprivate func upToLast(_ character: Character) -> String {
    lastIndex(of: character).map { String(self[..<$0]) } ?? self
  }

  fileprivate func replacingLast(_ character: Character, with text: String) -> String {
    guard let index = lastIndex(of: character) else { return self }
    return self[..<index] + text + self[self.index(after: index)...]
  }
}
