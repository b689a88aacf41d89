import Fleet
import Issuer
import IssuerServer
import JOSE

/// What a server stands on that is one of several: keys, workspaces and limits of the fleet.
final class FleetBackend: IssuerBackend {
  private let replica: Replica
  private let rotateEvery: Int64?

  /// - Parameter rotateEvery: how often this replica makes a new key, in seconds; nil for never.
  init(
    settings: FleetSettings, configuration: IssuerConfiguration, rotateEvery: Int64?,
    clock: @escaping @Sendable () -> Int64, log: ServerLog
  ) throws(EtcdError) {
    self.rotateEvery = rotateEvery
    replica = try Replica(
      settings: settings, schedule: configuration.schedule, algorithm: configuration.algorithm, now: clock
    ) { event in
      switch event.level {
      case .info: log(.fleet(event.description))
      case .warning, .error: log(.trouble(event.description))
      }
    }
  }

  func publishedKeys(at now: Int64) throws(BackendUnavailable) -> PublishedKeys {
    do throws(FleetUnavailable) {
      let published = try replica.publishedKeys()
      return PublishedKeys(keys: JWKSet(keys: published.keys), version: UInt64(published.version))
    } catch {
      throw BackendUnavailable(error.description, retryAfter: error.retryAfter)
    }
  }

  func signer(at now: Int64) throws(BackendUnavailable) -> TokenSigner {
    do throws(FleetUnavailable) { return TokenSigner(try replica.signingKey()) } catch {
      throw BackendUnavailable(error.description, retryAfter: error.retryAfter)
    }
  }

  func workspace(_ identifier: String) throws(BackendUnavailable) -> WorkspaceRegistration? {
    do throws(FleetUnavailable) { return try replica.registration(identifier) } catch {
      throw BackendUnavailable(error.description, retryAfter: error.retryAfter)
    }
  }

  func workspace(userID: UInt32) throws(BackendUnavailable) -> WorkspaceRegistration? {
    do throws(FleetUnavailable) { return try replica.registration(userID: userID) } catch {
      throw BackendUnavailable(error.description, retryAfter: error.retryAfter)
    }
  }

  func countElsewhere(_ name: String) -> Int { Int(replica.countElsewhere(name)) }

  func count(_ name: String) { replica.count(name) }

  func problems(at now: Int64) -> [String] { replica.readiness }

  /// Keeps up with the fleet, and leaves it when the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      if let rotateEvery {
        group.addTask { [replica] in
          while (try? await Task.sleep(for: .seconds(rotateEvery))) != nil { replica.rotate() }
        }
      }
      group.addTask { [replica] in await replica.run() }
      await group.waitForAll()
    }
  }
}
