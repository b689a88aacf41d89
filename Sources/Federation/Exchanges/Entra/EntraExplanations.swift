import Inspection

/// What the errors of Entra ID mean for a federated credential.
extension EntraExchange {
  static func isRetryable(_ refusal: ExchangeRefusal) -> Bool {
    // 90033: a service of theirs is busy; 50196: too much too fast; 90006 and 90012: theirs did not answer in time.
    ["AADSTS90033", "AADSTS90006", "AADSTS90012", "temporarily_unavailable"].contains(refusal.code)
      || [500, 502, 503, 504].contains(refusal.status)
  }

  static let explanations: [ExchangeExplanation.Row] = [
    .init(
      "AADSTS700211", nil, "No federated credential of the application has this issuer; it is compared byte for byte.",
      "Compare issuer with the token's iss: most often a slash at the end, or the case."),
    .init(
      "AADSTS700212", nil, "The federated credential is for another audience.",
      "Request the token for its audience, which is \(audience) unless somebody changed it."),
    .init(
      "AADSTS7002121", nil, "The federated credential is for another audience.",
      "Request the token for its audience, which is \(audience) unless somebody changed it."),
    .init(
      "AADSTS700213", nil,
      "No federated credential of the application has this subject; it is compared exactly, and * is no wildcard.",
      "Add a federated credential with this subject, byte for byte."),
    .init(
      "AADSTS7002131", nil, "No federated credential has this subject, and no expression matches its claims.",
      "Hold the token against the expression: idp explain CREDENTIALS.json --token TOKEN"),
    .init(
      "AADSTS7002138", nil, "A federated credential would match if the case did not count; since August 2024 it does.",
      "Write it in the token's own case."),
    .init(
      "AADSTS70021", nil,
      "No federated credential matches the token's issuer, subject and audience, or it was made minutes ago.",
      "Compare the three with the credential: idp explain CREDENTIALS.json --token TOKEN; wait if it is new."),
    .init(
      "AADSTS70023", nil, "The token lives longer than the 25 hours that Entra ID takes, or has no iat.",
      "Request one with a shorter life: --ttl 1h"),
    .init(
      "AADSTS700025", nil, "The application is a public client, which shows no assertion.",
      "Take an application that is none."),
    .init(
      "AADSTS70025", nil, "The application has no federated credential at all.",
      "Check the client ID; add one: az ad app federated-credential create"),
    .init(
      "AADSTS700016", nil, "There is no such application in this tenant.", "Check the client ID and the tenant."),
    .init("AADSTS90002", nil, "There is no such tenant.", "Check the tenant, and the cloud: --authority."),
    .init("AADSTS900023", nil, "The tenant is neither an ID nor a domain.", "Check the tenant."),
    .init(
      "AADSTS700222", nil, "Tokens of Entra ID itself are not taken here.",
      "Use the token of another issuer, or the form for managed identities."),
    .init(
      "AADSTS700223", nil, "A policy of the tenant forbids workload identity federation.", "Ask its administrator."),
    .init(
      "AADSTS700238", nil, "A policy of the tenant forbids workload identity federation.", "Ask its administrator."),
    .init(
      "AADSTS700226", nil, "Of Entra ID's own tokens only those of managed identities are taken here.",
      "Use the token of a managed identity."),
    .init(
      "AADSTS700227", nil, "A token with this audience is not taken here.", "Request one for \(audience)."),
    .init("AADSTS700231", nil, "A federated credential cannot lead to another one.", "Exchange the first token."),
    .init(
      "AADSTS700236", nil, "Tokens of Entra ID from that issuer are not allowed in this tenant.",
      "Ask its administrator."),
    .init(
      "AADSTS700024", nil, "By Entra ID's clock the token has ended, or does not hold yet; the message has its times.",
      "Request a new one; check the clock.", isAboutTime: true),
    .init(
      "AADSTS500133", nil, "By Entra ID's clock the token has ended, or does not hold yet.",
      "Request a new one; check the clock.", isAboutTime: true),
    .init(
      "AADSTS50013", nil, "The assertion does not hold: its signature, its issuer, its audience or its times.",
      "The message says which; check what is served: idp publish --check ISSUER"),
    .init(
      "AADSTS50027", nil, "The token is malformed, or its signature does not hold; the message says which.",
      "Look at it: idp inspect TOKEN"),
    .init(
      "AADSTS50012", nil, "The signature does not hold with the keys that Entra ID has of the issuer.",
      "Check that the key's kid is published: idp publish --check ISSUER"),
    .init(
      "AADSTS700027", nil, "The signature does not hold, or its key is not known.",
      "Check that the key's kid is published: idp publish --check ISSUER"),
    .init(
      "AADSTS5002738", nil, "Entra ID could not fetch the issuer's discovery document or its keys.",
      "Check that both can be fetched from the Internet: idp publish --check ISSUER"),
    .init("AADSTS500011", nil, "There is no such resource in this tenant.", "Check the scope: RESOURCE/.default."),
    .init("AADSTS70011", nil, "The scope is none that there is.", "Write one resource and /.default."),
    .init("AADSTS1002012", nil, "The scope is none for an application.", "Write one resource and /.default."),
    .init("AADSTS53003", nil, "Conditional access has refused it.", "Ask the administrator of the tenant."),
    .init("AADSTS7000112", nil, "The application is disabled.", "Ask its owner."),
  ]
}
