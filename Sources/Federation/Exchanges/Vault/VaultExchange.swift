import Inspection
import JOSE

/// The JWT login of Vault and OpenBao: a token for one of Vault's.
public struct VaultExchange: Exchange {
  public let party = ExchangeParty.vault
  public let role: String?
  public let mount: String
  public let namespace: String?
  let place: FetchURL

  /// The audience that its documentation teaches.
  public static let audience = "vault.hashicorp.com"

  /// - Parameters:
  ///   - address: of the server, as in `VAULT_ADDR`.
  ///   - mount: where the auth method is.
  ///   - role: as whom; nil for the `default_role` of the auth method.
  ///   - namespace: as in `VAULT_NAMESPACE`.
  public init(
    address: String, mount: String = "jwt", role: String? = nil, namespace: String? = nil
  ) throws(ExchangeInputError) {
    let mount = Self.withoutSlashes(mount)
    guard NameShape.isPath(mount) else {
      throw ExchangeInputError("mount", "“\(mount.prefix(100))” is no path of an auth method such as jwt or team/jwt.")
    }
    if let role, !NameShape.isMade(role, with: "-_.@:/", count: 1...256) {
      throw ExchangeInputError(
        "role", "“\(role.prefix(100))” is no name of a role: letters, digits and signs of -_.@:/.")
    }
    let namespace = namespace.map(Self.withoutSlashes).flatMap { $0.isEmpty ? nil : $0 }
    if let namespace, !NameShape.isPath(namespace) {
      throw ExchangeInputError("namespace", "“\(namespace.prefix(100))” is no namespace such as team/app.")
    }
    self.role = role
    self.mount = mount
    self.namespace = namespace
    place = try Place.url("/v1/auth/\(mount)/login", below: address, input: "address", "the address of Vault")
  }

  private static func withoutSlashes(_ text: String) -> String {
    var slice = text[...]
    while slice.first == "/" { slice.removeFirst() }
    while slice.last == "/" { slice.removeLast() }
    return String(slice)
  }

  /// Where the token goes.
  public var url: String { place.text }

  public func exchange(_ token: String, by client: ExchangeClient) async throws(ExchangeFailure) -> VaultLogin {
    try await client.send(try request(token), to: party) { answer throws(ExchangeProblem) in try VaultLogin(answer) }
  }

  func request(_ token: String) throws(ExchangeFailure) -> ExchangeRequest {
    let token = try TokenSafety.sendable(token, to: party, at: place)
    let role = role.map { [ExchangeField("role", JSON($0))] } ?? []
    var headers = [ExchangeField("X-Vault-Request", "true")]
    if let namespace { headers.append(ExchangeField("X-Vault-Namespace", JSON(namespace))) }
    return ExchangeRequest(
      to: place, .json, role + [ExchangeField("jwt", JSON(token), isSecret: true)], headers: headers)
  }
}
