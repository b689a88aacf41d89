import Inspection
import Testing

@testable import Federation

@Suite("Errors explained") struct ExchangeExplanationTests {
  private static func explanation(_ party: ExchangeParty, _ code: String, _ message: String) -> ExchangeExplanation? {
    ExchangeFailure(
      party: party, url: "https://x", .refused(ExchangeRefusal(status: 400, code: code, message: message))
    ).explanation
  }

  @Test(
    "each error that the parties are known to answer means something, and something can be done",
    arguments: [
      (.aws, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", "trust policy"),
      (.aws, "AccessDenied", "Unrecognized OAuth provider. Do not include a provider parameter", "ProviderId"),
      (
        .aws, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://x",
        "no OIDC provider"
      ),
      (.aws, "InvalidIdentityToken", "Missing a required claim: sub", "lacks a claim"),
      (.aws, "InvalidIdentityToken", "Invalid timestamp in token claims.", "whole number"),
      (.aws, "InvalidIdentityToken", "Token issued in the future: 1", "not issued yet"),
      (
        .aws, "InvalidIdentityToken",
        "Token not yet valid: current date/time 1 must be after or equal to the not-before date/time 2",
        "does not hold yet"
      ),
      (
        .aws, "InvalidIdentityToken",
        "Token audience contains more than one audience while authorized party is not present", "several audiences"
      ),
      (
        .aws, "InvalidIdentityToken",
        "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.",
        "client IDs"
      ),
      (.aws, "InvalidIdentityToken", "Incorrect token audience", "client IDs"),
      (.aws, "InvalidIdentityToken", "Claim is not allowed to be empty: aud", "no audience"),
      (
        .aws, "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        "no key for the token's kid"
      ),
      (
        .aws, "InvalidIdentityToken",
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        "no signed JWT"
      ),
      (
        .aws, "InvalidIdentityToken", "The target role ARN is not present in the roles claim of the identity token",
        "pinned to other roles"
      ),
      (.aws, "InvalidIdentityToken", "The roles claim contains no valid role ARNs", "no ARN"),
      (.aws, "InvalidIdentityToken", "The roles claim is not in a supported format", "no ARN"),
      (.aws, "InvalidIdentityToken", "something new", "does not take the token"),
      (
        .aws, "ExpiredTokenException",
        "Token expired: current date/time 1 must be before the expiration date/time 2", "has ended"
      ),
      (.aws, "IDPRejectedClaim", "", "refused"), (.aws, "IDPCommunicationError", "", "could not fetch"),
      (.aws, "MalformedPolicyDocument", "", "session policy"), (.aws, "PackedPolicyTooLarge", "", "too large"),
      (.aws, "RegionDisabledException", "", "region"),
      (.aws, "InternalFailure", "Unknown error validating third-party token", "sub"),
      (.entra, "AADSTS70021", "", "issuer, subject and audience"), (.entra, "AADSTS700211", "", "issuer"),
      (.entra, "AADSTS700212", "", "audience"), (.entra, "AADSTS7002121", "", "audience"),
      (.entra, "AADSTS700213", "", "subject"), (.entra, "AADSTS7002131", "", "expression"),
      (.entra, "AADSTS7002138", "", "case"), (.entra, "AADSTS70023", "", "25 hours"),
      (.entra, "AADSTS70025", "", "no federated credential"), (.entra, "AADSTS700016", "", "no such application"),
      (.entra, "AADSTS700222", "", "Entra ID itself"), (.entra, "AADSTS700223", "", "forbids"),
      (.entra, "AADSTS700238", "", "forbids"), (.entra, "AADSTS700226", "", "managed identities"),
      (.entra, "AADSTS700227", "", "audience"), (.entra, "AADSTS700231", "", "cannot lead"),
      (.entra, "AADSTS700236", "", "not allowed"), (.entra, "AADSTS700024", "", "clock"),
      (.entra, "AADSTS50013", "", "does not hold"), (.entra, "AADSTS500133", "", "clock"),
      (.entra, "AADSTS50027", "", "malformed"), (.entra, "AADSTS50012", "", "signature"),
      (
        .gcp, "invalid_grant", "The issuer in ID Token https://x does not match the expected one in config: y.",
        "issuerUri"
      ),
      (.gcp, "invalid_grant", "The issuer in ID Token null does not match the expected one", "issuerUri"),
      (.gcp, "invalid_grant", "The audience in ID Token [x] does not match the expected audience.", "audience"),
      (.gcp, "invalid_grant", "ID Token issued at 1 is stale to sign-in.", "clock"),
      (.gcp, "invalid_grant", "Unable to verify the ID Token signature.", "signature"),
      (.gcp, "invalid_grant", "Error connecting to the given credential's issuer.", "keys"),
      (
        .gcp, "unauthorized_client", "The given credential is rejected by the attribute condition.",
        "attribute condition"
      ),
      (
        .gcp, "invalid_request", "The size of mapped attribute google.subject exceeds the 127 bytes limit.", "127 bytes"
      ),
      (
        .gcp, "invalid_request",
        #"Invalid value for "audience". This value should be the full resource name of the Identity Provider."#,
        "full name"
      ),
      (.gcp, "invalid_target", "", "no such provider"), (.gcp, "quota_exceeded", "", "too often"),
      (
        .gcp, "PERMISSION_DENIED",
        "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", "may not become"
      ),
      (.vault, "", "role \"x\" could not be found", "no such role"), (.vault, "", "missing role", "No role was named"),
      (.vault, "", "role with oidc role_type is not allowed", "browser"),
      (.vault, "", "error validating token: error verifying token signature: x", "no key"),
      (.vault, "", "error validating token: invalid issuer (iss) claim", "bound_issuer"),
      (.vault, "", "error validating token: invalid subject (sub) claim", "bound_subject"),
      (
        .vault, "",
        "error validating token: invalid audience (aud) claim: audience claim does not match any expected audience",
        "bound_audiences"
      ),
      (.vault, "", "audience claim found in JWT but no audiences bound to the role", "has no bound_audiences"),
      (.vault, "", "error validating token: invalid expiration time (exp) claim: token is expired", "has ended"),
      (.vault, "", "error validating token: invalid not before (nbf) claim: token not yet valid", "does not hold yet"),
      (
        .vault, "", "error validating token: invalid issued at (iat) claim: token issued in the future",
        "not issued yet"
      ),
      (.vault, "", "claim \"x\" not found in token", "user_claim"),
      (.vault, "", "error validating claims: claim \"x\" is missing", "bound_claims"),
      (
        .vault, "", "error validating claims: claim \"x\" does not match any associated bound claim values",
        "bound_claims"
      ),
      (
        .vault, "",
        "invalid algorithm (alg) header parameter: token signed with unexpected algorithm", "jwt_supported_algs"
      ),
      (.vault, "", "Vault is sealed", "sealed"), (.vault, "", "permission denied", "mount"),
      (.rfc8693, "invalid_target", "", "audience or resource"), (.rfc8693, "invalid_client", "", "client"),
    ] as [(ExchangeParty, String, String, String)])
  func known(party: ExchangeParty, code: String, message: String, words: String) {
    let explanation = Self.explanation(party, code, message)
    #expect(explanation?.meaning.contains(words) == true, "\(explanation?.meaning ?? "nothing")")
    #expect(explanation?.remedy.isEmpty == false)
  }

  @Test("what is not known is not explained")
  func unknown() {
    #expect(Self.explanation(.aws, "SomethingElse", "x") == nil)
    #expect(Self.explanation(.entra, "AADSTS1", "AADSTS1: x") == nil)
    #expect(Self.explanation(.vault, "", "x") == nil)
  }

  @Test(
    "only what may be answered otherwise soon is retryable",
    arguments: [
      (.aws, 400, "IDPCommunicationError", "", true), (.aws, 400, "Throttling", "", true),
      (.aws, 503, "ServiceUnavailable", "", true), (.aws, 500, "InternalFailure", "x", true),
      (.aws, 500, "InternalFailure", "Unknown error validating third-party token", false),
      (.aws, 403, "AccessDenied", "", false), (.aws, 400, "InvalidIdentityToken", "", false),
      (.aws, 400, "ExpiredTokenException", "", false), (.entra, 400, "AADSTS90033", "", true),
      (.entra, 429, "x", "", true), (.entra, 400, "AADSTS70021", "", false), (.entra, 504, "x", "", true),
      (.gcp, 400, "invalid_grant", "", false), (.gcp, 503, "UNAVAILABLE", "", true),
      (.gcp, 403, "PERMISSION_DENIED", "", false), (.vault, 412, "", "", true), (.vault, 503, "", "sealed", true),
      (.vault, 501, "", "", false), (.vault, 400, "", "", false), (.vault, 403, "", "", false),
      (.rfc8693, 400, "invalid_request", "", false), (.rfc8693, 503, "temporarily_unavailable", "", true),
    ] as [(ExchangeParty, Int, String, String, Bool)])
  func retryable(party: ExchangeParty, status: Int, code: String, message: String, isRetryable: Bool) {
    let failure = ExchangeFailure(
      party: party, url: "https://x", .refused(ExchangeRefusal(status: status, code: code, message: message)))
    #expect(failure.isRetryable == isRetryable)
  }

  @Test("nothing that a party says can act on a terminal, or has no end")
  func hostile() {
    let refusal = ExchangeRefusal(
      status: 400, code: "\u{1B}[2J",
      message: "\u{1B}]0;x\u{7}\r\n\u{202E}evil" + String(repeating: "a", count: 1 << 17))
    let failure = ExchangeFailure(party: .vault, url: "https://x", .refused(refusal))
    let report = ExchangeReport(
      party: .vault,
      sent: [.init(url: "https://x", fields: [ExchangeField("\u{1B}[31m", "\u{9B}2J")])], result: .refused(refusal, nil)
    )
    for text in [failure.description, ExchangeText.render(report, now: Timestamp(0))] {
      #expect(text.split(separator: "\n").allSatisfy { !$0.unicodeScalars.contains { Visible.needsEscape($0) } })
      #expect(text.utf8.count < 20_000)
    }
  }
}
