import Issuer
import JOSE
import Synchronization

/// What all listeners of one issuer share.
final class IssuerSite: Sendable {
  let desk: TokenDesk
  /// The path below which everything is; empty when the issuer has none.
  let path: String
  private let answers = Mutex<PublicAnswers?>(nil)

  init(desk: TokenDesk) {
    self.desk = desk
    path = desk.settings.configuration.issuer.path
  }

  /// Discovery document and JWKS as they are now.
  func publicAnswers() throws(BackendUnavailable) -> PublicAnswers {
    let published = try desk.backend.publishedKeys(at: desk.clock())
    return answers.withLock { answers in
      if let answers, answers.version == published.version { return answers }
      let made = make(published)
      answers = made
      return made
    }
  }

  private func make(_ published: PublishedKeys) -> PublicAnswers {
    let configuration = desk.settings.configuration
    let lifetime = configuration.schedule.cacheLifetime
    let algorithms = published.keys.keys.compactMap { $0.algorithm.flatMap(SignatureAlgorithm.init(rawValue:)) }
    let discovery = DiscoveryDocument.make(issuer: configuration.issuer, algorithms: algorithms, isServed: true)
    return PublicAnswers(
      discovery: PreparedAnswer(PublicDocument(.object(discovery), lifetime: lifetime)),
      keys: PreparedAnswer(PublicDocument(published.keys.json(), lifetime: lifetime)), version: published.version)
  }
}
