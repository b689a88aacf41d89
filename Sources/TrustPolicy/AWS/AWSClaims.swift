import JOSE

/// The names of the claims that AWS defines.
enum AWSClaims {
  static let roles = "https://aws.amazon.com/roles"
  static let tags = "https://aws.amazon.com/tags"
  static let principalTags = "https://aws.amazon.com/tags/principal_tags/"
  static let transitiveTagKeys = "https://aws.amazon.com/tags/transitive_tag_keys"
  static let sourceIdentity = "https://aws.amazon.com/source_identity"
}

/// The session tags that a token carries (IAM User Guide, “Passing session tags in AWS STS”).
struct AWSSessionTags: Sendable {
  let pairs: [(String, String)]
  let transitive: [String]

  /// The claim has not the shape that AWS reads.
  struct Malformed: Error {}

  /// Nil when the token carries none.
  init?(_ token: PresentedToken) throws(Malformed) {
    var pairs: [(String, String)] = []
    var transitive: [String] = []
    if let claim = token[AWSClaims.tags], claim != .null {
      guard let members = claim["principal_tags"]?.objectValue?.members else { throw Malformed() }
      for member in members {
        guard let values = member.value.arrayValue, values.count == 1, let value = values[0].stringValue else {
          throw Malformed()
        }
        pairs.append((member.name.value, value))
      }
      transitive = claim["transitive_tag_keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
    for member in token.claims.members where member.name.value.hasPrefix(AWSClaims.principalTags) {
      guard let value = member.value.stringValue else { throw Malformed() }
      pairs.append((String(member.name.value.dropFirst(AWSClaims.principalTags.count)), value))
    }
    if let keys = token[AWSClaims.transitiveTagKeys]?.arrayValue { transitive += keys.compactMap(\.stringValue) }
    guard !pairs.isEmpty || !transitive.isEmpty else { return nil }
    self.pairs = pairs
    self.transitive = transitive
  }
}
