import Issuer
import TrustPolicy

/// Who verifies the issuer's tokens: those that the policies name, and those that the audiences of live tokens tell.
struct RehearsalParties {
  private(set) var parties: [RotationRehearsal.Party] = []

  /// - Parameters:
  ///   - issuer: that tokens name.
  ///   - configurations: of the policies.
  ///   - tokens: that live.
  ///   - caches: what the command line says of who keeps keys how long.
  /// - Throws: ``Failure`` when the command line names somebody that there is not.
  init(
    issuer: String, configurations: [any TrustConfiguration], tokens: LiveTokens, caches: [CacheArgument]
  ) throws(Failure) {
    let audiences = Set(tokens.groups.keys.map(\.audience))
    var covered: Set<String> = []
    for configuration in configurations {
      guard let trust = configuration.trust(in: issuer) else { continue }
      let taken = audiences.filter(trust.takes)
      covered.formUnion(taken)
      add(configuration, trust, taken)
    }
    let others = audiences.subtracting(covered).sorted()
    for audience in others { if let verifier = Verifier.of(audience: audience) { add(verifier, [audience]) } }
    for audience in others where Verifier.of(audience: audience) == nil {
      add(.unknown(audience: audience), [audience])
    }
    try apply(caches)
  }

  private mutating func add(
    _ configuration: any TrustConfiguration, _ trust: IssuerTrust, _ audiences: Set<String>
  ) {
    let kind = configuration.relyingParty
    guard let keys = trust.uploadedKeys else {
      let unknown = Verifier.unknown(audience: kind.name).caching
      return add(
        Verifier.named(kind.rawValue) ?? Verifier(id: kind.rawValue, name: kind.name, caching: unknown), audiences)
    }
    parties.append(
      RotationRehearsal.Party(
        id: "\(kind.rawValue):\(configuration.name)", name: "\(kind.name) (\(configuration.name))",
        caching: VerifierCaching(
          keeping: .uploaded, evidence: .source, source: "\(configuration.location.file) holds the keys themselves"),
        uploaded: keys, audiences: audiences))
  }

  private mutating func add(_ verifier: Verifier, _ audiences: Set<String>) {
    let index = parties.firstIndex { $0.id == verifier.id }
    let known = index.map { parties[$0].audiences } ?? []
    let party = RotationRehearsal.Party(
      id: verifier.id, name: verifier.name, caching: verifier.caching, audiences: known.union(audiences))
    if let index {
      parties[index] = party
    } else {
      parties.append(party)
    }
  }

  private mutating func apply(_ caches: [CacheArgument]) throws(Failure) {
    for cache in caches {
      let concerned = parties.indices.filter { index in
        parties[index].id == cache.party || parties[index].audiences.contains(cache.party)
      }
      guard !concerned.isEmpty || Verifier.named(cache.party) != nil else {
        let names = parties.map(\.id).joined(separator: ", ")
        throw Failure(
          "unknown-party", "No tokens live for “\(cache.party)”, and no policy names it.",
          hint: names.isEmpty ? nil : "There are: \(names).")
      }
      for index in concerned {
        let party = parties[index]
        parties[index] = RotationRehearsal.Party(
          id: party.id, name: party.name, caching: cache.caching(instead: party.caching), uploaded: party.uploaded,
          audiences: party.audiences)
      }
    }
  }
}
