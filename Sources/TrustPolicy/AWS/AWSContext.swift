import Inspection
import JOSE

/// The values of the condition keys when a token is presented.
struct AWSContext: Sendable {
  enum Value: Sendable, Equatable {
    case absent
    case one(String)
    /// Of a key that can have several values.
    case many([String])
    /// It is there or not, and what it is hangs on something that no document tells.
    case unknown(String)
  }

  let keys: AWSIssuerKeys
  private let token: PresentedToken
  private let now: Timestamp
  private let providerARN: String?
  private let isRoleAuthorized: Bool?

  /// - Parameters:
  ///   - providerARN: the ARN of the provider, as the principal of a statement names it; nil when it is not known.
  ///   - isRoleAuthorized: whether the token's roles claim names the role; nil when that is not known.
  init(_ token: PresentedToken, now: Timestamp, providerARN: String?, isRoleAuthorized: Bool?) {
    self.token = token
    self.now = now
    self.providerARN = providerARN
    self.isRoleAuthorized = isRoleAuthorized
    keys = AWSIssuerKeys(issuer: token.issuer ?? "")
  }

  subscript(key: String) -> Value {
    if let claim = keys.claim(of: key) { return value(of: claim) }
    let lower = key.lowercased()
    if lower.hasPrefix("aws:requesttag/") {
      return tags?.pairs.first { $0.0.lowercased() == lower.dropFirst(15) }.map { .one($0.1) } ?? .absent
    }
    switch lower {
    case "sts:rolesessionname": return .unknown("the caller chooses the session name")
    case "sts:sourceidentity": return text(of: AWSClaims.sourceIdentity)
    case "sts:transitivetagkeys": return tags.map { .many($0.transitive) } ?? .absent
    case "sts:roleauthorizedbyidp":
      return isRoleAuthorized.map { .one($0 ? "true" : "false") } ?? .unknown("the role's ARN is not known")
    case "aws:tagkeys": return tags.map { .many($0.pairs.map(\.0)) } ?? .absent
    case "aws:federatedprovider", "aws:userid":
      return providerARN.map { .one($0) } ?? .unknown("the provider's ARN is not known")
    case "aws:principalaccount":
      return providerARN.flatMap(AWSARN.init).map { .one($0.account) } ?? .unknown("the account is not known")
    case "aws:principaltype": return .one("User")
    case "aws:principalarn": return .absent
    case "aws:currenttime": return .one(now.rfc3339())
    case "aws:epochtime": return .one(String(now.seconds))
    case "aws:securetransport": return .one("true")
    case _ where lower.hasPrefix("aws:") || lower.hasPrefix("sts:"):
      return .unknown("\(key) hangs on the request and not on the token")
    // Whatever else looks like a key of an issuer is one that no request has.
    default: return .absent
    }
  }

  private var tags: AWSSessionTags? { (try? AWSSessionTags(token)) ?? nil }

  private func value(of claim: String) -> Value {
    switch claim {
    case "aud": return token["azp"] == nil || token["azp"] == .null ? text(of: "aud") : text(of: "azp")
    case "oaud": return text(of: "aud")
    case "amr":
      guard case .array(let elements)? = token["amr"] else { return text(of: "amr") }
      return .many(elements.compactMap(Self.text))
    default: return text(of: claim)
    }
  }

  /// A claim as one text: strings as they are, numbers and booleans as they are written.
  private func text(of claim: String) -> Value {
    switch token[claim] {
    case nil, .null?: return .absent
    case .array(let elements)?:
      if elements.count == 1, let only = elements.first, let text = Self.text(only) { return .one(text) }
      if claim == "aud" { return .many(elements.compactMap(Self.text)) }
      return .unknown("the claim \(claim) is a list, and what AWS makes of it is not documented")
    case let value?:
      if let text = Self.text(value) { return .one(text) }
      return .unknown("the claim \(claim) is an object, and what AWS makes of it is not documented")
    }
  }

  private static func text(_ json: JSON) -> String? {
    switch json {
    case .string(let text): text.value
    case .number(let number): number.text
    case .bool(let bool): bool ? "true" : "false"
    default: nil
    }
  }
}
