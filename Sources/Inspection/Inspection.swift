import JOSE

/// All that can be said about a token: its parts explained, its signature, its times, what to be wary of.
///
/// Shape, signature, time and expectations are judged apart: a broken or expired token can carry a signature that holds.
public struct Inspection: Sendable {
  public let token: CompactToken
  /// What the token was held against.
  public let options: InspectionOptions
  public let signature: SignatureReport
  /// The checks at the moment of the inspection, in this order: `format`, `algorithm`, `signature`, `issuer`,
  /// `audience`, `expiry`, `not-before`, `issued-at`.
  public let checks: [Check]
  /// The members of the header, explained.
  public let header: [Field]
  /// The members of the payload, explained.
  public let claims: [Field]
  public let times: TokenTimes
  /// What to be wary of, although no check fails by it.
  public let warnings: [Check]
  /// Who seems to have issued the token, by its shape; nobody vouches for it.
  public let provider: Provider?

  /// Inspects a token.
  ///
  /// - Parameter now: the moment at which the time checks of ``checks`` are made; ``checks(at:)`` makes them anew.
  public init(_ token: CompactToken, options: InspectionOptions = InspectionOptions(), now: Timestamp) {
    self.token = token
    self.options = options
    signature = SignatureReport(verifying: token, with: options.keys?.keys)
    times = TokenTimes(token.claims)
    provider = Provider(claims: token.claims)
    header = Field.header(of: token)
    claims = Field.claims(of: token, provider: provider)
    warnings = Warnings.of(token, options: options, times: times)
    let timeless =
      [ShapeCheck.of(token)]
      + SignatureChecks.of(token, report: signature, options: options)
      + ExpectationChecks.of(token, options: options)
    checks = timeless + TimeChecks.of(token, times: times, leeway: options.leeway, now: now)
  }

  /// The checks at another moment. Only those of time are made anew.
  public func checks(at now: Timestamp) -> [Check] {
    let times = TimeChecks.of(token, times: times, leeway: options.leeway, now: now)
    return checks.dropLast(times.count) + times
  }

  /// The check with this id, at another moment.
  public func check(_ id: String, at now: Timestamp) -> Check? {
    checks(at: now).first { $0.id == id }
  }
}
