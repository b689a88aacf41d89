import Federation
import Issuer
import IssuerServer

/// The keys in a transit engine, for commands that wait for each answer.
struct TransitRing: RemoteRing {
  let service: TransitService
  let schedule: RotationSchedule

  func ring() throws(RemoteRingError) -> KeyRing {
    try wait { [self] () async throws(TransitError) in try await service.ring(publishedAhead: schedule.publishedAhead) }
  }

  func rotate() throws(RemoteRingError) {
    try wait { [self] () async throws(TransitError) in try await service.rotate() }
  }

  func sign(_ bytes: [UInt8], with key: TransitKey) throws(RemoteRingError) -> [UInt8] {
    try wait { [self] () async throws(TransitError) in try await service.sign(bytes, with: key) }
  }

  private func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(TransitError) -> Value
  ) throws(RemoteRingError) -> Value {
    do throws(Failure) {
      return try Blocking.wait { () async throws(Failure) in
        do throws(TransitError) { return try await work() } catch { throw Failure("transit-failed", error.description) }
      }
    } catch {
      throw RemoteRingError(error.message)
    }
  }
}

/// The keys in a transit engine, for a server.
struct TransitKeys: RemoteKeys {
  let service: TransitService
  let schedule: RotationSchedule

  func ring() async throws -> KeyRing { try await service.ring(publishedAhead: schedule.publishedAhead) }
  func rotate() async throws { try await service.rotate() }
  func sign(_ bytes: [UInt8], with key: TransitKey) async throws -> [UInt8] { try await service.sign(bytes, with: key) }
}

extension TransitSettings {
  /// The engine, asked with the token of now: one that is renewed by somebody else is taken up.
  var service: TransitService {
    let environment = Surroundings.environment
    let standard = environment["BAO_ADDR"] ?? environment["VAULT_ADDR"] ?? "https://127.0.0.1:8200"
    return TransitService(
      address: address ?? standard, mount: mount, key: key,
      namespace: namespace ?? environment["BAO_NAMESPACE"] ?? environment["VAULT_NAMESPACE"], environment: environment,
      token: { [tokenFile] () throws(TransitError) in
        do throws(Failure) {
          if let tokenFile { return try CredentialFile.read(UserFolders.expanded(tokenFile)) }
          if let token = environment["BAO_TOKEN"] ?? environment["VAULT_TOKEN"], !token.isEmpty { return token }
          return try CredentialFile.read(UserFolders.expanded("~/.vault-token"))
        } catch {
          throw TransitError("ask the transit engine", "", error.message)
        }
      })
  }
}
