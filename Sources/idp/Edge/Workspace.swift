import Inspection
import Issuer
import JOSE

/// The embedded issuer together with the workspace that it speaks for.
struct Workspace: Sendable {
  var configuration: Configuration
  let folders: UserFolders
  /// The folder that tokens speak for; nil for the working directory.
  var folder: String?

  /// The workspace of this process.
  static func current() throws(Failure) -> Workspace {
    Workspace(configuration: try Configuration.load(Surroundings.folders), folders: Surroundings.folders)
  }

  func issuer() throws(Failure) -> EmbeddedIssuer {
    EmbeddedIssuer(
      configuration: configuration.issuer, folder: try folders.stateFolder(),
      remote: configuration.transit.map { TransitRing(service: $0.service, schedule: configuration.issuer.schedule) })
  }

  /// Who a token of now speaks for.
  func identity() throws(Failure) -> WorkspaceIdentity {
    let facts = try GitFacts.gather(
      folder: folder ?? Surroundings.workingFolder, environment: Surroundings.environment,
      names: configuration.issuer.environment)
    do {
      return try WorkspaceIdentity(facts: facts, configuration: configuration.issuer)
    } catch {
      throw Failure("identity-incomplete", error.description)
    }
  }

  /// Issues a token for who and where we are now.
  func issue(_ request: TokenRequest, now: Timestamp) throws(Failure) -> IssuedToken {
    let issuer = try issuer()
    let identity = try identity()
    do {
      return try issuer.issue(request, for: identity, now: now.seconds)
    } catch {
      throw Failure(error.code, error.description)
    }
  }

  /// The keys of the embedded issuer, for verifying.
  func keys(now: Timestamp) throws(Failure) -> KeySource {
    do {
      return KeySource(keys: try issuer().publishedKeys(at: now.seconds), origin: "the embedded issuer")
    } catch let error as EmbeddedIssuerError {
      throw Failure(error.code, error.description)
    } catch let error as Failure {
      throw error
    } catch {
      throw Failure("key-store-unusable", "\(error)")
    }
  }
}
