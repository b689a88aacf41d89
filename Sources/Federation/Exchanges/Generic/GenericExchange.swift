import Inspection
import JOSE

/// A token exchange with any token endpoint that speaks RFC 8693 §2.
public struct GenericExchange: Exchange {
  public let party = ExchangeParty.rfc8693
  let endpoint: FetchURL
  let parameters: [ExchangeField]

  static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
  static let jwt = "urn:ietf:params:oauth:token-type:jwt"

  /// - Parameters:
  ///   - endpoint: the URL of the token endpoint; https, or http on this machine.
  ///   - parameters: names and values besides the token itself, such as `audience`, `scope`, `resource`,
  ///     `requested_token_type` and `client_id`; `grant_type` and `subject_token_type` only to have others than those of
  ///     RFC 8693 and `jwt`. Names may repeat.
  ///   - secretParameters: the same for values that are secrets; some names always have such values.
  public init(
    endpoint: String, parameters: [(name: String, value: String)] = [],
    secretParameters: [(name: String, value: String)] = []
  ) throws(ExchangeInputError) {
    self.endpoint = try Place.url(endpoint, input: "endpoint", "the token endpoint")
    var fields: [ExchangeField] = []
    let given = parameters.map { ($0, false) } + secretParameters.map { ($0, true) }
    for ((name, value), isSecret) in given {
      guard !name.isEmpty, name.utf8.count <= 128, TokenSafety.isVisible(name) else {
        throw ExchangeInputError("parameter", "“\(name.prefix(60))” is no name of a parameter.")
      }
      guard name != "subject_token" else {
        throw ExchangeInputError("parameter", "subject_token is the token itself: it is not given as a parameter.")
      }
      fields.append(ExchangeField(name, JSON(value), isSecret: isSecret || Self.isSecret(name)))
    }
    func standard(_ name: String, _ value: String) -> [ExchangeField] {
      fields.contains { $0.name == name } ? [] : [ExchangeField(name, JSON(value))]
    }
    self.parameters = standard("grant_type", Self.grantType) + standard("subject_token_type", Self.jwt) + fields
  }

  /// Whether a parameter of that name is a secret whoever wants it.
  public static func isSecret(_ name: String) -> Bool {
    ["client_secret", "client_assertion", "actor_token", "password", "assertion", "refresh_token", "code", "api_key"]
      .contains(name.lowercased())
  }

  public func exchange(_ token: String, by client: ExchangeClient) async throws(ExchangeFailure) -> AccessToken {
    try await client.send(try request(token), to: party) { answer throws(ExchangeProblem) in try AccessToken(answer) }
  }

  func request(_ token: String) throws(ExchangeFailure) -> ExchangeRequest {
    let token = try TokenSafety.sendable(token, to: party, at: endpoint)
    return ExchangeRequest(
      to: endpoint, .form, parameters + [ExchangeField("subject_token", JSON(token), isSecret: true)])
  }
}
