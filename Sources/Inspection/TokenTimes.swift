import JOSE

/// What a token says about time: `exp`, `nbf` and `iat` (RFC 7519 §4.1.4 to §4.1.6).
public struct TokenTimes: Sendable, Hashable {
  /// The first second at which the token is expired; nil when `exp` is absent or no number.
  public let expiry: Timestamp?
  /// The first second at which the token is valid; nil when `nbf` is absent or no number.
  public let notBefore: Timestamp?
  /// When the token was issued; nil when `iat` is absent or no number.
  public let issuedAt: Timestamp?
  /// The claims that are there and are no numbers.
  public let problems: [Problem]

  /// A time claim that cannot be read.
  public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// `exp`, `nbf` or `iat`.
    public let claim: String
    public let value: JSON

    public var description: String {
      "\(claim) must be a number of seconds (RFC 7519 section 2), but is \(Excerpt.of(value))"
    }
  }

  init(_ claims: JSONObject?) {
    var problems: [Problem] = []
    func read(_ name: String) -> Timestamp? {
      guard let value = claims?[name] else { return nil }
      if let timestamp = Timestamp(numericDate: value) { return timestamp }
      problems.append(Problem(claim: name, value: value))
      return nil
    }
    expiry = read("exp")
    notBefore = read("nbf")
    issuedAt = read("iat")
    self.problems = problems
  }

  /// From when the lifetime counts: `iat`, or `nbf` when there is none.
  public var start: Timestamp? { issuedAt ?? notBefore }

  /// Seconds from the start to the expiry; nil when either is missing or they are in the wrong order.
  public var lifetime: Int64? {
    guard let start, let expiry, expiry > start else { return nil }
    return start.distance(to: expiry)
  }

  /// Seconds until the expiry, 0 or less when it has come; nil when the token does not expire.
  public func remaining(at now: Timestamp) -> Int64? {
    expiry.map { now.distance(to: $0) }
  }

  /// Whether the token, valid now, has less than 5 minutes or less than 20 % of its lifetime left.
  public func expiresSoon(at now: Timestamp) -> Bool {
    guard let remaining = remaining(at: now), remaining > 0 else { return false }
    guard remaining >= 300 else { return true }
    guard let lifetime else { return false }
    return remaining < lifetime / 5
  }
}

extension CompactToken {
  /// Whether the claims were read to their end, so that one that is not there is absent.
  public var hasWholeClaims: Bool { claims != nil && !problems.contains { $0.part == .payload } }
}

extension Timestamp {
  /// A NumericDate (RFC 7519 §2): the first whole second that is not before it. Nil when the value is no number.
  ///
  /// A number beyond 64 bits, such as `1e400`, is the last or first moment there is.
  init?(numericDate value: JSON) {
    guard case .number(let number) = value else { return nil }
    if let integer = number.integer {
      self.init(integer)
    } else if let double = number.double, let whole = Int64(exactly: double.rounded(.up)) {
      self.init(whole)
    } else {
      self.init(number.isNegative ? .min : .max)
    }
  }
}
