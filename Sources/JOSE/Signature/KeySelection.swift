/// Which keys of a set a token may be verified with.
struct KeySelection {
  /// The keys whose type fits and that the token may mean, each once.
  let fitting: [JWK]
  /// Why none of them may be used.
  let refusal: SignatureRefusal?
  /// Whether the refusal decides: a relying party with these keys would refuse too.
  let isDecided: Bool
  /// The key that the refusal is about, when it is about one.
  let only: JWK?
  let remarks: [SignatureReport.Remark]
  let algorithmCheck: SignatureReport.AlgorithmCheck

  init(algorithm: SignatureAlgorithm, keyID: String?, keys: JWKSet) {
    let (candidates, named, refusal) = Self.candidates(keyID: keyID, keys: keys)
    var fitting = Self.distinct(candidates.filter { $0.fits(algorithm) })
    var reason = refusal
    var only = candidates.count == 1 ? candidates.first : nil
    var remarks: [SignatureReport.Remark] = []
    if reason == nil {
      if fitting.isEmpty {
        reason = Self.misfit(algorithm, candidates)
      } else if algorithm.isSymmetric, keys.keys.contains(where: { $0.keyType != .oct }) {
        reason = .mixedKeySet(algorithm)
      } else if named, let keyID, case let count = Self.different(fitting), count > 1 {
        reason = .keyAmbiguous(keyID, count: count)
      } else if !named {
        remarks = [keyID == nil ? .noKeyID(tried: fitting.count) : .keysWithoutID(tried: fitting.count)]
      }
    }
    if case .keyUnknown? = reason {
      // Only to tell whether another key of the set made the signature: it is refused all the same.
      fitting = Self.distinct(keys.keys.filter { $0.fits(algorithm) })
      only = nil
    }
    self.fitting = fitting
    self.refusal = reason
    self.only = only
    self.remarks = remarks
    switch reason {
    case .noKeys?, .noUsableKeys?: isDecided = false
    default: isDecided = true
    }
    switch reason {
    case .keyDoesNotFit(let algorithm, let key)?: algorithmCheck = .refused(.keyDoesNotFit(algorithm, key: key))
    case .noKeyFits(let algorithm, let count)?: algorithmCheck = .refused(.noKeyFits(algorithm, keys: count))
    case .secretIsPublicKey(let algorithm)?: algorithmCheck = .refused(.secretIsPublicKey(algorithm))
    default: algorithmCheck = .accepted(algorithm)
    }
  }

  /// The keys that the token may mean, and whether it names them.
  private static func candidates(
    keyID: String?, keys: JWKSet
  ) -> (keys: [JWK], named: Bool, refusal: SignatureRefusal?) {
    guard let keyID else {
      return keys.keys.isEmpty ? ([], false, Self.nothing(keys)) : (keys.keys, false, nil)
    }
    let named = keys.keys.filter { Self.isSame($0.keyID, keyID) }
    if !keys.skipped.isEmpty, let skipped = keys.skipped.first(where: { Self.isSame($0.keyID, keyID) }) {
      // The issuer may have meant the key that cannot be used.
      return (named, true, named.isEmpty ? .keyUnusable(skipped.error) : .keyAmbiguous(keyID, count: named.count + 1))
    }
    if !named.isEmpty { return (named, true, nil) }
    if keys.keys.isEmpty { return ([], false, Self.nothing(keys)) }
    // A key without a kid, such as one from PEM, may be the one that is meant; one with another kid is not.
    let anonymous = keys.keys.filter { $0.keyID == nil }
    if let exact = anonymous.first(where: { $0.thumbprint.hasSameBytes(as: keyID) }) { return ([exact], true, nil) }
    return anonymous.isEmpty ? ([], true, .keyUnknown(keyID)) : (anonymous, false, nil)
  }

  private static func isSame(_ given: String?, _ keyID: String) -> Bool { given?.hasSameBytes(as: keyID) ?? false }

  private static func nothing(_ keys: JWKSet) -> SignatureRefusal {
    keys.skipped.isEmpty ? .noKeys : .noUsableKeys(keys.skipped.count)
  }

  /// Why none of the candidates fits.
  private static func misfit(_ algorithm: SignatureAlgorithm, _ candidates: [JWK]) -> SignatureRefusal {
    if algorithm.isSymmetric { return .secretIsPublicKey(algorithm) }
    guard candidates.count == 1, let key = candidates.first else {
      return .noKeyFits(algorithm, keys: candidates.count)
    }
    return .keyDoesNotFit(algorithm, key: key.summary)
  }

  /// How many keys these are, whatever they are published for.
  private static func different(_ keys: [JWK]) -> Int {
    keys.count < 2 ? keys.count : Set(keys.map(\.thumbprint)).count
  }

  /// The same key may stand in a set twice.
  private static func distinct(_ keys: [JWK]) -> [JWK] {
    guard keys.count > 1 else { return keys }
    var seen: Set<String> = []
    return keys.filter { key in
      // The same numbers published for two purposes are two keys: one of them may allow what the other does not.
      let operations = (key.keyOperations ?? []).joined(separator: ",")
      return seen.insert("\(key.thumbprint) \(key.algorithm ?? "") \(key.use ?? "") \(operations)").inserted
    }
  }
}

/// What a JWK is published for.
enum KeyPolicy {
  /// Why the key must not verify this algorithm, although its type fits.
  static func refusal(_ key: JWK, _ algorithm: SignatureAlgorithm) -> SignatureRefusal? {
    if let allowed = key.algorithm, !allows(key, allowed, algorithm) { return .keyAlgorithm(allowed, token: algorithm) }
    if let use = key.use, use != "sig" { return .keyUse(use) }
    if let operations = key.keyOperations, !operations.contains("verify"),
      // A private key, given as it is, verifies what it signs.
      !(key.isPrivate && operations.contains("sign"))
    {
      return .keyOperations(operations)
    }
    return key.weakness(for: algorithm).map(SignatureRefusal.weakKey)
  }

  static func remarks(_ key: JWK, _ algorithm: SignatureAlgorithm) -> [SignatureReport.Remark] {
    guard let named = key.algorithm, let allowed = SignatureAlgorithm(exactly: named), allowed != algorithm,
      algorithm.family == .pss
    else { return [] }
    return [.strongerHash(key: named, token: algorithm)]
  }

  /// Whether a JWK with this `alg` may verify the algorithm: it is the same, by one of its names, or RSASSA-PSS with a
  /// longer hash than the key asks for.
  ///
  /// The last is what the vectors of Wycheproof expect for figure 20 of RFC 7520 (a key for PS256, a token with PS384),
  /// while they refuse the reverse: `alg` of a PSS key is the least that it takes. No other scheme has this freedom.
  private static func allows(_ key: JWK, _ named: String, _ algorithm: SignatureAlgorithm) -> Bool {
    // Named after the curve by mistake, as the hash is named in ES256 and ES384; such keys are in use.
    let name = named == "ES521" ? "ES512" : named
    guard let allowed = SignatureAlgorithm(exactly: name), key.fits(allowed) else { return false }
    if allowed == algorithm { return true }
    switch (allowed.family, algorithm.family) {
    // EdDSA is the old name of both; that the curve fits was seen before (RFC 9864 §2.2).
    case (.eddsa, .eddsa): return allowed == .eddsa || algorithm == .eddsa
    case (.pss, .pss): return (allowed.hash?.length ?? 0) < (algorithm.hash?.length ?? 0)
    default: return false
    }
  }
}
