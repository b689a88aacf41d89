/// Finds the keys for a token, and tries them.
struct SignatureVerifier {
  private let token: CompactToken
  private let keys: JWKSet

  init(token: CompactToken, keys: JWKSet) {
    self.token = token
    self.keys = keys
  }

  func report() -> SignatureReport {
    if token.kind == .jwe {
      return SignatureReport(.notChecked, reason: .encrypted, algorithmCheck: .notApplicable)
    }
    let judgement = HeaderJudgement(token)
    guard let algorithm = judgement.algorithm else {
      let reason = judgement.algorithmRefusal ?? judgement.otherRefusal ?? .algorithmMissing
      return SignatureReport(.refused, reason: reason, algorithmCheck: .refused(reason))
    }
    let selection = KeySelection(algorithm: algorithm, keyID: token.keyID, keys: keys)
    // What is wrong with the token itself stands, whatever the keys are.
    if let reason = judgement.otherRefusal {
      return SignatureReport(
        .refused, reason: reason, wouldHold: anyHolds(selection.fitting, algorithm),
        algorithmCheck: selection.algorithmCheck)
    }
    if let refusal = selection.refusal {
      let isDecided = selection.isDecided
      return SignatureReport(
        isDecided ? .refused : .notChecked, reason: refusal,
        wouldHold: isDecided ? anyHolds(selection.fitting, algorithm) : nil,
        keyUsed: selection.only.map(SignatureReport.KeyReference.init), algorithmCheck: selection.algorithmCheck)
    }
    return tryKeys(selection, algorithm)
  }

  private func tryKeys(_ selection: KeySelection, _ algorithm: SignatureAlgorithm) -> SignatureReport {
    var attempts: [SignatureReport.Attempt] = []
    // The refusal that says most: that of a key whose signature it is, else that of a key that was allowed to verify it.
    var best: (refusal: SignatureRefusal, key: SignatureReport.KeyReference, rank: Int, holds: Bool)?
    for key in selection.fitting {
      let reference = SignatureReport.KeyReference(key)
      let policy = KeyPolicy.refusal(key, algorithm)
      let check = check(key, algorithm)
      guard let refusal = policy ?? check.refusal else {
        attempts.append(.init(key: reference, refusal: nil))
        return SignatureReport(
          .verified, keyUsed: reference, attempts: attempts, algorithmCheck: .accepted(algorithm),
          remarks: selection.remarks + KeyPolicy.remarks(key, algorithm))
      }
      attempts.append(.init(key: reference, refusal: refusal))
      let rank = check.holds ? 2 : (policy == nil ? 1 : 0)
      if best.map({ rank > $0.rank }) ?? true { best = (refusal, reference, rank, check.holds) }
    }
    let reason = best?.refusal ?? .mismatch
    let refusesAlgorithm = if case .keyAlgorithm = reason { true } else { false }
    return SignatureReport(
      .refused, reason: reason, wouldHold: best?.holds, keyUsed: best?.key, attempts: attempts,
      algorithmCheck: refusesAlgorithm ? .refused(reason) : .accepted(algorithm), remarks: selection.remarks)
  }

  // MARK: The bare signature

  private enum Check {
    case holds
    case fails(SignatureRefusal)
    /// The signature holds once it is put into the form that it should have had.
    case holdsInOtherForm(SignatureRefusal)

    var holds: Bool {
      switch self {
      case .holds, .holdsInOtherForm: true
      case .fails: false
      }
    }

    var refusal: SignatureRefusal? {
      switch self {
      case .holds: nil
      case .fails(let refusal), .holdsInOtherForm(let refusal): refusal
      }
    }
  }

  /// Whether the signature is one of these keys; nil when there is none to try, or no signature.
  private func anyHolds(_ keys: [JWK], _ algorithm: SignatureAlgorithm) -> Bool? {
    guard !keys.isEmpty, let signature = token.signature, !signature.bytes.isEmpty else { return nil }
    return keys.contains { check($0, algorithm).holds }
  }

  /// The check of the bytes, with no regard to what the key is for. What is signed is the text before the second dot, as
  /// it stands.
  private func check(_ key: JWK, _ algorithm: SignatureAlgorithm) -> Check {
    guard let signature = token.signature, signature.range.lowerBound > 0 else { return .fails(.mismatch) }
    let end = signature.range.lowerBound - 1
    let direct = token.text.utf8.withContiguousStorageIfAvailable { text in
      let message = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[..<end])
      return check(key, algorithm, message: message, signature.bytes)
    }
    return direct
      ?? Array(token.text.utf8.prefix(end)).withUnsafeBytes { check(key, algorithm, message: $0, signature.bytes) }
  }

  private func check(
    _ key: JWK, _ algorithm: SignatureAlgorithm, message: UnsafeRawBufferPointer, _ signature: [UInt8]
  ) -> Check {
    let expected = key.signatureLength(algorithm)
    guard signature.count == expected else {
      let refusal = SignatureRefusal.signatureLength(expected: expected, found: signature.count)
      // Some issuers send ECDSA signatures as X.509 has them: a SEQUENCE of two INTEGERs.
      guard algorithm.family == .ecdsa, signature.first == 0x30, signature.count <= expected + 9,
        case .asymmetric(let evp, _) = key.material,
        signature.withUnsafeBytes({ evp.verifyEncoded(algorithm, message: message, signature: $0) })
      else { return .fails(refusal) }
      return .holdsInOtherForm(refusal)
    }
    let isValid =
      switch key.material {
      case .asymmetric(let evp, _):
        signature.withUnsafeBytes { evp.verify(algorithm, message: message, signature: $0) }
      case .secret(let secret):
        algorithm.hash.flatMap { hash in secret.withBytes { OpenSSL.hmac(hash, key: $0, message: message) } }
          .map { Secret.equal($0, signature) } ?? false
      }
    return isValid ? .holds : .fails(.mismatch)
  }
}

extension JWK {
  /// How many bytes a signature with this key and algorithm has.
  fileprivate func signatureLength(_ algorithm: SignatureAlgorithm) -> Int {
    switch material {
    case .secret: algorithm.hash?.length ?? 0
    case .asymmetric(_, .rsa(let modulus, _)): modulus.count
    case .asymmetric(_, .ec(let curve, _, _)), .asymmetric(_, .okp(let curve, _)): curve.signatureLength
    }
  }
}
