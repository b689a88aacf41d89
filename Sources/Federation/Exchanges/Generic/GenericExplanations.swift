import Inspection

/// What the errors of token endpoints mean (RFC 6749 §5.2, RFC 8693 §2.2.2).
extension GenericExchange {
  static let explanations: [ExchangeExplanation.Row] = [
    .init(
      "invalid_request", nil, "A parameter is missing, malformed or there twice; or the token is not one it takes.",
      "The message should say which; add parameters with --param NAME=VALUE."),
    .init(
      "invalid_client", nil, "The endpoint wants to know the client that asks.",
      "Give what it wants: --param client_id=ID."),
    .init(
      "invalid_grant", nil,
      "The token is not taken: it has ended, or its issuer, audience or signature is not the right one.",
      "Look at it: idp inspect TOKEN", isAboutTime: true),
    .init("unauthorized_client", nil, "This client may not exchange tokens.", "Ask who runs the endpoint."),
    .init(
      "unsupported_grant_type", nil, "The endpoint does not exchange tokens.",
      "Check its address; another grant goes with --param grant_type=…."),
    .init("invalid_scope", nil, "A scope is unknown, or more than the token allows.", "Ask for less."),
    .init(
      "invalid_target", nil, "No tokens are given for this audience or resource.", "Check --audience and resource."),
    .init("temporarily_unavailable", nil, "The endpoint is busy.", "Wait, and try again."),
  ]
}
