import Inspection
import JOSE

/// An access token, as OAuth 2.0 gives it (RFC 6749 §5.1, RFC 8693 §2.2.1).
public struct AccessToken: ExchangeOutcome, Equatable {
  /// A secret until it ends.
  public let token: String
  /// How it is presented, such as `Bearer`.
  public let type: String
  /// By our clock; nil when the answer does not say.
  public let expiry: Timestamp?
  /// What it is for, when that is other than what was asked for, or the party says so anyway.
  public let scope: String?
  /// What kind of token it is, as a URI of RFC 8693 §3.
  public let issuedType: String?

  public init(
    token: String, type: String, expiry: Timestamp?, scope: String? = nil, issuedType: String? = nil
  ) {
    self.token = token
    self.type = type
    self.expiry = expiry
    self.scope = scope
    self.issuedType = issuedType
  }

  public var fields: [ExchangeField] {
    var fields = [
      ExchangeField("access_token", JSON(token), isSecret: true), ExchangeField("token_type", JSON(type)),
    ]
    if let issuedType { fields.append(ExchangeField("issued_token_type", JSON(issuedType))) }
    if let scope { fields.append(ExchangeField("scope", JSON(scope))) }
    return fields
  }

  /// Reads the answer of a token endpoint.
  init(_ answer: ExchangeAnswer) throws(ExchangeProblem) {
    guard let object = answer.object else { throw Self.unreadable(answer) }
    guard answer.status == 200 else { throw Self.refusal(object, answer) }
    let type = object["token_type"]?.stringValue ?? "Bearer"
    guard type.utf8.count <= 64, TokenSafety.isVisible(type) else {
      throw .malformed("'token_type' in the answer is no name")
    }
    self.init(
      token: try TokenSafety.secret(object["access_token"], named: "access_token"), type: type,
      expiry: Self.lifetime(object["expires_in"]).flatMap(answer.end(after:)),
      scope: object["scope"]?.stringValue, issuedType: object["issued_token_type"]?.stringValue)
  }

  /// Some write the number as text.
  private static func lifetime(_ value: JSON?) -> Int64? {
    (value?.integerValue ?? value?.stringValue.flatMap { Int64($0) }).flatMap { $0 >= 0 ? $0 : nil }
  }

  /// What a token endpoint says when it refuses (RFC 6749 §5.2).
  static func refusal(_ object: JSONObject, _ answer: ExchangeAnswer) -> ExchangeProblem {
    guard let code = object["error"]?.stringValue else { return unreadable(answer) }
    return .refused(
      ExchangeRefusal(status: answer.status, code: code, message: object["error_description"]?.stringValue ?? ""))
  }

  static func unreadable(_ answer: ExchangeAnswer) -> ExchangeProblem {
    let type = answer.contentType.map { " (\($0.prefix(80)))" } ?? ""
    return .malformed("the answer is none of a token endpoint\(type)")
  }
}
