/// Names one of the issuers that tokens are requested from, for as long as the program runs.
public struct IssuerID: Sendable, Hashable {
  public let number: Int

  public init(_ number: Int) {
    self.number = number
  }

  /// The issuer within the program.
  public static let embedded = IssuerID(0)
}

/// An issuer, or another source, that the person can choose to request tokens from.
public struct IssuerChoice: Sendable, Hashable {
  /// Its identifier, as it stands in `iss`; of a source its name.
  public var url: String
  /// What kind of issuer it is, for example "embedded issuer".
  public var note: String
  /// How it is asked, for example "with the credential in …"; never a secret.
  public var access: String
  /// Why no token can be requested from it, as a sentence; nil when one can.
  public var obstacle: String?
  /// Whether it is a source, such as the CI system around the program, whose tokens say themselves who issued them.
  public var isSource: Bool

  public init(url: String, note: String, access: String, obstacle: String? = nil, isSource: Bool = false) {
    self.url = url
    self.note = note
    self.access = access
    self.obstacle = obstacle
    self.isSource = isSource
  }
}

/// What has become known of an issuer, and where the list stood when another one was chosen.
struct IssuerState: Sendable, Hashable {
  var algorithm: String?
  var keyID: String?
  /// Its clock minus ours, in seconds.
  var clockSkew: Int64?
  /// Whether its audiences are among the entries: those of an issuer that was never chosen are not.
  var isListed = false
}
