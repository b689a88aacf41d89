import Inspection
import JOSE

/// The registered claims (RFC 7519 §4.1) in forms that issuers do not use: what a relying party makes of these is documented
/// for few, and a reader written in another language may see another token.
enum ClaimForms {
  private static let registered = ["iss", "sub", "aud", "exp", "nbf", "iat"]

  /// Nil when every registered claim has the form that all agree on.
  ///
  /// - Parameter ignoresCase: whether the relying party is written in Go, whose reader takes `Aud` for `aud`.
  static func check(_ token: PresentedToken, ignoresCase: Bool = false) -> Check? {
    guard let problem = problem(of: token, ignoresCase: ignoresCase) else { return nil }
    return Check(
      id: "claim-forms", title: "the registered claims have their usual form", outcome: .unknown, actual: problem,
      hint: "What comes of it is not documented: have the issuer write the claim as RFC 7519 says.")
  }

  private static func problem(of token: PresentedToken, ignoresCase: Bool) -> String? {
    for member in token.claims.members {
      let name = member.name.value
      if registered.contains(name) {
        if !isUsual(member.value, of: name) { return "\(name) is \(member.value.kindName)" }
      } else if ignoresCase, ["nonce", "at_hash"].contains(name) {
        if member.value.stringValue == nil { return "\(name) is \(member.value.kindName)" }
      } else if ignoresCase, registered.contains(name.replacing("\u{17F}", with: "s").lowercased()) {
        return "there is a claim “\(name)” too"
      }
    }
    return nil
  }

  private static func isUsual(_ value: JSON, of name: String) -> Bool {
    switch (name, value) {
    case ("iss", .string), ("sub", .string), ("aud", .string): true
    case ("aud", .array(let elements)): elements.allSatisfy { $0.stringValue != nil }
    case ("exp", .number), ("nbf", .number), ("iat", .number): true
    default: false
    }
  }
}
