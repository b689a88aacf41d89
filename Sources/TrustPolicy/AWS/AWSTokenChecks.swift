import Inspection
import JOSE

/// What AWS STS asks of a token before it looks at a policy.
struct AWSTokenChecks {
  struct Step {
    let check: Check
    let answer: PartyAnswer?

    init(_ check: Check, _ answer: PartyAnswer? = nil) {
      self.check = check
      self.answer = answer
    }
  }

  let token: PresentedToken
  let now: Timestamp

  static let algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
  /// By how many seconds clocks may differ.
  static let skew: Int64 = 300

  private static let notJWT = PartyAnswer(
    "InvalidIdentityToken",
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")

  /// The length of the parameter; nil when only claims are known.
  var length: Step? {
    guard let length = token.length else { return nil }
    return Step(
      Check(
        id: "token-length", title: "the token has 4 to 20000 characters",
        outcome: (4...20_000).contains(length) ? .pass : .fail, expected: "4 to 20000", actual: String(length)),
      PartyAnswer(
        "ValidationError",
        "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: "
          + "Member must have length less than or equal to 20000"))
  }

  var algorithm: Step {
    let title = "the algorithm is one that AWS takes, and the header has no crit"
    let expected = Self.algorithms.joined(separator: ", ")
    guard let header = token.header else {
      return Step(
        Check(
          id: "algorithm", title: title, outcome: token.signature == .presumed ? .pass : .unknown, expected: expected,
          hint: "Only claims were given: they count as signed as AWS wants it."))
    }
    let algorithm = token.algorithm
    let isTaken = algorithm.map { Self.algorithms.contains($0) } ?? false
    let hint =
      header["crit"] != nil
      ? "AWS refuses every token with crit."
      : isTaken ? nil : "Use a key for RS256 or ES256: AWS takes neither PS256 nor EdDSA."
    return Step(
      Check(
        id: "algorithm", title: title, outcome: isTaken && header["crit"] == nil ? .pass : .fail, expected: expected,
        actual: algorithm ?? "no alg", hint: hint), Self.notJWT)
  }

  /// The claims that must be there.
  var claims: Step {
    let title = "the token has iss, sub, aud, iat and exp"
    if let missing = ["iss", "sub", "aud", "iat", "exp"].first(where: { token[$0] == nil }) {
      return Step(
        Check(
          id: "required-claims", title: title, outcome: .fail, actual: "no \(missing)",
          hint: "Add the claim at the issuer."),
        PartyAnswer("InvalidIdentityToken", "Missing a required claim: \(missing)"))
    }
    if token["sub"] == .null {
      return Step(
        Check(id: "required-claims", title: title, outcome: .fail, actual: "sub is null"),
        PartyAnswer("InternalFailure", "Unknown error validating third-party token"))
    }
    guard token.issuer != nil else {
      return Step(
        Check(
          id: "required-claims", title: title, outcome: .fail, actual: "iss is \(token["iss"]?.kindName ?? "missing")"))
    }
    return Step(Check(id: "required-claims", title: title, outcome: .pass))
  }

  // MARK: Times

  var times: [Step] { [form, expiry, issuedAt, notBefore].compactMap(\.self) }

  /// A time as AWS reads it: an integer, or a string of one.
  private func time(_ name: String) -> Int64? {
    switch token[name] {
    case .number(let number)?: Int64(number.text)
    case .string(let text)?: Int64(text.value)
    default: nil
    }
  }

  var form: Step {
    let wrong = ["exp", "iat", "nbf"].filter { token[$0] != nil && time($0) == nil }
    return Step(
      Check(
        id: "timestamps", title: "exp, iat and nbf are whole numbers", outcome: wrong.isEmpty ? .pass : .fail,
        actual: wrong.isEmpty ? nil : wrong.joined(separator: ", "),
        hint: wrong.isEmpty ? nil : "AWS refuses fractions, null and text that is no integer."),
      PartyAnswer("InvalidIdentityToken", "Invalid timestamp in token claims."))
  }

  private var expiry: Step? {
    guard let expiry = time("exp") else { return nil }
    let shifted = now.advanced(by: -Self.skew)
    return Step(
      Check(
        id: "expiry", title: "the token has not expired more than 5 minutes ago",
        outcome: shifted.seconds < expiry ? .pass : .fail, expected: "after \(shifted.rfc3339())",
        actual: Timestamp(expiry).rfc3339(), hint: shifted.seconds < expiry ? nil : "Request a new token."),
      PartyAnswer(
        "ExpiredTokenException",
        "Token expired: current date/time \(shifted.seconds) must be before the expiration date/time \(expiry)"))
  }

  private var issuedAt: Step? {
    guard let issuedAt = time("iat") else { return nil }
    let limit = now.advanced(by: Self.skew)
    let isGood = issuedAt <= limit.seconds
    return Step(
      Check(
        id: "issued-at", title: "the token is not issued more than 5 minutes in the future",
        outcome: isGood ? .pass : .fail, expected: "not after \(limit.rfc3339())",
        actual: Timestamp(issuedAt).rfc3339(), hint: isGood ? nil : "Set the issuer's clock."),
      PartyAnswer("InvalidIdentityToken", "Token issued in the future: \(issuedAt)"))
  }

  private var notBefore: Step? {
    guard let notBefore = time("nbf") else { return nil }
    let limit = now.advanced(by: Self.skew)
    let isGood = notBefore <= limit.seconds
    return Step(
      Check(
        id: "not-before", title: "the token is valid in 5 minutes at the latest", outcome: isGood ? .pass : .fail,
        expected: "not after \(limit.rfc3339())", actual: Timestamp(notBefore).rfc3339(),
        hint: isGood ? nil : "Set the issuer's clock."),
      PartyAnswer(
        "InvalidIdentityToken",
        "Token not yet valid: current date/time \(limit.seconds) must be after or equal to the not-before "
          + "date/time \(notBefore)"))
  }

  // MARK: Signature and tags

  var signature: Step {
    let step = SignatureStep.check(token)
    // What STS says of a signature that does not hold with the right key was not recorded.
    guard ["kid-unknown", "no-keys", "key-type", "key-unusable", "key-use", "key-ops"].contains(token.refusalCode)
    else {
      return Step(step)
    }
    return Step(
      step,
      PartyAnswer(
        "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider,  please reference "
          + "AssumeRoleWithWebIdentity documentation for requirements"))
  }

  var tags: Step {
    let title = "session tags and source identity have the form that AWS reads"
    let answer = PartyAnswer("InvalidIdentityToken", "principal_tags passed in claim is not in correct format.")
    do throws(AWSSessionTags.Malformed) {
      guard let tags = try AWSSessionTags(token) else {
        return Step(Check(id: "session-tags", title: title, outcome: .skipped, actual: "the token carries none"))
      }
      let fits = tags.pairs.count <= 50 && tags.pairs.allSatisfy { $0.0.count <= 128 && $0.1.count <= 256 }
      return Step(
        Check(
          id: "session-tags", title: title, outcome: fits ? .pass : .fail,
          expected: fits ? nil : "50 tags of 128 and 256 characters at most",
          actual: tags.pairs.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")))
    } catch {
      return Step(
        Check(
          id: "session-tags", title: title, outcome: .fail,
          hint: "Each value of principal_tags is a list of one string."), answer)
    }
  }
}
