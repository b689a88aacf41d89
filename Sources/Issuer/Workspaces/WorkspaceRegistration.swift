import JOSE

/// A workspace that may ask a served issuer for tokens: who it is, for whom it may have tokens, and by what it is known.
public struct WorkspaceRegistration: Sendable, Equatable {
  /// The id, which its credential names too.
  public let identifier: String
  /// What people call it, unique among those that are not revoked.
  public let name: String
  /// `sub` and the other claims of its tokens.
  public let identity: WorkspaceIdentity
  /// The audiences that it may ask for; none of them when empty.
  public let audiences: [AudiencePattern]
  /// How long its tokens may live at most, in seconds.
  public let longestLifetime: Int64
  /// What its credential is recognised by; nil when it has none and is known by its account alone.
  public let credential: CredentialHash?
  /// The account (uid) by which it is known at the server's Unix socket.
  public let userID: UInt32?
  /// When it was added, in seconds since 1970.
  public let created: Int64
  /// When it was revoked, in seconds since 1970; nil while it is not.
  public var revoked: Int64?

  public init(
    identifier: String, name: String, identity: WorkspaceIdentity, audiences: [AudiencePattern],
    longestLifetime: Int64, credential: CredentialHash?, userID: UInt32?, created: Int64, revoked: Int64? = nil
  ) {
    self.identifier = identifier
    self.name = name
    self.identity = identity
    self.audiences = audiences
    self.longestLifetime = longestLifetime
    self.credential = credential
    self.userID = userID
    self.created = created
    self.revoked = revoked
  }

  /// Whether a text can be the name of a workspace: up to 100 letters, digits, and `. _ - / @`.
  public static func isName(_ text: String) -> Bool {
    (1...100).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "._-/@".utf8.contains($0)
      }
  }

  /// The registration as it is kept.
  public var json: JSON {
    var object: JSONObject = [
      "id": JSON(identifier), "name": JSON(name), "sub": JSON(identity.subject), "claims": .object(identity.claims),
      "audiences": .array(audiences.map { JSON($0.text) }), "max_ttl": JSON(longestLifetime), "created": JSON(created),
    ]
    if let credential { object.set("credential", to: credential.json) }
    if let userID { object.set("uid", to: JSON(Int64(userID))) }
    if let revoked { object.set("revoked", to: JSON(revoked)) }
    return .object(object)
  }

  /// - Returns: nil for what is no whole registration: nothing is guessed where access hangs on it.
  public init?(_ json: JSON) {
    guard let identifier = json["id"]?.stringValue, WorkspaceCredential.isIdentifier(identifier),
      let name = json["name"]?.stringValue, Self.isName(name),
      let subject = json["sub"]?.stringValue, !subject.isEmpty,
      let claims = json["claims"]?.objectValue,
      !claims.members.contains(where: { IssuerConfiguration.reservedClaims.contains($0.name.value) }),
      let listed = json["audiences"]?.arrayValue,
      let longest = json["max_ttl"]?.integerValue, IssuerConfiguration.lifetimes.contains(longest),
      let created = json["created"]?.integerValue
    else { return nil }
    let audiences = listed.compactMap { $0.stringValue.flatMap(AudiencePattern.init) }
    let credential = CredentialHash(json["credential"])
    let userID = json["uid"]?.integerValue.flatMap { UInt32(exactly: $0) }
    guard audiences.count == listed.count, (credential == nil) == (json["credential"] == nil),
      (userID == nil) == (json["uid"] == nil), json["revoked"] == nil || json["revoked"]?.integerValue != nil
    else { return nil }
    self.init(
      identifier: identifier, name: name, identity: WorkspaceIdentity(subject: subject, claims: claims),
      audiences: audiences, longestLifetime: longest, credential: credential, userID: userID, created: created,
      revoked: json["revoked"]?.integerValue)
  }
}
