import Inspection

/// What the errors of `AssumeRoleWithWebIdentity` mean.
extension AWSExchange {
  /// AWS's SDKs ask again for these; `IDPCommunicationError` is one that the API's documentation calls worth it.
  static func isRetryable(_ refusal: ExchangeRefusal) -> Bool {
    let codes: Set<String> = [
      "IDPCommunicationError", "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestThrottled",
      "ServiceUnavailable", "RequestTimeout", "RequestTimeoutException", "SlowDown",
    ]
    if codes.contains(refusal.code) { return true }
    // That one is a claim that AWS cannot take, whatever its status says.
    if refusal.code == "InternalFailure", refusal.message.contains("validating third-party token") { return false }
    return [500, 502, 503, 504].contains(refusal.status)
  }

  static let explanations: [ExchangeExplanation.Row] = [
    .init(
      "AccessDenied", "Unrecognized OAuth provider",
      "A ProviderId was sent, which goes with access tokens of built-in providers only.", "Leave the ProviderId out."),
    .init(
      "AccessDenied", "AssumeRoleWithWebIdentity",
      "The role's trust policy does not allow this token, a Deny in it matches, or there is no such role: AWS "
        + "answers the same for all three.",
      "Hold the token against the policy: idp explain ROLE.json PROVIDER.json --token TOKEN says which condition fails."
    ),
    .init(
      "InvalidIdentityToken", "No OpenIDConnect provider found",
      "The account of the role has no OIDC provider for this issuer, or its URL differs by case, path, port or a slash "
        + "at the end.",
      "Create the provider in the role's own account, with the token's iss byte for byte: "
        + "aws iam create-open-id-connect-provider --url ISSUER --client-id-list sts.amazonaws.com"),
    .init(
      "InvalidIdentityToken", "Missing a required claim",
      "The token lacks a claim that AWS needs: iss, sub, aud, iat, exp.",
      "Have the issuer add it; idp inspect shows what is there."),
    .init(
      "InvalidIdentityToken", "Invalid timestamp", "exp, iat or nbf is not a whole number of seconds.",
      "Have the issuer write whole seconds since 1970."),
    .init(
      "InvalidIdentityToken", "issued in the future",
      "By AWS's clock the token is not issued yet, by more than the 5 minutes that AWS allows.",
      "Set the clock of the issuer (NTP).", isAboutTime: true),
    .init(
      "InvalidIdentityToken", "not yet valid",
      "By AWS's clock the token does not hold yet, by more than the 5 minutes that AWS allows.",
      "Set the clock of the issuer (NTP).", isAboutTime: true),
    .init(
      "InvalidIdentityToken", "more than one audience",
      "The token has several audiences and no azp; then AWS takes none of them.",
      "Request it for one audience alone, or have the issuer set azp."),
    .init(
      "InvalidIdentityToken", "could not be validated",
      "The token's audience (its azp, if it has one) is not among the client IDs of the OIDC provider.",
      "Request the token for a client ID of the provider, such as sts.amazonaws.com, or add the audience: "
        + "aws iam add-client-id-to-open-id-connect-provider"),
    .init(
      "InvalidIdentityToken", "Incorrect token audience",
      "The token's audience (its azp, if it has one) is not among the client IDs of the OIDC provider.",
      "Request the token for a client ID of the provider, such as sts.amazonaws.com."),
    .init(
      "InvalidIdentityToken", "not allowed to be empty: aud", "The token has no audience.",
      "Request it for the provider's client ID, such as sts.amazonaws.com."),
    .init(
      "InvalidIdentityToken", "retrieve verification key",
      "AWS has no key for the token's kid: the issuer's JWKS does not hold it, cannot be fetched, or its key is one "
        + "that AWS does not take.",
      "Check what is served: idp publish --check ISSUER. After a rotation, keep the old key published."),
    .init(
      "InvalidIdentityToken", "not a valid JWT", "What was sent is no signed JWT, or its header has crit.",
      "Send the ID token, not an access token; AWS takes RS256 to RS512 and ES256 to ES512."),
    .init(
      "InvalidIdentityToken", "not present in the roles claim",
      "The token is pinned to other roles, by its claim https://aws.amazon.com/roles.",
      "Request a token for this role; idp exchange aws pins to the role that it asks for."),
    .init(
      "InvalidIdentityToken", "roles claim", "The claim https://aws.amazon.com/roles holds no ARN of a role.",
      "Write exact ARNs of roles in it, as a list or with semicolons in between."),
    .init(
      "InvalidIdentityToken", "principal_tags",
      "The claim https://aws.amazon.com/tags has not the shape that AWS wants.",
      #"Write {"principal_tags": {"KEY": ["VALUE"]}}, each value a list of one."#),
    .init(
      "InvalidIdentityToken", nil, "AWS does not take the token, whatever the role's policy says.",
      "Hold it against AWS's limits: idp preflight --token TOKEN"),
    .init(
      "ExpiredTokenException", nil,
      "By AWS's clock the token has ended; the first time in the message has the 5 minutes that AWS allows taken off.",
      "Request a new one; check the clock.", isAboutTime: true),
    .init(
      "ExpiredToken", nil, "By AWS's clock the token has ended.", "Request a new one; check the clock.",
      isAboutTime: true),
    .init(
      "IDPRejectedClaim", nil, "The provider itself has refused the token: it was revoked, or is of another provider.",
      "Request a new one."),
    .init(
      "IDPCommunicationError", nil, "AWS could not fetch the issuer's discovery document or its keys.",
      "Check that both can be fetched from the Internet: idp publish --check ISSUER"),
    .init(
      "ValidationError", "DurationSeconds", "The credentials are to live longer than the role allows.",
      "Ask for less, or raise it: aws iam update-role --max-session-duration"),
    .init(
      "ValidationError", nil, "A parameter of the request is not one that AWS takes.",
      "The message names it, with what it may be."),
    .init(
      "MalformedPolicyDocument", nil, "The session policy is none that IAM can read.",
      "Check it: aws accessanalyzer validate-policy"),
    .init(
      "PackedPolicyTooLarge", nil, "Session policies and tags are too large together.",
      "Shorten the policy, or have fewer tags in the token."),
    .init(
      "RegionDisabledException", nil, "STS is not switched on for this account in this region.",
      "Switch it on in the account settings of IAM, or ask another region."),
    .init(
      "InternalFailure", "third-party token", "AWS cannot read a claim: it answers so for a sub that is null.",
      "Have the issuer write sub as text."),
    .init("SignatureDoesNotMatch", nil, "Something on the way has changed the request.", "Check the proxy."),
    .init(
      "Throttling", nil, "AWS has been asked too often.", "Wait, and ask less often: credentials live for an hour."),
  ]
}
