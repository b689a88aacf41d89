import Inspection

/// What the errors of Google's token service and of its IAM mean.
extension GoogleExchange {
  static let explanations: [ExchangeExplanation.Row] = [
    .init(
      "invalid_grant", "issuer in ID Token",
      "The token's iss is not the issuerUri of the provider; it is compared exactly, a slash at the end included.",
      "Correct the provider: gcloud iam workload-identity-pools providers update-oidc PROVIDER --issuer-uri ISSUER"),
    .init(
      "invalid_grant", "audience in ID Token",
      "The token's audience is none that the provider takes: by itself only its own full name, with or without https:.",
      "Request the token for //iam.googleapis.com/projects/NUMBER/…/providers/PROVIDER, or add its audience: "
        + "--allowed-audiences"),
    .init(
      "invalid_grant", "stale to sign-in",
      "By Google's clock the token has ended, was issued too far in the future, or has no exp.",
      "Request a new one; check the clock.", isAboutTime: true),
    .init(
      "invalid_grant", "Unable to verify",
      "There is a key of the token's kid, but the signature does not hold with it.",
      "Check that the published key is the one that signs: idp publish --check ISSUER"),
    .init(
      "invalid_grant", "Error connecting to the given credential's issuer",
      "Google cannot fetch the issuer's keys, cannot use the JWKS that was uploaded, or finds no key of the token's kid "
        + "and type in it.",
      "Check what is served: idp publish --check ISSUER; after a rotation, upload the JWKS again."),
    .init(
      "unauthorized_client", "attribute condition",
      "The provider's attribute condition is false for this token, is no condition, or reads a claim that is not there.",
      "Hold the token against it: idp explain PROVIDER.json --token TOKEN"),
    .init(
      "invalid_request", "127 bytes", "What google.subject is mapped from is longer than 127 bytes.",
      "Map another claim, or part of it: --attribute-mapping"),
    .init(
      "invalid_request", #"value for "audience""#, "The audience of the request is not the full name of a provider.",
      "Write the project's number, not its ID, and the provider, not the pool alone."),
    .init(
      "invalid_target", nil, "There is no such provider, or it is disabled or deleted.",
      "Look: gcloud iam workload-identity-pools providers describe"),
    .init(
      "invalid_scope", nil, "A scope is none that Google knows.", "Write scopes as \(standardScope)."),
    .init(
      "quota_exceeded", nil, "The token service has been asked too often.", "Wait, and keep tokens while they live."),
    .init(
      "PERMISSION_DENIED", "getAccessToken",
      "The federated identity may not become this service account, or there is no such account.",
      "Grant roles/iam.workloadIdentityUser on it to principal:// or principalSet:// of the pool; it takes a minute."),
    .init(
      "PERMISSION_DENIED", "has not been used", "The IAM Service Account Credentials API is off in the project.",
      "Switch it on: gcloud services enable iamcredentials.googleapis.com"),
    .init(
      "INVALID_ARGUMENT", "lifetime", "Tokens of this account may not live longer than an hour.",
      "Ask for an hour, or have iam.allowServiceAccountCredentialLifetimeExtension set."),
    .init("NOT_FOUND", nil, "There is no such service account.", "Check its address."),
    .init(
      "UNAUTHENTICATED", nil, "Google's IAM does not take the federated token.", "Try again; check the clock.",
      isAboutTime: true),
    .init(
      nil, "Org Policy violated", "A policy of the organisation forbids this issuer.",
      "Have it allowed: constraints/iam.workloadIdentityPoolProviders."),
  ]
}
