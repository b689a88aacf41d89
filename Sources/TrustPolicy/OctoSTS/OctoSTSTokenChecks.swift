import Inspection
import JOSE

/// What octo-sts asks of a token before it reads a policy (go-oidc version 3, then `oidcvalidate`).
struct OctoSTSTokenChecks {
  struct Step {
    let check: Check
    let answer: PartyAnswer?
  }

  let token: PresentedToken
  let now: Timestamp

  var steps: [Step] {
    [issuer, Step(check: SignatureStep.check(token), answer: nil), expiry, notBefore, subject, audience]
  }

  private func invalid(_ what: String) -> PartyAnswer { PartyAnswer("InvalidArgument", "invalid \(what) in token") }

  /// https (http for localhost only), no user, query or fragment, at most 255 characters.
  private var issuer: Step {
    let text = token.issuer ?? ""
    let isLocal = text.hasPrefix("http://localhost") || text.hasPrefix("http://127.0.0.1")
    let rest = text.dropFirst(text.hasPrefix("https://") ? 8 : 7)
    let host = rest.prefix { $0 != "/" }
    let isGood =
      (text.hasPrefix("https://") || isLocal) && text.unicodeScalars.count <= 255 && !host.isEmpty
      && !text.contains { "?#@".contains($0) } && !rest.contains("//") && !rest.contains("/..")
    return Step(
      check: Check(
        id: "issuer-form", title: "the issuer is a plain https URL", outcome: isGood ? .pass : .fail, actual: text),
      answer: invalid("issuer"))
  }

  private static let quotes: Set<Unicode.Scalar> = Set("\"'`\\<>;&$(){}[]".unicodeScalars)

  private func isPlain(_ text: String, also forbidden: Set<Unicode.Scalar> = []) -> Bool {
    !text.isEmpty && text.unicodeScalars.count <= 255
      && text.unicodeScalars.allSatisfy {
        !Self.quotes.contains($0) && !forbidden.contains($0) && !Visible.needsEscape($0)
      }
  }

  private var subject: Step {
    let text = token.subject ?? ""
    let isGood = isPlain(text)
    return Step(
      check: Check(
        id: "subject-form", title: "the subject has 1 to 255 plain characters", outcome: isGood ? .pass : .fail,
        expected: isGood ? nil : "none of \"'`\\<>;&$(){}[]", actual: text,
        hint: isGood ? nil : "octo-sts can never take this subject."), answer: invalid("subject"))
  }

  private var audience: Step {
    let isGood = !token.audiences.isEmpty && token.audiences.allSatisfy { isPlain($0, also: ["@"]) }
    return Step(
      check: Check(
        id: "audience-form", title: "each audience has 1 to 255 plain characters", outcome: isGood ? .pass : .fail,
        actual: token.audiences.joined(separator: ", ")), answer: invalid("audience"))
  }

  /// go-oidc has no leeway for `exp`.
  private var expiry: Step {
    let expiry = token["exp"]?.doubleValue
    let isGood = expiry.map { Double(now.seconds) <= $0 } ?? false
    return Step(
      check: Check(
        id: "expiry", title: "the token has not expired", outcome: isGood ? .pass : .fail,
        expected: "after \(now.rfc3339())",
        actual: expiry.flatMap { Int64(exactly: $0.rounded(.down)) }.map { Timestamp($0).rfc3339() } ?? "no exp",
        hint: isGood ? nil : "Request a new token."), answer: nil)
  }

  /// Five minutes of leeway.
  private var notBefore: Step {
    guard let start = token["nbf"]?.doubleValue else {
      return Step(
        check: Check(id: "not-before", title: "the token is valid in 5 minutes", outcome: .skipped, actual: "no nbf"),
        answer: nil)
    }
    let isGood = Double(now.seconds) + 300 >= start
    return Step(
      check: Check(
        id: "not-before", title: "the token is valid in 5 minutes", outcome: isGood ? .pass : .fail,
        actual: Int64(exactly: start.rounded(.down)).map { Timestamp($0).rfc3339() }), answer: nil)
  }
}
