import Inspection
import JOSE

/// Workload identity federation of Google Cloud: a token for a federated access token (RFC 8693), and that for the one
/// of a service account, when one is named.
public struct GoogleExchange: Exchange {
  public let party = ExchangeParty.gcp
  /// The full resource name of the provider.
  public let audience: String
  public let scopes: [String]
  /// How long a token of a service account is to live, in seconds; nil for an hour.
  public let lifetime: Int64?
  let tokenPlace: FetchURL
  let impersonationPlace: FetchURL?

  public static let tokenURL = "https://sts.googleapis.com/v1/token"
  public static let standardScope = "https://www.googleapis.com/auth/cloud-platform"
  static let accessToken = "urn:ietf:params:oauth:token-type:access_token"

  /// - Parameters:
  ///   - audience: the provider, `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
  ///   - tokenURL: of the token service.
  ///   - impersonationURL: `generateAccessToken` of a service account, see ``impersonationURL(of:)``; nil for the
  ///     federated token itself.
  ///   - scopes: for what; none means ``standardScope``.
  ///   - lifetime: of a service account's token, 600 to 43200 seconds; above an hour only where a policy allows it.
  public init(
    audience: String, tokenURL: String = GoogleExchange.tokenURL, impersonationURL: String? = nil,
    scopes: [String] = [], lifetime: Int64? = nil
  ) throws(ExchangeInputError) {
    // The form with https: is what the token's own audience may be; the request has to have the other.
    let name = audience.hasPrefix("https://iam.") ? String(audience.dropFirst(6)) : audience
    guard Self.isProvider(name) else {
      throw ExchangeInputError(
        "audience",
        "“\(audience.prefix(200))” is no provider such as "
          + "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/POOL/providers/PROVIDER; "
          + "the project goes by its number.")
    }
    for scope in scopes where scope.isEmpty || scope.utf8.count > 512 || !TokenSafety.isVisible(scope) {
      throw ExchangeInputError("scope", "“\(scope.prefix(100))” is no scope such as \(Self.standardScope).")
    }
    if let lifetime, !(600...43_200).contains(lifetime) {
      throw ExchangeInputError(
        "lifetime", "Google gives such tokens for 10 minutes to 12 hours, not for \(lifetime) s.")
    }
    self.audience = name
    self.scopes = scopes.isEmpty ? [Self.standardScope] : scopes
    self.lifetime = lifetime
    tokenPlace = try Place.url(tokenURL, input: "token-url", "the URL of the token service")
    impersonationPlace = try impersonationURL.map { (url) throws(ExchangeInputError) in
      try Place.url(url, input: "impersonation-url", "the URL of the impersonation")
    }
  }

  /// Where the token of a service account is to be had.
  public static func impersonationURL(of account: String) throws(ExchangeInputError) -> String {
    let parts = account.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, NameShape.isMade(parts[0], with: "-.", count: 1...64),
      NameShape.isMade(parts[1], with: "-.", count: 3...253), parts[1].contains(".")
    else {
      throw ExchangeInputError(
        "service-account",
        "“\(account.prefix(100))” is no service account such as deploy@acme-prod.iam.gserviceaccount.com.")
    }
    return "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
  }

  private static func isProvider(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 11, parts[0].isEmpty, parts[1].isEmpty, parts[2].hasPrefix("iam."),
      NameShape.isMade(parts[2], with: "-.", count: 5...253), parts[3] == "projects",
      NameShape.isDigits(parts[4], count: 1...20), parts[5] == "locations", parts[6] == "global",
      parts[7] == "workloadIdentityPools", parts[9] == "providers"
    else { return false }
    return [parts[8], parts[10]].allSatisfy { NameShape.isMade($0, with: "-", count: 4...32) }
  }

  public func exchange(_ token: String, by client: ExchangeClient) async throws(ExchangeFailure) -> AccessToken {
    let federated = try await client.send(try request(token), to: party) { answer throws(ExchangeProblem) in
      try AccessToken(answer)
    }
    guard let request = impersonation(federated.token) else { return federated }
    return try await client.send(request, to: party) { answer throws(ExchangeProblem) in
      try Self.readImpersonation(answer)
    }
  }

  func request(_ token: String) throws(ExchangeFailure) -> ExchangeRequest {
    let token = try TokenSafety.sendable(token, to: party, at: tokenPlace)
    // The federated token that opens a service account needs no more than IAM; the scopes are for what it opens.
    let scope = impersonationPlace == nil ? scopes.joined(separator: " ") : Self.standardScope
    return ExchangeRequest(
      to: tokenPlace, .form,
      [
        ExchangeField("grant_type", JSON(GenericExchange.grantType)), ExchangeField("audience", JSON(audience)),
        ExchangeField("scope", JSON(scope)), ExchangeField("requested_token_type", JSON(Self.accessToken)),
        ExchangeField("subject_token_type", JSON(GenericExchange.jwt)),
        ExchangeField("subject_token", JSON(token), isSecret: true),
      ])
  }

  /// The request for the token of the service account; nil when none is named.
  func impersonation(_ federated: String) -> ExchangeRequest? {
    guard let impersonationPlace else { return nil }
    var fields = [ExchangeField("scope", .array(scopes.map { JSON($0) }))]
    if let lifetime { fields.append(ExchangeField("lifetime", JSON("\(lifetime)s"))) }
    return ExchangeRequest(
      to: impersonationPlace, .json, fields,
      headers: [ExchangeField("Authorization", JSON("Bearer \(federated)"), isSecret: true)])
  }

  static func readImpersonation(_ answer: ExchangeAnswer) throws(ExchangeProblem) -> AccessToken {
    guard let object = answer.object else { throw unreadable(answer) }
    guard answer.status == 200 else {
      guard let error = object["error"]?.objectValue, let message = error["message"]?.stringValue else {
        throw unreadable(answer)
      }
      throw .refused(
        ExchangeRefusal(status: answer.status, code: error["status"]?.stringValue ?? "", message: message))
    }
    let expiry = try answer.end(of: "the token", object["expireTime"]?.stringValue)
    return AccessToken(
      token: try TokenSafety.secret(object["accessToken"], named: "accessToken"), type: "Bearer", expiry: expiry)
  }

  private static func unreadable(_ answer: ExchangeAnswer) -> ExchangeProblem {
    let type = answer.contentType.map { " (\($0.prefix(80)))" } ?? ""
    return .malformed("the answer is none of Google's IAM\(type)")
  }
}
