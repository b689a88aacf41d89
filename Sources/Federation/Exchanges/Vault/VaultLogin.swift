import Inspection
import JOSE

/// A token of Vault's, with what it is good for.
public struct VaultLogin: ExchangeOutcome, Equatable {
  /// A secret until it ends.
  public let clientToken: String
  /// Seconds; 0 for one that does not end.
  public let leaseDuration: Int64
  public let renewable: Bool
  public let policies: [String]
  /// By which the token can be looked up and revoked, and nothing else.
  public let accessor: String?
  /// By our clock; nil for a token that does not end.
  public let expiry: Timestamp?

  public init(
    clientToken: String, leaseDuration: Int64, renewable: Bool, policies: [String], accessor: String? = nil,
    expiry: Timestamp?
  ) {
    self.clientToken = clientToken
    self.leaseDuration = leaseDuration
    self.renewable = renewable
    self.policies = policies
    self.accessor = accessor
    self.expiry = expiry
  }

  public var fields: [ExchangeField] {
    var fields = [ExchangeField("client_token", JSON(clientToken), isSecret: true)]
    if let accessor { fields.append(ExchangeField("accessor", JSON(accessor))) }
    fields += [
      ExchangeField("policies", .array(policies.map { JSON($0) })),
      ExchangeField("lease_duration", JSON(leaseDuration)), ExchangeField("renewable", .bool(renewable)),
    ]
    return fields
  }

  /// Reads the answer of Vault.
  init(_ answer: ExchangeAnswer) throws(ExchangeProblem) {
    guard let object = answer.object else { throw Self.unreadable(answer) }
    guard answer.status == 200 else {
      guard let errors = object["errors"]?.arrayValue else { throw Self.unreadable(answer) }
      throw .refused(
        ExchangeRefusal(
          status: answer.status, code: "", message: errors.compactMap(\.stringValue).joined(separator: "; ")))
    }
    guard let login = object["auth"]?.objectValue else { throw .malformed("the answer holds no 'auth'") }
    let lease = max(login["lease_duration"]?.integerValue ?? 0, 0)
    self.init(
      clientToken: try TokenSafety.secret(login["client_token"], named: "client_token"), leaseDuration: lease,
      renewable: login["renewable"]?.boolValue ?? false,
      policies: (login["policies"]?.arrayValue ?? []).compactMap(\.stringValue),
      accessor: login["accessor"]?.stringValue,
      expiry: lease > 0 ? answer.end(after: lease) : nil)
  }

  private static func unreadable(_ answer: ExchangeAnswer) -> ExchangeProblem {
    let type = answer.contentType.map { " (\($0.prefix(80)))" } ?? ""
    return .malformed("the answer is none of Vault's\(type)")
  }
}
