import JOSE

/// How the embedded issuer signs, and what it says of the workspace.
public struct IssuerConfiguration: Sendable, Equatable {
  /// A claim that the configuration adds.
  public struct Claim: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
      case template(Template)
      case literal(JSON)
    }

    public let name: String
    public let value: Value

    public init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// The claims that the issuer alone sets (RFC 7519 §4.1, OpenID Connect Core §2).
  public static let reservedClaims: Set<String> = ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti"]

  /// The algorithms that a token can be signed with here. RS256 is the one that every relying party takes.
  public static let algorithms: [SignatureAlgorithm] = [.rs256, .es256, .eddsa]

  /// How long a token may live, in seconds.
  public static let lifetimes: ClosedRange<Int64> = 1...86_400

  public var issuer: IssuerURL
  public var algorithm: SignatureAlgorithm
  /// How long a token lives when nothing else is asked for, in seconds.
  public var lifetime: Int64
  /// When keys begin to sign, and for how long they may be kept.
  public var schedule: RotationSchedule
  /// What the subject is made from; nil for the workspace's own (``WorkspaceFacts/subject``).
  public var subject: Template?
  public var claims: [Claim]
  /// The environment variables that templates may read.
  public var environment: Set<String>

  public init(
    issuer: IssuerURL = .standard, algorithm: SignatureAlgorithm = .rs256, lifetime: Int64 = 3600,
    schedule: RotationSchedule = .standard, subject: Template? = nil, claims: [Claim] = [],
    environment: Set<String> = []
  ) {
    self.issuer = issuer
    self.algorithm = algorithm
    self.lifetime = lifetime
    self.schedule = schedule
    self.subject = subject
    self.claims = claims
    self.environment = environment
  }
}
