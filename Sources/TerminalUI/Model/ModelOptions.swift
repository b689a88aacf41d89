import Inspection

/// What the executable tells the interface at the start.
public struct ModelOptions: Sendable {
  /// The issuer that tokens are requested from at the start, for the top bar and the issuer check.
  public var embeddedIssuer: IssuerChoice
  /// The other issuers that can be chosen instead, and those that cannot be asked; the first of them is `IssuerID(1)`.
  public var otherIssuers: [IssuerChoice] = []
  /// The algorithm and key ID of the embedded issuer, when known at once; else `Message.issuerReady` brings them.
  public var algorithm: String?
  public var keyID: String?
  /// The audiences of the list.
  public var audiences: [String]
  /// Issuers whose keys may be fetched without asking the person.
  public var trustedIssuers: Set<String>
  /// Files with trust policies, which are read at the start.
  public var policies: [String] = []
  /// What the environment says of exchanges, by the names of their inputs.
  public var exchangeInputs: [ExchangeParty: [String: String]] = [:]
  /// Renew tokens by themselves before they expire.
  public var renewsAutomatically = false
  /// Seconds of grace for time checks.
  public var leeway: Int64 = 0
  public var usesMouse = true
  public var usesLocalTime = false
  /// Seconds that local time is ahead of UTC at a time; passed in so that the model asks no system for it.
  public var utcOffset: @Sendable (Timestamp) -> Int = { _ in 0 }
  public var glyphs: Glyphs = .unicode
  public var keyMap = KeyMap()

  public init(issuer: String, issuerNote: String, audiences: [String], trustedIssuers: Set<String> = []) {
    embeddedIssuer = IssuerChoice(url: issuer, note: issuerNote, access: "within this program")
    self.audiences = audiences
    self.trustedIssuers = trustedIssuers.union([issuer])
  }
}
