/// For how long a relying party trusts its copy of a JWKS, and what makes it fetch another.
public struct VerifierCaching: Sendable, Equatable {
  /// How sure it is.
  public enum Evidence: String, Sendable {
    /// It was measured against the program itself.
    case measured
    /// It stands in the program's source code.
    case source
    /// Somebody has said so on the command line.
    case stated
    /// Nobody says: taken for the worst of what others are documented to do.
    case assumed
  }

  /// How long a copy stands in for the JWKS.
  public enum Keeping: Sendable, Equatable {
    /// For so many seconds.
    case seconds(Int64)
    /// For as long as the answer with the JWKS allows (`Cache-Control`).
    case advertised
    /// Until something makes it fetch another, however long that takes.
    case unlimited
    /// For ever: it was uploaded by hand.
    case uploaded
    /// Nobody says.
    case unknown
  }

  public let keeping: Keeping
  /// A token with a kid that is not in the copy makes it fetch another, at most once in so many seconds; nil when it does
  /// not.
  public let refetch: Int64?
  public let evidence: Evidence
  /// Where that comes from, for a person.
  public let source: String

  public init(keeping: Keeping, refetch: Int64? = nil, evidence: Evidence, source: String) {
    self.keeping = keeping
    self.refetch = refetch
    self.evidence = evidence
    self.source = source
  }

  /// The worst that is documented of those who fetch for no kid: Apache's module keeps a JWKS for an hour, and Microsoft
  /// tells verifiers to renew theirs every hour.
  public static let worstDocumented: Int64 = 3600

  /// How many seconds after a key is published the last copy has it; nil when copies never get it by themselves.
  ///
  /// - Parameter advertised: for how many seconds the JWKS may be kept.
  public func learning(advertised: Int64) -> Int64? {
    if keeping == .uploaded { return nil }
    let age: Int64
    switch keeping {
    case .seconds(let seconds): age = seconds
    case .advertised: age = advertised
    case .unlimited, .uploaded: age = .max
    case .unknown: age = max(Self.worstDocumented, advertised)
    }
    guard let refetch else { return age == .max ? nil : age }
    return min(refetch, age)
  }

  /// How many seconds after a key is taken out the last copy is without it; nil when there is no limit that is known.
  public func forgetting(advertised: Int64) -> Int64? {
    switch keeping {
    case .seconds(let seconds): seconds
    case .advertised: advertised
    case .unlimited, .uploaded, .unknown: nil
    }
  }
}
