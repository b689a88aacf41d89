import Inspection
import JOSE

/// Temporary credentials of AWS (`AssumeRoleWithWebIdentity`, API version 2011-06-15).
public struct AWSCredentials: ExchangeOutcome, Equatable {
  public let accessKeyID: String
  /// A secret.
  public let secretAccessKey: String
  /// A secret.
  public let sessionToken: String
  /// By AWS's clock.
  public let expiration: Timestamp
  /// Whom the token has become; empty when the answer does not say.
  public let assumedRoleARN: String
  /// The OIDC provider that vouched; nil when the answer does not say.
  public let provider: String?

  public init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String, expiration: Timestamp, assumedRoleARN: String,
    provider: String? = nil
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
    self.assumedRoleARN = assumedRoleARN
    self.provider = provider
  }

  public var expiry: Timestamp? { expiration }

  public var fields: [ExchangeField] {
    var fields = [
      ExchangeField("AccessKeyId", JSON(accessKeyID)),
      ExchangeField("SecretAccessKey", JSON(secretAccessKey), isSecret: true),
      ExchangeField("SessionToken", JSON(sessionToken), isSecret: true),
      ExchangeField("Expiration", JSON(expiration.rfc3339())),
    ]
    if !assumedRoleARN.isEmpty { fields.append(ExchangeField("AssumedRoleArn", JSON(assumedRoleARN))) }
    if let provider { fields.append(ExchangeField("Provider", JSON(provider))) }
    return fields
  }

  /// Reads the answer of STS.
  init(_ answer: ExchangeAnswer) throws(ExchangeProblem) {
    guard let root = XMLElement(parsing: answer.bytes) else { throw Self.unreadable(answer) }
    guard answer.status == 200 else { throw Self.refusal(root, answer) }
    guard let result = root["AssumeRoleWithWebIdentityResult"], let credentials = result["Credentials"] else {
      throw .malformed("the answer holds no credentials")
    }
    let expiration = try answer.end(of: "the session", credentials["Expiration"]?.text)
    func secret(_ name: String) throws(ExchangeProblem) -> String {
      try TokenSafety.secret(credentials[name]?.text ?? "", named: name)
    }
    let user = result["AssumedRoleUser"]?["Arn"]?.text ?? ""
    self.init(
      accessKeyID: try secret("AccessKeyId"), secretAccessKey: try secret("SecretAccessKey"),
      sessionToken: try secret("SessionToken"), expiration: expiration,
      assumedRoleARN: TokenSafety.isVisible(user) ? user : "", provider: result["Provider"]?.text)
  }

  private static func refusal(_ root: XMLElement, _ answer: ExchangeAnswer) -> ExchangeProblem {
    guard let error = root["Error"] ?? root["Errors"]?["Error"], let code = error["Code"]?.text, !code.isEmpty else {
      return unreadable(answer)
    }
    return .refused(ExchangeRefusal(status: answer.status, code: code, message: error["Message"]?.text ?? ""))
  }

  private static func unreadable(_ answer: ExchangeAnswer) -> ExchangeProblem {
    let type = answer.contentType.map { " (\($0.prefix(80)))" } ?? ""
    return .malformed("the answer is none of AWS STS\(type)")
  }
}
