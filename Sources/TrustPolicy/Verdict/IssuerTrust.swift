import Inspection
import JOSE

/// How a configuration trusts one issuer: for which audiences, and by whose copy of its keys.
public struct IssuerTrust: Sendable {
  /// Whether a token for an audience is taken, as far as the documents tell.
  public let takes: @Sendable (_ audience: String) -> Bool
  /// The RFC 7638 thumbprints of the keys that were uploaded; nil when the relying party fetches the issuer's own.
  public let uploadedKeys: Set<String>?

  init(uploadedKeys: [String]? = nil, takes: @escaping @Sendable (_ audience: String) -> Bool) {
    self.takes = takes
    self.uploadedKeys = uploadedKeys.map(Set.init)
  }

  init(audiences: [String], uploadedKeys: [String]? = nil) {
    self.init(uploadedKeys: uploadedKeys) { audience in audiences.contains { $0.hasSameBytes(as: audience) } }
  }
}

extension AWSTrust {
  func trust(in issuer: String) -> IssuerTrust? {
    guard issuer.hasPrefix("https://") else { return nil }
    let url = AWSProvider.withoutScheme(issuer)
    if let provider = providers.first(where: { $0.url.hasSameBytes(as: url) }) {
      return IssuerTrust(audiences: provider.clientIDs)
    }
    // Without the provider its client IDs are not known; that it is trusted is.
    let isPrincipal = role.policy.statements.contains { statement in
      statement.principals.contains { AWSARN($0.value)?.providerURL?.hasSameBytes(as: url) == true }
    }
    return isPrincipal ? IssuerTrust(audiences: []) : nil
  }
}

extension EntraCredentials {
  func trust(in issuer: String) -> IssuerTrust? {
    let own = credentials.filter { $0.issuer.string?.hasSameBytes(as: issuer) == true }
    return own.isEmpty ? nil : IssuerTrust(audiences: own.compactMap(\.audience.string))
  }
}

extension GoogleTrust {
  func trust(in issuer: String) -> IssuerTrust? {
    guard provider.issuer.string?.hasSameBytes(as: issuer) == true else { return nil }
    return IssuerTrust(
      audiences: provider.acceptedAudiences ?? [],
      uploadedKeys: provider.uploadedKeys == nil ? nil : provider.uploadedThumbprints)
  }
}

extension VaultTrust {
  func trust(in issuer: String) -> IssuerTrust? {
    guard let config else { return nil }
    let named = [config.boundIssuer?.string, config.discoveryURL].compactMap(\.self)
    // Keys that were written down are for whoever signs with them, when no issuer is demanded.
    guard named.contains(where: { $0.hasSameBytes(as: issuer) }) || named.isEmpty && config.source == .keys else {
      return nil
    }
    return IssuerTrust(audiences: role.audiences, uploadedKeys: config.source == .keys ? config.keyThumbprints : nil)
  }
}

extension KubernetesAuthentication {
  func trust(in issuer: String) -> IssuerTrust? {
    issuers.first { $0.url.text.hasSameBytes(as: issuer) }.map { IssuerTrust(audiences: $0.audiences.map(\.text)) }
  }
}

extension OctoSTSPolicy {
  func trust(in issuer: String) -> IssuerTrust? {
    guard self.issuer.matches(issuer) else { return nil }
    guard let audience else { return IssuerTrust(audiences: [Self.domain]) }
    return IssuerTrust { audience.matches($0) }
  }
}

extension PyPIPublishers {
  func trust(in issuer: String) -> IssuerTrust? {
    publishers.contains { $0.issuer.hasSameBytes(as: issuer) } ? IssuerTrust(audiences: [audience]) : nil
  }
}
