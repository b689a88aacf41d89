import JOSE

/// What to be wary of in a token, although no check fails by it. All have the outcome ``Check/Outcome/unknown``.
enum Warnings {
  static func of(_ token: CompactToken, options: InspectionOptions, times: TokenTimes) -> [Check] {
    header(token.headerObject, isEncrypted: token.kind == .jwe) + texts(token) + claims(token.claims)
      + lifetime(times, token.claims, isWhole: token.hasWholeClaims) + keys(options)
  }

  /// Seconds of this size lie after the year 5138; milliseconds of this size lie in our time.
  static func looksLikeMilliseconds(_ value: Int64) -> Bool { value >= 100_000_000_000 }

  private static func warning(_ id: String, _ title: String, actual: String? = nil, _ hint: String) -> Check {
    Check(id: id, title: title, outcome: .unknown, actual: actual, hint: hint)
  }

  private static func header(_ header: JSONObject?, isEncrypted: Bool) -> [Check] {
    guard let header else { return [] }
    var found: [Check] = []
    if !isEncrypted, header["alg"]?.stringValue?.lowercased() == "none" {
      found.append(
        warning("alg-none", "the token is not signed", "alg is none: anybody can write such a token. Do not trust it."))
    }
    for name in header.duplicateNames {
      found.append(
        warning(
          "duplicate-header", "the header has \(Excerpt.quoted(name)) more than once",
          "Readers disagree about which one counts; verifiers should refuse the token (RFC 7515 section 4)."))
    }
    for (name, what) in [("jku", "a URL of keys"), ("x5u", "a URL of certificates"), ("jwk", "a key of its own")]
    where header[name] != nil {
      found.append(
        warning(
          name, "the header brings \(what) (\(name))", actual: header[name].map { Excerpt.of($0) },
          "Shown, never used: a token must not choose the key that it is checked with."))
    }
    if header["x5c"] != nil {
      found.append(
        warning(
          "x5c", "the header brings certificates (x5c)",
          "Shown, never used. Give the certificate that you trust as --key FILE."))
    }
    return found
  }

  private static func claims(_ claims: JSONObject?) -> [Check] {
    guard let claims else { return [] }
    var found = claims.duplicateNames.prefix(10).map { name in
      warning(
        "duplicate-claim", "the claims have \(Excerpt.quoted(name)) more than once",
        "The last one counts here; another reader may take the first (RFC 7519 section 4).")
    }
    if let issuer = claims["iss"]?.stringValue, issuer.hasPrefix("http://"), !isLoopback(issuer) {
      found.append(
        warning("http-issuer", "the issuer has no https", "Most relying parties refuse such an issuer."))
    }
    if let audiences = claims["aud"]?.arrayValue, audiences.isEmpty {
      found.append(
        warning("empty-audience", "aud is an empty list", "Nobody is meant: every recipient must refuse it."))
    }
    return found
  }

  private static func isLoopback(_ issuer: String) -> Bool {
    let host = issuer.dropFirst("http://".count).prefix { $0 != "/" && $0 != ":" }
    return host == "localhost" || host == "127.0.0.1" || issuer.hasPrefix("http://[::1]")
  }

  /// Text that is not what it looks like.
  private static func texts(_ token: CompactToken) -> [Check] {
    var marks: Set<Field.Mark> = []
    for json in [token.header.json, token.payload?.json] {
      if let json { marks.formUnion(TextMarks(json).marks) }
    }
    var found: [Check] = []
    if marks.contains(.controlCharacters) {
      found.append(
        warning(
          "control-text", "the token holds characters that cannot be seen",
          "They are shown as escapes, such as \\u{1b}. An honest issuer has no need of them."))
    }
    if marks.contains(.bidi) {
      found.append(
        warning(
          "bidi-text", "the token holds characters that turn the direction of writing around",
          "They are shown as escapes, such as \\u{202e}. They make a text look like another."))
    }
    if marks.contains(.loneSurrogate) {
      found.append(
        warning(
          "lone-surrogate", "the token holds half a character (a lone surrogate)",
          "Readers turn it into different things, or refuse the token."))
    }
    return found
  }

  private static func lifetime(_ times: TokenTimes, _ claims: JSONObject?, isWhole: Bool) -> [Check] {
    guard let claims else { return [] }
    let confused = ["exp", "nbf", "iat"].filter { claims[$0]?.integerValue.map(looksLikeMilliseconds) ?? false }
    if !confused.isEmpty {
      return [
        warning(
          "milliseconds", "\(confused.joined(separator: ", ")): milliseconds instead of seconds?",
          "A NumericDate counts seconds (RFC 7519 section 2).")
      ]
    }
    guard let expiry = times.expiry else {
      guard claims["exp"] == nil, isWhole else { return [] }
      return [
        warning("no-expiry", "the token never expires", "It has no exp; most relying parties refuse such a token.")
      ]
    }
    if let start = times.start, expiry <= start {
      return [
        warning(
          "never-valid", "the token ends before it begins",
          "exp is not after \(start == times.issuedAt ? "iat" : "nbf").")
      ]
    }
    guard let lifetime = times.lifetime, lifetime > 86_400 else { return [] }
    return [
      warning(
        "long-lifetime", "the token lives \(Countdown.text(lifetime))",
        "Whoever gets hold of it can use it for so long; workload tokens live an hour or less.")
    ]
  }

  private static func keys(_ options: InspectionOptions) -> [Check] {
    guard let keys = options.keys else { return [] }
    var found: [Check] = []
    if keys.stale {
      found.append(
        warning(
          "stale-keys", "the keys come from the cache and could not be renewed",
          actual: keys.fetchedAt.map { "fetched \($0.display())" },
          keys.note.map { Visible.escaped($0) } ?? "A key that was withdrawn since would still be accepted."))
    }
    for skipped in keys.keys.skipped.prefix(10) {
      let name = skipped.keyID.map { "kid \(Excerpt.quoted($0))" } ?? "number \(skipped.index + 1)"
      found.append(
        warning(
          "unusable-key", "a key of the set cannot be used: \(name)", Visible.escaped(skipped.error.description)))
    }
    return found
  }
}
