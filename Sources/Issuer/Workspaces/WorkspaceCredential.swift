import JOSE

/// What a workspace shows when it asks a served issuer for a token: `idpw_<id>_<secret>`.
///
/// The id finds the registration, the secret (256 random bits) proves that it is this workspace. It is a bearer secret: it
/// has no description.
public struct WorkspaceCredential: Sendable, Equatable {
  /// The id of the registration: sixteen characters of base32 in lower case (80 random bits).
  public let identifier: String
  /// The whole text.
  public let text: String

  private static let prefix = "idpw_"
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")

  /// A new one.
  ///
  /// - Throws: ``KeyError`` when there are no random bytes to be had.
  public static func make() throws(KeyError) -> WorkspaceCredential {
    let identifier = String(try RandomBytes.make(16).map { alphabet[Int($0 & 31)] })
    let secret = Base64URL.encode(try RandomBytes.make(32))
    return WorkspaceCredential(identifier: identifier, text: prefix + identifier + "_" + secret)
  }

  /// - Returns: nil for a text that has not the form of a credential, whatever it may be.
  public init?(_ text: String) {
    guard text.utf8.count == 5 + 16 + 1 + 43, text.hasPrefix(Self.prefix) else { return nil }
    let identifier = text.dropFirst(5).prefix(16)
    guard Self.isIdentifier(identifier), text.utf8.dropFirst(21).first == UInt8(ascii: "_") else { return nil }
    self.init(identifier: String(identifier), text: text)
  }

  private init(identifier: String, text: String) {
    self.identifier = identifier
    self.text = text
  }

  static func isIdentifier(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 16
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) }
  }
}

/// What is kept of a credential: by it the credential can be recognised, and not be made.
///
/// A single SHA-256 is enough: the credential has 256 random bits, which nobody guesses, however quick the hash.
public struct CredentialHash: Sendable, Equatable {
  /// Sixteen random bytes.
  let salt: [UInt8]
  /// SHA-256 of the salt and the credential's text.
  let digest: [UInt8]

  /// - Throws: ``KeyError`` when there are no random bytes to be had.
  public init(_ credential: WorkspaceCredential) throws(KeyError) {
    salt = try RandomBytes.make(16)
    digest = Self.digest(of: credential, salt: salt)
  }

  init?(_ json: JSON?) {
    guard let salt = json?["salt"]?.stringValue.flatMap({ try? Base64URL.decode($0.utf8) }), salt.count == 16,
      let digest = json?["sha256"]?.stringValue.flatMap({ try? Base64URL.decode($0.utf8) }), digest.count == 32
    else { return nil }
    self.salt = salt
    self.digest = digest
  }

  var json: JSON { ["salt": JSON(Base64URL.encode(salt)), "sha256": JSON(Base64URL.encode(digest))] }

  /// Whether this is the credential. The time that it takes tells nothing about how much of it is right.
  public func matches(_ credential: WorkspaceCredential) -> Bool {
    Secret.equal(Self.digest(of: credential, salt: salt), digest)
  }

  private static func digest(of credential: WorkspaceCredential, salt: [UInt8]) -> [UInt8] {
    Digest.sha256(salt + Array(credential.text.utf8))
  }
}
