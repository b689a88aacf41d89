/// Why a signature is not taken, or not looked at.
public enum SignatureRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  // The token

  /// The text of the token is wrong, in a way that concerns its signature.
  case malformed(TokenProblem)
  /// A member of the header stands there more than once (RFC 7515 §4).
  case duplicateHeaderMember(String)
  /// `alg` is `none`, in any spelling: the token is not signed.
  case algorithmNone(String)
  case algorithmMissing
  /// `alg` is no string, but this kind of value.
  case algorithmNotAString(String)
  case algorithmUnknown(String)
  /// `kid` is no string, but this kind of value.
  case keyIDNotAString(String)
  /// `crit` names extensions that must be understood, and are not (RFC 7515 §4.1.11).
  case criticalUnknown([String])
  /// `crit` is not an array of the names of other members; the text says how.
  case criticalMalformed(String)
  /// `b64` is false: the payload is not base64url (RFC 7797), which no ID token is.
  case unencodedPayload

  // The key

  /// No key has the `kid` of the token. No other key is tried.
  case keyUnknown(String)
  /// Keys that differ have the `kid` of the token.
  case keyAmbiguous(String, count: Int)
  /// The key with the `kid` of the token cannot be used.
  case keyUnusable(KeyError)
  /// The algorithm takes another type of key or curve than the key has.
  case keyDoesNotFit(SignatureAlgorithm, key: String)
  /// No key of the set has a type and curve that the algorithm takes.
  case noKeyFits(SignatureAlgorithm, keys: Int)
  /// An HMAC, and the key is a public one that everybody knows.
  case secretIsPublicKey(SignatureAlgorithm)
  /// An HMAC, and the set holds public keys beside secrets.
  case mixedKeySet(SignatureAlgorithm)
  /// The `alg` of the JWK allows another algorithm.
  case keyAlgorithm(String, token: SignatureAlgorithm)
  /// The `use` of the JWK is not `sig`.
  case keyUse(String)
  /// The `key_ops` of the JWK do not have `verify`.
  case keyOperations([String])
  case weakKey(KeyWeakness)

  // The signature

  /// The signature has another number of bytes than the algorithm and key give.
  case signatureLength(expected: Int, found: Int)
  /// The signature is not one of this key over this header and payload.
  case mismatch

  // Not checked

  /// There is no key to check with.
  case noKeys
  /// None of this many keys can be used.
  case noUsableKeys(Int)
  /// The token is encrypted (JWE): there is no signature to see.
  case encrypted

  /// One sentence: what was found, and what was expected.
  public var description: String {
    switch self {
    case .malformed(let problem): problem.description
    case .duplicateHeaderMember(let name): "the header has the member \(Excerpt.of(name)) more than once"
    case .algorithmNone(let spelling): "alg is \(Excerpt.of(spelling)): the token is not signed at all"
    case .algorithmMissing: "the header has no 'alg'"
    case .algorithmNotAString(let kind): "'alg' of the header must be a string, but is \(kind)"
    case .algorithmUnknown(let name): "the algorithm \(Excerpt.of(name)) is not known"
    case .keyIDNotAString(let kind): "'kid' of the header must be a string, but is \(kind)"
    case .criticalUnknown(let names): "the header says that \(Excerpt.of(names)) must be understood, and it is not"
    case .criticalMalformed(let what): "'crit' of the header is malformed: \(what)"
    case .unencodedPayload: "'b64' is false: the payload is not encoded (RFC 7797), which no ID token may be"
    case .keyUnknown(let keyID): "no key has the kid \(Excerpt.of(keyID))"
    case .keyAmbiguous(let keyID, let count): "\(count) different keys have the kid \(Excerpt.of(keyID))"
    case .keyUnusable(let error): "the key of the token cannot be used: \(error)"
    case .keyDoesNotFit(let algorithm, let key):
      "\(algorithm.rawValue) needs \(algorithm.keyNeeded), but this is \(key)"
    case .noKeyFits(let algorithm, let count):
      "\(algorithm.rawValue) needs \(algorithm.keyNeeded), and none of the \(count) keys is one"
    case .secretIsPublicKey(let algorithm):
      "\(algorithm.rawValue) needs a secret, but the key is public: whoever knows it could have made this token"
    case .mixedKeySet(let algorithm):
      "\(algorithm.rawValue) needs a secret, and this one stands beside public keys, in a set made to be published"
    case .keyAlgorithm(let allowed, let token):
      "the key is for \(Excerpt.of(allowed)), but the token is signed with \(token.rawValue)"
    case .keyUse(let use): "the use of the key is \(Excerpt.of(use)), not 'sig'"
    case .keyOperations(let operations):
      operations.isEmpty
        ? "the key_ops of the key allow nothing"
        : "the key_ops of the key allow \(Excerpt.of(operations)), not 'verify'"
    case .weakKey(let weakness): weakness.description
    case .signatureLength(let expected, let found): "the signature has \(found) bytes, this key makes \(expected)"
    case .mismatch: "the signature is not one of this key over this header and payload"
    case .noKeys: "there is no key to check with"
    case .noUsableKeys(let count): "none of the \(count) keys given can be used"
    case .encrypted: "the token is encrypted: its signature, if it has one, cannot be seen"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch self {
    case .malformed(let problem): problem.hint
    case .duplicateHeaderMember: "Readers differ in which one they take: reject the token."
    case .algorithmNone: "Anybody can make such a token: never accept it."
    case .algorithmMissing, .algorithmNotAString, .keyIDNotAString, .criticalMalformed:
      "The issuer must write the header as RFC 7515 §4.1 says."
    case .algorithmUnknown:
      "Have the issuer sign with one of " + SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .criticalUnknown: "A relying party must reject the token (RFC 7515 §4.1.11)."
    case .unencodedPayload: "Have the issuer leave 'b64' out."
    case .keyUnknown: "The keys may be old, or of another issuer: fetch them anew and compare 'iss'."
    case .keyAmbiguous: "The issuer must give each key a kid of its own."
    case .keyUnusable(let error): error.hint
    case .keyDoesNotFit, .noKeyFits: "Check that the keys are those of the issuer that the token names."
    case .secretIsPublicKey: "This is how a known attack looks: reject the token."
    case .mixedKeySet: "Keep secrets out of published sets, and give the secret alone."
    case .keyAlgorithm: "Have the issuer sign with the key's algorithm, or publish the key with the right 'alg'."
    case .keyUse, .keyOperations: "Have the issuer sign with a key that is published for signatures."
    case .weakKey: "Have the issuer make a new key; until then nothing that this one signed can be trusted."
    case .signatureLength: "The token was cut off or changed, or the issuer encodes signatures in another way."
    case .mismatch: "The token was changed after it was signed, or signed by another key with this name."
    case .noKeys: "Name the issuer or give its keys."
    case .noUsableKeys: "Look at the keys one by one."
    case .encrypted: "Only the party that has the private key can read it."
    }
  }

  /// A stable name for machines.
  public var code: String {
    switch self {
    case .malformed: "malformed"
    case .duplicateHeaderMember: "duplicate-header-member"
    case .algorithmNone: "alg-none"
    case .algorithmMissing: "alg-missing"
    case .algorithmNotAString: "alg-malformed"
    case .algorithmUnknown: "alg-unknown"
    case .keyIDNotAString: "kid-malformed"
    case .criticalUnknown: "crit-unknown"
    case .criticalMalformed: "crit-malformed"
    case .unencodedPayload: "payload-unencoded"
    case .keyUnknown: "kid-unknown"
    case .keyAmbiguous: "kid-ambiguous"
    case .keyUnusable: "key-unusable"
    case .keyDoesNotFit, .noKeyFits: "key-type"
    case .secretIsPublicKey: "hmac-with-public-key"
    case .mixedKeySet: "mixed-key-set"
    case .keyAlgorithm: "key-alg"
    case .keyUse: "key-use"
    case .keyOperations: "key-ops"
    case .weakKey: "weak-key"
    case .signatureLength: "signature-length"
    case .mismatch: "signature-mismatch"
    case .noKeys: "no-keys"
    case .noUsableKeys: "no-usable-keys"
    case .encrypted: "encrypted"
    }
  }
}
