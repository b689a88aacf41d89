import Inspection
import JOSE

/// The token endpoint of Microsoft Entra ID: a token as client assertion (RFC 7523 §2.2) for an access token of an
/// application or a managed identity that has a federated credential for it.
public struct EntraExchange: Exchange {
  public let party = ExchangeParty.entra
  public let clientID: String
  public let tenant: String
  public let scope: String
  let endpoint: FetchURL

  public static let publicAuthority = "https://login.microsoftonline.com"
  /// The audience that federated credentials of the public cloud want.
  public static let audience = "api://AzureADTokenExchange"
  /// What opens the cloud's own resource manager.
  public static let managementScope = "https://management.azure.com/.default"
  static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  /// - Parameters:
  ///   - authority: the URL of the cloud's login, such as ``publicAuthority``.
  ///   - tenant: a directory, by its ID or a domain of it.
  ///   - clientID: the application, or the client ID of the managed identity.
  ///   - scope: for what; of one resource all that was granted, such as ``managementScope``.
  public init(
    authority: String = EntraExchange.publicAuthority, tenant: String, clientID: String, scope: String
  ) throws(ExchangeInputError) {
    guard NameShape.isUUID(tenant) || Self.isDomain(tenant) else {
      throw ExchangeInputError(
        "tenant", "“\(tenant.prefix(100))” is no tenant: write its ID, or a domain such as acme.onmicrosoft.com.")
    }
    guard NameShape.isUUID(clientID) else {
      throw ExchangeInputError(
        "client-id",
        "“\(clientID.prefix(100))” is no client ID such as 11111111-2222-3333-4444-555555555555 (the application's, "
          + "not that of its object).")
    }
    guard scope.hasSuffix("/.default"), scope.utf8.count <= 1024, TokenSafety.isVisible(scope) else {
      throw ExchangeInputError(
        "scope",
        "“\(scope.prefix(100))” is no scope for an application: one resource and /.default, such as "
          + "\(Self.managementScope).")
    }
    self.tenant = tenant
    self.clientID = clientID
    self.scope = scope
    endpoint = try Place.url(
      "/\(tenant)/oauth2/v2.0/token", below: authority, input: "authority", "the authority")
  }

  private static func isDomain(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2 && text.utf8.count <= 253
      && labels.allSatisfy {
        NameShape.isMade($0, with: "-", count: 1...63) && !$0.hasPrefix("-") && !$0.hasSuffix("-")
      }
  }

  /// Where the token goes.
  public var url: String { endpoint.text }

  public func exchange(_ token: String, by client: ExchangeClient) async throws(ExchangeFailure) -> AccessToken {
    try await client.send(try request(token), to: party) { answer throws(ExchangeProblem) in try Self.read(answer) }
  }

  func request(_ token: String) throws(ExchangeFailure) -> ExchangeRequest {
    let token = try TokenSafety.sendable(token, to: party, at: endpoint)
    return ExchangeRequest(
      to: endpoint, .form,
      [
        ExchangeField("grant_type", "client_credentials"), ExchangeField("client_id", JSON(clientID)),
        ExchangeField("scope", JSON(scope)), ExchangeField("client_assertion_type", JSON(Self.assertionType)),
        ExchangeField("client_assertion", JSON(token), isSecret: true),
      ])
  }

  /// What came back; an error goes by its number, `AADSTS700213`, which tells more than OAuth's names.
  static func read(_ answer: ExchangeAnswer) throws(ExchangeProblem) -> AccessToken {
    do {
      return try AccessToken(answer)
    } catch .refused(let refusal) {
      let number = refusal.message.prefix { !$0.isWhitespace && $0 != ":" }
      guard number.hasPrefix("AADSTS"), NameShape.isDigits(number.dropFirst(6), count: 4...8) else {
        throw .refused(refusal)
      }
      throw .refused(ExchangeRefusal(status: refusal.status, code: String(number), message: refusal.message))
    }
  }
}
