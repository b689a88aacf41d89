import JOSE

/// Where the value that a policy wants and the one that a token has part, and why in words.
public struct Divergence: Sendable, Equatable {
  /// How many scalars both begin with.
  public let commonScalars: Int
  private let policy: String
  private let token: String
  private let isPattern: Bool

  /// Compares what a policy wants with what a token has; nil when they are the same bytes.
  ///
  /// - Parameter isPattern: whether `*` and `?` of the policy's value stand for anything.
  public init?(policy: String, token: String, isPattern: Bool = false) {
    guard !policy.hasSameBytes(as: token) else { return nil }
    commonScalars = zip(policy.unicodeScalars, token.unicodeScalars).prefix { $0 == $1 }.count
    self.policy = policy
    self.token = token
    self.isPattern = isPattern
  }

  /// One sentence, such as `they differ only by case`. Quotes both values: escape it before it is shown.
  public var sentence: String {
    if let known = Self.gitHub(policy, token, isPattern: isPattern) ?? Self.likeness(policy, token) { return known }
    return Self.parting(
      Array(policy.unicodeScalars), Array(token.unicodeScalars), commonScalars, isPattern: isPattern)
  }

  // MARK: What is behind it

  /// The values are the same but for something that is easy to overlook.
  private static func likeness(_ policy: String, _ token: String) -> String? {
    if policy.isEmpty { return "the policy's value is empty" }
    if token.isEmpty { return "the token's value is empty" }
    if policy.hasSameBytes(as: token + "/") { return "the policy's value ends with a slash, the token's does not" }
    if token.hasSameBytes(as: policy + "/") { return "the token's value ends with a slash, the policy's does not" }
    if policy.lowercased().hasSameBytes(as: token.lowercased()) {
      return "they differ only by upper and lower case: \(caseDifference(policy, token))"
    }
    for scheme in ["https://", "http://"] {
      if token.hasSameBytes(as: scheme + policy) { return "the policy's value lacks “\(scheme)” at the beginning" }
      if policy.hasSameBytes(as: scheme + token) { return "the token's value lacks “\(scheme)” at the beginning" }
    }
    if trimmed(policy).hasSameBytes(as: trimmed(token)) {
      let side = trimmed(policy).utf8.count == policy.utf8.count ? "token" : "policy"
      return "the \(side)'s value has white space around it"
    }
    if let decoded = decoded(token), decoded.hasSameBytes(as: policy) {
      return "the token's value is percent-encoded, the policy's is not"
    }
    if let decoded = decoded(policy), decoded.hasSameBytes(as: token) {
      return "the policy's value is percent-encoded, the token's is not"
    }
    // What Swift calls equal although the bytes differ: é as one scalar or as two.
    if policy == token { return "they look the same but are written with other characters (Unicode normalisation)" }
    return nil
  }

  /// Subjects of GitHub Actions know what they are about.
  private static func gitHub(_ policy: String, _ token: String, isPattern: Bool) -> String? {
    guard let wanted = GitHubSubject(policy), let found = GitHubSubject(token) else { return nil }
    guard wanted.hasSameNames(as: found) || isPattern else { return nil }
    if wanted.isImmutable != found.isImmutable {
      guard wanted.hasSameNames(as: found) || Wildcard(wanted.nameBased).matches(found.nameBased) else { return nil }
      let others = found.isImmutable ? "the token has GitHub's immutable subject, with ids behind the names (“@”)" : ""
      let shape =
        found.isImmutable
        ? "\(others); the policy has the old shape, with names only"
        : "the policy has GitHub's immutable subject, with ids behind the names (“@”); the token has the old shape"
      let context = wanted.context == found.context || isPattern ? "" : ", and \(contexts(wanted, found))"
      return shape + context
    }
    guard wanted.hasSameNames(as: found) else { return nil }
    if wanted.ownerID != found.ownerID { return ids("owner", wanted.ownerID, found.ownerID) }
    if wanted.repositoryID != found.repositoryID { return ids("repository", wanted.repositoryID, found.repositoryID) }
    guard wanted.context != found.context, !wanted.context.isEmpty, !found.context.isEmpty,
      wanted.context.lowercased() != found.context.lowercased()
    else { return nil }
    if wanted.context.replacing("%3A", with: ":") == found.context.replacing("%3A", with: ":") { return nil }
    return contexts(wanted, found)
  }

  private static func contexts(_ wanted: GitHubSubject, _ found: GitHubSubject) -> String {
    "the policy wants \(wanted.contextInWords), the token comes from \(found.contextInWords)"
  }

  private static func ids(_ what: String, _ wanted: String?, _ found: String?) -> String {
    "the names are the same but the \(what)'s ids differ (\(wanted ?? "none") and \(found ?? "none")): "
      + "it is another \(what) of the same name"
  }

  /// The plain way of saying where two values part.
  private static func parting(
    _ left: [Unicode.Scalar], _ right: [Unicode.Scalar], _ common: Int, isPattern: Bool
  ) -> String {
    let rest = excerpt(left[common...])
    let own = excerpt(right[common...])
    if common == 0 { return "they have no beginning in common" }
    if common == right.count { return "the token's value ends where the policy's goes on with “\(rest)”" }
    if common == left.count { return "the policy's value ends where the token's goes on with “\(own)”" }
    return "after “\(ending(left[..<common]))” the policy goes on with “\(rest)”, the token with “\(own)”"
  }

  // MARK: Pieces of text

  private static func excerpt(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    text(scalars.prefix(40)) + (scalars.count > 40 ? "…" : "")
  }

  private static func ending(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    (scalars.count > 24 ? "…" : "") + text(scalars.suffix(24))
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  private static func trimmed(_ text: String) -> Substring {
    var slice = text[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return slice
  }

  /// The first word that differs, both ways.
  private static func caseDifference(_ policy: String, _ token: String) -> String {
    let left = policy.split(omittingEmptySubsequences: false) { ":/@.".contains($0) }
    let right = token.split(omittingEmptySubsequences: false) { ":/@.".contains($0) }
    for (one, other) in zip(left, right) where !one.hasSameBytes(as: other) { return "“\(one)” and “\(other)”" }
    return "“\(policy)” and “\(token)”"
  }

  /// The text with `%XX` decoded; nil when it has none.
  private static func decoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension Divergence {
  /// The sentence with a capital letter and a full stop.
  var asSentence: String { sentence.prefix(1).uppercased() + sentence.dropFirst() + "." }
}
